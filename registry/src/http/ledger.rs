//! The evidence ledger: its head, its entries and its proofs.

use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use base64ct::{Base64, Encoding as _};
use placet_core::{
    error::ParseError,
    json::{Fields, Value},
    ledger::{Cosignature, Hash},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    REVALIDATE, Shared, body, json,
    problem::Problem,
    query::{self, Items, Page},
    tagged,
};
use crate::{error::Refusal, store::documents, view::View};

/// Bytes of a checkpoint with its cosignatures, as a bundle may hold it.
const NOTE: usize = 64 << 10;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointQuery {
    /// Whether the newest head is wanted, cosigned or not.
    newest: Option<bool>,
}

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

/// The sizes of the head that verifiers are given and of the newest one.
fn sizes(view: &View) -> Result<(u64, u64), Problem> {
    let heads = view.head.as_ref().zip(view.newest_head.as_ref());
    heads.map(|(served, newest)| (served.size, newest.size)).ok_or_else(Problem::not_found)
}

/// `POST /v1/ledger/cosignatures`
pub(super) async fn cosign(
    State(app): Shared,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let bytes = body::receive(&app, &headers, body, 2 * NOTE).await?;
    let note = parse_note(&bytes)?;
    let checkpoint = app.registry.cosign(note).await?;
    let witnesses: Vec<_> = checkpoint.cosignatures().iter().map(Cosignature::witness).collect();
    let served = app.registry.view().head.as_ref().map(|head| head.size);
    Ok(json(StatusCode::OK, &json!({ "size": checkpoint.size(), "witnesses": witnesses, "served": served })))
}

/// The note in `{"checkpoint": …}`.
fn parse_note(bytes: &[u8]) -> Result<String, Refusal> {
    let mut fields = Fields::of(Value::parse(bytes).map_err(ParseError::from)?, "cosignatures")?;
    let note = fields.required("checkpoint")?.as_str();
    let note = note.ok_or(ParseError::WrongType { field: "checkpoint", expected: "a string" })?;
    if note.len() > NOTE {
        return Err(ParseError::TooLarge { field: "checkpoint", limit: NOTE }.into());
    }
    let note = note.into_owned();
    fields.finish()?;
    Ok(note)
}

/// `GET /v1/ledger/checkpoint`
pub(super) async fn checkpoint(
    State(app): Shared,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let CheckpointQuery { newest } = query::query(&uri)?;
    let view = app.registry.view();
    let head = if newest == Some(true) { &view.newest_head } else { &view.head };
    let head = head.as_ref().ok_or_else(Problem::not_found)?;
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
    let (served, newest) = sizes(&view)?;
    let size = query::size(size)?.unwrap_or(served);
    let proof = app.registry.with_ledger(|ledger| ledger.inclusion(digest, size)).filter(|_| size <= newest);
    let proof = proof.ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, &json!({ "index": proof.index, "size": size, "proof": hashes(&proof.hashes) })))
}

/// `GET /v1/ledger/consistency`
pub(super) async fn consistency(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    let ConsistencyQuery { from, to } = query::query(&uri)?;
    let view = app.registry.view();
    let (served, newest) = sizes(&view)?;
    query::size(Some(from))?;
    let to = query::size(to)?.unwrap_or(served);
    let proof = app.registry.with_ledger(|ledger| ledger.consistency(from, to)).filter(|_| to <= newest);
    let proof = proof.ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, &json!({ "from": from, "to": to, "proof": hashes(&proof) })))
}
