//! What webhooks have not taken yet, dead letters first.

use axum::{
    extract::State,
    http::{StatusCode, Uri},
    response::Response,
};
use placet_core::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{
    Shared, json,
    problem::Problem,
    query::{self, Page},
};
use crate::store::webhooks;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitingQuery {
    limit: Option<i64>,
}

/// `GET /v1/webhooks`
pub(super) async fn waiting(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let WaitingQuery { limit } = query::query(&uri)?;
    let limit = Page::new(limit, None).limit()?;
    let mut db = app.registry.store.read().await?;
    let rows = webhooks::waiting(&mut db, limit).await?;
    let items = rows.into_iter().map(|row| {
        json!({
            "id": row.id,
            "webhook": row.webhook,
            "type": row.event,
            "created_at": Timestamp::from_seconds(row.created_at).map(|time| time.to_string()),
            "attempts": row.attempts,
            "state": if row.dead { "dead" } else { "waiting" },
            "error": row.error,
        })
    });
    Ok(json(StatusCode::OK, &json!({ "items": items.collect::<Vec<_>>() })))
}
