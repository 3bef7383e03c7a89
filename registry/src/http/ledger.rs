//! The evidence ledger: its head, its entries and its proofs.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use base64ct::{Base64, Encoding as _};
use placet_core::ledger::Hash;
use serde::Deserialize;
use serde_json::json;

use super::{
    REVALIDATE, Shared, json,
    problem::Problem,
    query::{self, Items, Page},
    tagged,
};
use crate::store::documents;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SizeQuery {
    size: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsistencyQuery {
    from: u64,
    to: Option<u64>,
}

fn hashes(proof: &[Hash]) -> Vec<String> {
    proof.iter().map(|hash| Base64::encode_string(hash)).collect()
}

/// `GET /v1/ledger/checkpoint`
pub(super) async fn checkpoint(
    State(app): Shared,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let view = app.registry.view();
    let head = view.head.as_ref().ok_or_else(Problem::not_found)?;
    Ok(tagged(&headers, "text/plain; charset=utf-8", REVALIDATE, head.note.clone()))
}

/// `GET /v1/ledger/entries`
pub(super) async fn entries(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let page: Page = query::query(&uri)?;
    let limit = page.limit()?;
    let mut db = app.registry.store.read().await?;
    let rows = documents::ledger(&mut db, page.from()?, limit + 1).await?;
    let items = Items::page(rows, limit, |row| (row.leaf + 1).to_string()).map(|row| {
        json!({
            "index": row.leaf,
            "digest": row.digest.to_string(),
            "kind": row.kind,
            "signer": row.signer,
            "received_at": row.received_at.to_string(),
        })
    });
    Ok(json(StatusCode::OK, &items))
}

/// `GET /v1/ledger/inclusion/{digest}`
pub(super) async fn inclusion(
    State(app): Shared,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    let SizeQuery { size } = query::query(&uri)?;
    let digest = query::digest(path)?;
    let view = app.registry.view();
    let newest = view.head.as_ref().ok_or_else(Problem::not_found)?.size;
    let size = query::size(size)?.unwrap_or(newest);
    let proof = app.registry.with_ledger(|ledger| ledger.inclusion(digest, size)).filter(|_| size <= newest);
    let proof = proof.ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, &json!({ "index": proof.index, "size": size, "proof": hashes(&proof.hashes) })))
}

/// `GET /v1/ledger/consistency`
pub(super) async fn consistency(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let ConsistencyQuery { from, to } = query::query(&uri)?;
    let view = app.registry.view();
    let newest = view.head.as_ref().ok_or_else(Problem::not_found)?.size;
    query::size(Some(from))?;
    let to = query::size(to)?.unwrap_or(newest);
    let proof = app.registry.with_ledger(|ledger| ledger.consistency(from, to)).filter(|_| to <= newest);
    let proof = proof.ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, &json!({ "from": from, "to": to, "proof": hashes(&proof) })))
}
