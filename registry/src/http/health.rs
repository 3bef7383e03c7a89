//! Whether the process lives, whether it can serve, and what it serves.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde_json::json;

use super::{JSON, REVALIDATE, Shared, json, problem::Problem, query, tagged};

/// The interface in `OpenAPI` 3.1.
pub(crate) const OPENAPI: &str = include_str!("../../openapi.json");

/// `GET /healthz`
pub(super) async fn alive(uri: Uri) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    Ok(json(StatusCode::OK, &json!({ "status": "alive" })))
}

/// `GET /readyz`: 200 when the database answers and a list is there that has not run out.
pub(super) async fn ready(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let registry = &app.registry;
    let database = match registry.store.read().await {
        Ok(mut db) => crate::store::documents::last_seq(&mut db).await.is_ok(),
        Err(_) => false,
    };
    let view = registry.view();
    let now = registry.clock.now();
    let fresh = view.list.as_ref().is_some_and(|list| list.window.contains(now));
    let trouble = if database { registry.list_trouble() } else { Some("database") };
    let forked = !registry.signs().checkpoints;
    let ready = database && fresh && trouble.is_none() && !forked;
    let answer = json!({
        "status": if ready { "ready" } else { "not_ready" },
        "code": trouble.or(forked.then_some("ledger_forked")).or((!fresh).then_some("list_stale")),
        "policy_version": view.chain().map(|chain| chain.newest().policy().version),
        "list_number": view.list.as_ref().map(|list| list.number),
        "ledger_size": registry.with_ledger(crate::ledger::Ledger::size),
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok(json(status, &answer))
}

/// `GET /v1/openapi.json`
pub(super) async fn openapi(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    Ok(tagged(&headers, JSON, REVALIDATE, OPENAPI))
}
