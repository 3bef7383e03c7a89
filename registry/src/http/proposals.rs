//! Models, proposals and the inbox: the registry's claims, and the envelopes to check them by.

use std::sync::Arc;

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::Response,
};
use placet_core::name::{ModelId, Principal};
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{
    App, Shared, json,
    problem::Problem,
    query::{self, Items, Page},
};
use crate::{
    claims::{self, Item},
    kind::Kind,
    store::{ProposalRow, documents, drift},
};

/// Proposals that the inbox looks back on.
const INBOX: i64 = 500;
/// Decided proposals in the inbox.
const DECIDED: usize = 50;

/// `GET /v1/models`
pub(super) async fn models(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let page: Page = query::query(&uri)?;
    let limit = page.limit()?;
    let mut db = app.registry.store.read().await?;
    let rows = documents::models(&mut db, page.after_text(), limit + 1).await?;
    let items = Items::page(rows, limit, |row| row.model_id.clone()).map(|row| {
        json!({
            "model_id": row.model_id,
            "versions": row.versions,
            "latest_version": row.latest_version,
            "proposals": row.proposals,
        })
    });
    Ok(json(StatusCode::OK, &items))
}

/// `GET /v1/models/{model_id}`
pub(super) async fn model(
    State(app): Shared,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let model_id = ModelId::parse(&query::parameter(path)?).map_err(|_| Problem::invalid_path())?;
    let model_id = model_id.as_str();
    let mut db = app.registry.store.read().await?;
    if !documents::knows_model(&mut db, model_id).await? {
        return Err(Problem::not_found());
    }
    let training = documents::training_outputs(&mut db, model_id, 200).await?;
    let training: Vec<_> = training
        .into_iter()
        .map(|row| {
            json!({
                "digest": row.digest.to_string(),
                "version": row.version,
                "created_at": row.created_at.to_string(),
                "trainer": row.trainer,
            })
        })
        .collect();
    let rows = documents::proposals(&mut db, Some(model_id), i64::MAX, 200).await?;
    drop(db);
    let proposals = items(&app, &rows).await?;
    Ok(json(
        StatusCode::OK,
        &json!({ "model_id": model_id, "training_outputs": training, "proposals": proposals }),
    ))
}

async fn items(app: &App, rows: &[ProposalRow]) -> Result<Vec<Arc<Item>>, Problem> {
    let (view, now) = (app.registry.view(), app.registry.clock.now());
    let mut db = app.registry.store.read().await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(app.claims.item(&mut db, &view, row, now).await?);
    }
    Ok(items)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    state: Option<String>,
    model: Option<String>,
    limit: Option<i64>,
    after: Option<String>,
}

/// `GET /v1/proposals`
pub(super) async fn list(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let ListQuery { state, model, limit, after } = query::query(&uri)?;
    let state = state.map(|state| claims::State::parse(&state).ok_or_else(Problem::invalid_query));
    let state = state.transpose()?;
    let page = Page::new(limit, after);
    let (limit, mut before) = (page.limit()?, page.before()?);
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    // The state is no column: it follows from the time and from what others signed since.
    while found.len() <= wanted {
        let mut db = app.registry.store.read().await?;
        let rows = documents::proposals(&mut db, model.as_deref(), before, limit + 1).await?;
        drop(db);
        let Some(last) = rows.last() else { break };
        before = last.seq;
        let claimed = items(&app, &rows).await?;
        let fitting = rows.iter().map(|row| row.seq).zip(claimed);
        found.extend(fitting.filter(|(_, item)| state.is_none_or(|state| item.state == state)));
    }
    let items = Items::page(found, limit, |(seq, _)| seq.to_string()).map(|(_, item)| item);
    Ok(json(StatusCode::OK, &items))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InboxQuery {
    principal: String,
}

/// `GET /v1/inbox`
pub(super) async fn inbox(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let InboxQuery { principal } = query::query(&uri)?;
    let principal = Principal::parse(&principal).map_err(|_| Problem::invalid_query())?;
    let mut db = app.registry.store.read().await?;
    let rows = documents::proposals(&mut db, None, i64::MAX, INBOX).await?;
    drop(db);
    let (mut needs_me, mut waiting, mut decided) = (Vec::new(), Vec::new(), Vec::new());
    for item in items(&app, &rows).await? {
        let could_sign = |name: &String| name == principal.as_str();
        if item.state != claims::State::Open {
            decided.push(item);
        } else if item.quorum.iter().any(|seat| seat.could_sign.iter().any(could_sign)) {
            needs_me.push(item);
        } else {
            waiting.push(item);
        }
    }
    decided.truncate(DECIDED);
    Ok(json(StatusCode::OK, &json!({ "needs_me": needs_me, "waiting": waiting, "decided": decided })))
}

/// `GET /v1/proposals/{digest}`
pub(super) async fn read(
    State(app): Shared,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let digest = query::digest(path)?;
    let mut db = app.registry.store.read().await?;
    let row = documents::proposal(&mut db, digest).await?.ok_or_else(Problem::not_found)?;
    let training = documents::document(&mut db, row.training_output).await?;
    let about = documents::about_proposal(&mut db, digest).await?;
    let newest = drift::newest_of(&mut db, row.training_output).await?;
    let raw = |json: &str| RawValue::from_string(json.to_owned()).map_err(|_| Problem::internal());
    let of = |kinds: &[Kind]| {
        let documents = about.iter().filter(|document| kinds.contains(&document.kind));
        documents.map(|document| raw(&document.json)).collect::<Result<Vec<_>, _>>()
    };
    let reports = newest.iter().map(|report| raw(&report.json)).collect::<Result<Vec<_>, _>>()?;
    let answer = json!({
        "training_output": raw(&training.ok_or_else(Problem::internal)?.json)?,
        "proposal": of(&[Kind::Proposal])?.pop(),
        "approvals": of(&[Kind::Approval, Kind::Rejection, Kind::Withdrawal])?,
        "revocations": of(&[Kind::Revocation])?,
        "deployments": of(&[Kind::Deployment])?,
        "drift_reports": reports,
    });
    Ok(json(StatusCode::OK, &answer))
}
