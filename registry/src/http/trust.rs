//! What verifiers are given to trust: policies, the revocation list, loose revocations, the ledger's head.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri},
    response::Response,
};
use placet_core::trust::Trust;
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{JSON, REVALIDATE, Shared, json, problem::Problem, query, tagged};
use crate::list::Lifetime;

/// The media type, with its version as a parameter.
const TRUST: &str = placet_core::trust::TRUST;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustQuery {
    /// The size of the tree that the caller has seen, to be led on from there.
    tree_size: Option<u64>,
}

/// `GET /v1/trust`
pub(super) async fn trust(State(app): Shared, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let TrustQuery { tree_size } = query::query(&uri)?;
    let tree_size = query::size(tree_size)?;
    let view = app.registry.view();
    let write = |from| {
        let head = view.head.as_ref();
        let ledger = head.map(|head| app.registry.with_ledger(|ledger| ledger.view(head, from)));
        Bytes::from(Trust { ledger, ..Trust::clone(&view.trust) }.to_json())
    };
    let document = match tree_size {
        None => view.document.get_or_init(|| write(None)).clone(),
        Some(_) => write(tree_size),
    };
    Ok(tagged(&headers, TRUST, REVALIDATE, document))
}

/// `GET /v1/policies`
pub(super) async fn policies(State(app): Shared, uri: Uri) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let view = app.registry.view();
    let policies = view.trust.policies.iter().flatten();
    let items = policies.map(|envelope| RawValue::from_string(envelope.to_json()));
    let items = items.collect::<Result<Vec<_>, _>>().map_err(|_| Problem::internal())?;
    Ok(json(StatusCode::OK, &json!({ "items": items })))
}

/// `GET /v1/revocation-list`
pub(super) async fn revocation_list(
    State(app): Shared,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let view = app.registry.view();
    let list = view.list.as_ref().ok_or_else(Problem::not_ready)?;
    let lifetime = view.chain().map(|chain| Lifetime::of(chain.newest().policy()));
    let age = app.registry.clock.now().since(list.window.not_before);
    let left = lifetime.map_or(0, |lifetime| lifetime.renewal - age);
    // A cache must not hold back an emergency stop for long, nor a list past its renewal.
    let cache = format!("max-age={}, must-revalidate", left.clamp(0, 10));
    let cache = HeaderValue::try_from(cache).unwrap_or(REVALIDATE);
    Ok(tagged(&headers, JSON, cache, list.envelope.to_json()))
}
