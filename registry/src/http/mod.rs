//! The HTTP side: one table of routes, one gate before all of them.
//!
//! The gate bounds what a client may use (rate, time, bytes), asks for a read token where there are any, and writes the
//! log line; handlers only ask the registry.

mod body;
mod bundles;
mod drift;
mod enrolments;
mod envelopes;
mod events;
mod health;
mod ledger;
mod problem;
mod proposals;
mod query;
mod rates;
mod static_files;
mod trust;
mod webhooks;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use placet_core::digest::Digest;
use tokio::sync::{Semaphore, watch};
use tower_http::compression::CompressionLayer;

pub use static_files::StaticFiles;

use crate::{
    claims::Claims,
    config::{Config, Limits},
    registry::Registry,
};
use problem::Problem;
use rates::Buckets;

/// What handlers share.
#[derive(Debug)]
pub(crate) struct App {
    registry: Arc<Registry>,
    claims: Claims,
    console: Option<Arc<StaticFiles>>,
    read_tokens: Vec<Digest>,
    behind_proxy: bool,
    limits: Limits,
    envelopes: Buckets,
    enrolments: Buckets,
    reads: Buckets,
    large_bodies: Semaphore,
    event_streams: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
}

type Shared = State<Arc<App>>;

/// The address at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl App {
    pub(crate) fn new(config: &Config, registry: Arc<Registry>, stop: watch::Receiver<bool>) -> Self {
        let limits = config.limits;
        Self {
            registry,
            claims: Claims::default(),
            console: config.console.clone(),
            read_tokens: config.read_tokens.clone(),
            behind_proxy: config.behind_proxy,
            limits,
            envelopes: Buckets::new(limits.envelopes),
            enrolments: Buckets::new(limits.enrolments),
            reads: Buckets::new(limits.reads),
            large_bodies: Semaphore::new(limits.large_bodies),
            event_streams: Arc::new(Semaphore::new(limits.event_streams)),
            stop,
        }
    }

    /// The address to account a request to.
    fn client(&self, request: &Request) -> IpAddr {
        // Of several entries only the last is written by one's own proxy.
        let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
        let forwarded = forwarded.filter(|_| self.behind_proxy).and_then(|value| value.to_str().ok());
        let forwarded = forwarded.and_then(|value| value.rsplit(',').next()?.trim().parse().ok());
        let peer = request.extensions().get::<Peer>().map(|Peer(address)| address.ip());
        forwarded.or(peer).unwrap_or(IpAddr::from([0, 0, 0, 0]))
    }

    /// Whether the request may read.
    fn may_read(&self, headers: &HeaderMap) -> bool {
        let token = || headers.get(header::AUTHORIZATION)?.as_bytes().strip_prefix(b"Bearer ");
        // Digests are compared, so the time it takes says nothing about a token.
        self.read_tokens.is_empty()
            || token().is_some_and(|token| self.read_tokens.contains(&Digest::of(token)))
    }
}

/// The interface: method, path and handler. The `OpenAPI` document says the same, and a test compares.
fn routes() -> Vec<(Method, &'static str, MethodRouter<Arc<App>>)> {
    vec![
        (Method::POST, "/v1/envelopes", post(envelopes::submit)),
        (Method::GET, "/v1/envelopes/{digest}", get(envelopes::read)),
        (Method::GET, "/v1/trust", get(trust::trust)),
        (Method::GET, "/v1/policies", get(trust::policies)),
        (Method::GET, "/v1/revocation-list", get(trust::revocation_list)),
        (Method::GET, "/v1/models", get(proposals::models)),
        (Method::GET, "/v1/models/{model_id}", get(proposals::model)),
        (Method::GET, "/v1/proposals", get(proposals::list)),
        (Method::GET, "/v1/proposals/{digest}", get(proposals::read)),
        (Method::GET, "/v1/inbox", get(proposals::inbox)),
        (Method::GET, "/v1/drift", get(drift::latest)),
        (Method::GET, "/v1/drift/{model_id}", get(drift::model)),
        (Method::GET, "/v1/bundles", get(bundles::of_question)),
        (Method::GET, "/v1/bundles/{digest}", get(bundles::of_proposal)),
        (Method::GET, "/v1/ledger/checkpoint", get(ledger::checkpoint)),
        (Method::POST, "/v1/ledger/cosignatures", post(ledger::cosign)),
        (Method::GET, "/v1/ledger/entries", get(ledger::entries)),
        (Method::GET, "/v1/ledger/inclusion/{digest}", get(ledger::inclusion)),
        (Method::GET, "/v1/ledger/consistency", get(ledger::consistency)),
        (Method::GET, "/v1/enrolments", get(enrolments::list)),
        (Method::POST, "/v1/enrolments", post(enrolments::submit)),
        (Method::GET, "/v1/webhooks", get(webhooks::waiting)),
        (Method::GET, "/v1/events", get(events::events)),
        (Method::GET, "/v1/openapi.json", get(health::openapi)),
        (Method::GET, "/healthz", get(health::alive)),
        (Method::GET, "/readyz", get(health::ready)),
    ]
}

