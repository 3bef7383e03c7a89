//! The evidence for a proposal, or for a question that a gateway asks.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, Uri},
    response::Response,
};
use placet_core::{
    bundle::{BUNDLE, Bundle},
    decide::evaluate,
    digest::Digest,
    name::{Environment, ModelId, Scope},
    request::Request,
    state::State as VerifierState,
    weights::{Weights, WeightsKind},
};
use serde::Deserialize;

use super::{App, REVALIDATE, Shared, problem::Problem, query, tagged};
use crate::{
    bundle::Parts,
    store::{Connection, documents},
};

/// Proposals of one model that are looked back on, and those of the weights among them that are judged.
const LOOKED_AT: i64 = 200;
const JUDGED: usize = 16;

/// `GET /v1/bundles/{digest}`
pub(super) async fn of_proposal(
    State(app): Shared,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let digest = query::digest(path)?;
    let mut db = app.registry.store.read().await?;
    let bundle = load(&app, &mut db, digest).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged(&headers, BUNDLE, REVALIDATE, bundle.to_json()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    model_id: String,
    weights_kind: String,
    weights: String,
    environment: String,
    scope: String,
}

/// `GET /v1/bundles`: the evidence that answers a question best, as the registry sees it. Whoever asks decides by it
/// alone, so a worse choice can only deny.
pub(super) async fn of_question(
    State(app): Shared,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let request = query::query::<Question>(&uri)?.request(&app).ok_or_else(Problem::invalid_query)?;
    let mut db = app.registry.store.read().await?;
    let rows = documents::proposals(&mut db, Some(request.model_id.as_str()), i64::MAX, LOOKED_AT).await?;
    let rows = rows.into_iter().filter(|row| row.weights == request.weights.digest).take(JUDGED);
    let view = app.registry.view();
    let mut best: Option<(usize, Bundle)> = None;
    // The newest first, so that of two equally good ones the newer answers.
    for row in rows {
        let Some(bundle) = load(&app, &mut db, row.digest).await? else { continue };
        let decided = evaluate(&bundle, &view.verified, &VerifierState::new(), &request);
        let denials = decided.decision.denials.len();
        if best.as_ref().is_none_or(|(fewest, _)| denials < *fewest) {
            best = Some((denials, bundle));
        }
        if denials == 0 {
            break;
        }
    }
    let (_, bundle) = best.ok_or_else(Problem::not_found)?;
    Ok(tagged(&headers, BUNDLE, REVALIDATE, bundle.to_json()))
}

impl Question {
    /// The question as of now.
    fn request(&self, app: &App) -> Option<Request> {
        let weights =
            Weights { kind: WeightsKind::parse(&self.weights_kind)?, digest: Digest::parse(&self.weights)? };
        Some(Request {
            model_id: ModelId::parse(&self.model_id).ok()?,
            weights,
            environment: Environment::parse(&self.environment).ok()?,
            scope: Scope::parse(&self.scope).ok()?,
            now: app.registry.clock.now(),
        })
    }
}

/// The evidence for a proposal, with its place in the ledger.
async fn load(app: &App, db: &mut Connection, proposal: Digest) -> Result<Option<Bundle>, Problem> {
    let Some(parts) = Parts::load(db, proposal).await? else { return Ok(None) };
    let view = app.registry.view();
    let digests: Vec<_> = parts.digests().collect();
    let proofs = view
        .head
        .as_ref()
        .map(|head| app.registry.with_ledger(|ledger| ledger.proofs(head, digests.into_iter())));
    Ok(Some(parts.into_bundle(proofs)))
}
