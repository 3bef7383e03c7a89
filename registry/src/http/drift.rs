//! Drift reports: the latest of every place, and those of one model with their envelopes to check them by.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::Response,
};
use placet_core::name::{Environment, ModelId};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use super::{
    Shared, json,
    problem::Problem,
    query::{self, Page},
};
use crate::store::{DriftRow, documents, drift};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LatestQuery {
    model: Option<String>,
    environment: Option<String>,
    limit: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelQuery {
    environment: Option<String>,
    limit: Option<i64>,
}

/// `GET /v1/drift`
pub(super) async fn latest(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let LatestQuery { model, environment, limit } = query::query(&uri)?;
    let limit = Page::new(limit, None).limit()?;
    let model =
        model.map(|model| ModelId::parse(&model).map_err(|_| Problem::invalid_query())).transpose()?;
    let environment = read_environment(environment)?;
    let (model, environment) =
        (model.as_ref().map(ModelId::as_str), environment.as_ref().map(Environment::as_str));
    let mut db = app.registry.store.read().await?;
    let rows = drift::latest(&mut db, model, environment, limit).await?;
    let items: Vec<_> = rows.iter().map(item).collect();
    Ok(json(StatusCode::OK, &json!({ "items": items })))
}

/// `GET /v1/drift/{model_id}`
pub(super) async fn model(
    State(app): Shared,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    let ModelQuery { environment, limit } = query::query(&uri)?;
    let limit = Page::new(limit, None).limit()?;
    let model = ModelId::parse(&query::parameter(path)?).map_err(|_| Problem::invalid_path())?;
    let environment = read_environment(environment)?;
    let mut db = app.registry.store.read().await?;
    if !documents::knows_model(&mut db, model.as_str()).await? {
        return Err(Problem::not_found());
    }
    let environment = environment.as_ref().map(Environment::as_str);
    let found = drift::of_model(&mut db, model.as_str(), environment, limit).await?;
    let items: Vec<_> = found.iter().map(|(row, _)| item(row)).collect();
    let reports = found.iter().map(|(_, stored)| RawValue::from_string(stored.json.clone()));
    let reports = reports.collect::<Result<Vec<_>, _>>().map_err(|_| Problem::internal())?;
    Ok(json(StatusCode::OK, &json!({ "items": items, "reports": reports })))
}

fn read_environment(environment: Option<String>) -> Result<Option<Environment>, Problem> {
    let parse = |name: String| Environment::parse(&name).map_err(|_| Problem::invalid_query());
    environment.map(parse).transpose()
}

fn item(row: &DriftRow) -> Value {
    json!({
        "digest": row.digest.to_string(),
        "model_id": row.model_id,
        "environment": row.environment,
        "training_output": row.training_output.to_string(),
        "window": { "from": row.from.to_string(), "to": row.to.to_string() },
        "status": row.status.as_str(),
        "severity": row.severity,
        "alert_level": row.alert_level().as_str(),
        "checked_by": row.monitor,
    })
}