/// Method and path of every route.
#[must_use]
pub fn route_list() -> Vec<(String, &'static str)> {
    routes().into_iter().map(|(method, path, _)| (method.to_string().to_lowercase(), path)).collect()
}

/// The whole interface.
pub(crate) fn router(app: Arc<App>) -> Router {
    let router = Router::new();
    let router = routes().into_iter().fold(router, |router, (_, path, handler)| router.route(path, handler));
    router
        .fallback(console)
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(middleware::from_fn_with_state(Arc::clone(&app), gate))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Paths of the interface, as opposed to the console's.
fn is_interface(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/") || path == "/healthz" || path == "/readyz"
}

async fn gate(State(app): Shared, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let client = app.client(&request);
    let reads = method == Method::GET || method == Method::HEAD;
    let buckets = match (reads, path.as_str()) {
        (true, _) => &app.reads,
        (false, "/v1/enrolments") => &app.enrolments,
        (false, _) => &app.envelopes,
    };
    let open = path == "/v1/openapi.json" || !path.starts_with("/v1/") || !reads;
    let mut response = if !buckets.take(client, begun) {
        Problem::rate_limited().into_response()
    } else if !open && !app.may_read(request.headers()) {
        Problem::unauthorized().into_response()
    } else {
        let answered = tokio::time::timeout(app.limits.request_timeout, next.run(request)).await;
        answered.unwrap_or_else(|_| Problem::timeout().into_response())
    };
    if is_interface(&path) {
        interface_headers(response.headers_mut());
    }
    tracing::info!(
        %method,
        path,
        status = response.status().as_u16(),
        milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        %client,
        "request"
    );
    response
}

/// No answer of the interface is ever a page.
fn interface_headers(headers: &mut HeaderMap) {
    let values = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in values {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Everything that is no part of the interface: the console's files.
async fn console(State(app): Shared, request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    if is_interface(path) {
        return Problem::not_found().into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        let mut response = Problem::method_not_allowed().into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let known = request.headers().get(header::IF_NONE_MATCH);
    let file = app.console.as_ref().and_then(|console| console.respond(method, path, known));
    file.unwrap_or_else(|| Problem::not_found().into_response())
}

/// The tag of a body with this digest; weak, as it may be compressed on its way.
fn etag(digest: Digest) -> HeaderValue {
    HeaderValue::try_from(format!("W/\"{}\"", digest.to_hex())).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether a client says that it holds what `etag` names.
fn matches(if_none_match: Option<&HeaderValue>, etag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let (Some(held), Ok(etag)) = (if_none_match.and_then(|value| value.to_str().ok()), etag.to_str()) else {
        return false;
    };
    held.trim() == "*" || held.split(',').any(|tag| opaque(tag) == opaque(etag))
}

/// A body that is the same until something else is published: with its tag, or not at all where the client holds it.
fn tagged(
    headers: &HeaderMap,
    content_type: &'static str,
    cache: HeaderValue,
    body: impl Into<Bytes>,
) -> Response {
    let body = body.into();
    let etag = etag(Digest::of(&body));
    let mut response = Response::new(Body::empty());
    if matches(headers.get(header::IF_NONE_MATCH), &etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        *response.body_mut() = Body::from(body);
    }
    response.headers_mut().insert(header::ETAG, etag);
    response.headers_mut().insert(header::CACHE_CONTROL, cache);
    response
}

/// Ask again each time, with the tag.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
const JSON: &str = "application/json";

/// One of the registry's own words.
fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, JSON)], body).into_response(),
        Err(_) => Problem::internal().into_response(),
    }
}
