//! Envelopes in and out.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use placet_core::limits;
use serde_json::json;

use super::{App, JSON, REVALIDATE, Shared, body, json, problem::Problem, query, tagged};
use crate::{error::Error, store::documents, submission::Submission};

/// `POST /v1/envelopes`
pub(super) async fn submit(
    State(app): Shared,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let bytes = body::receive(&app, &headers, body, limits::ENVELOPE).await?;
    // Several megabytes may have to be read here, while other requests wait for this thread.
    let parsed = tokio::task::spawn_blocking(move || Submission::parse(&bytes)).await;
    let submission = parsed.map_err(|_| Error::Interrupted)??;
    let admitted = app.registry.admit(submission).await?;
    let status = if admitted.new { StatusCode::CREATED } else { StatusCode::OK };
    let answer = json!({
        "digest": admitted.digest.to_string(), "kind": admitted.kind.as_str(), "new": admitted.new,
    });
    Ok(json(status, &answer))
}

/// `GET /v1/envelopes/{digest}`
pub(super) async fn read(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let digest = query::digest(path)?;
    let mut db = app.registry.store.read().await?;
    let document = documents::document(&mut db, digest).await?.ok_or_else(Problem::not_found)?;
    Ok(tagged(&headers, JSON, REVALIDATE, document.json))
}
