//! The side of the proxies.

use std::{net::SocketAddr, path::Path, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use placet_core::time::Timestamp;
use placet_gateway::{
    config::Mode,
    gateway::Answer,
    problem::{CODES_HEADER, DECISION_HEADER, PROBLEM, Refusal},
};
use tokio::net::TcpListener;

use super::{Gate, feed::Feed, forwarded::Forwarded};
use crate::{
    clock,
    error::{Error, Result},
};

/// The header that holds the whole problem document, for proxies that do not pass a body on.
const PROBLEM_HEADER: &str = "placet-problem";

/// Serves until `stop` ends, then lets open requests finish.
///
/// # Errors
///
/// `file_unwritable` where the address cannot be listened on.
pub(crate) async fn serve(
    gate: Gate,
    listen: SocketAddr,
    stop: impl Future<Output = ()> + Send + 'static,
    listening: impl FnOnce(SocketAddr),
) -> Result<()> {
    let gate = Arc::new(gate);
    let failed = |error| Error::io("file_unwritable", Path::new(&listen.to_string()), &error);
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let feed = Feed::start(Arc::clone(&gate));
    tracing::info!(%address, "listening");
    listening(address);
    let router = Router::new()
        .route("/authorize", any(authorize))
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || "ok\n"))
        .with_state(gate);
    let served = axum::serve(listener, router).with_graceful_shutdown(stop).await;
    feed.stop();
    tracing::info!("stopped");
    served.map_err(failed)
}

/// Any method, as proxies ask with the request's own.
async fn authorize(State(gate): State<Arc<Gate>>, headers: HeaderMap) -> Response {
    let Ok(now) = clock::now() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut gateway = gate.gateway();
    let mode = gateway.mode();
    let answer = match Forwarded::read(&headers) {
        Ok(Forwarded { host, target }) => gateway.answer([host], target, now),
        Err(code) => gateway.refuse(code),
    };
    match answer {
        // Always there, as some proxies make up a value for a header that is missing.
        Answer::Open => ([(DECISION_HEADER, "")], ()).into_response(),
        Answer::Permit { decision } => ([(DECISION_HEADER, decision)], ()).into_response(),
        Answer::Refuse(refusal) => {
            let codes = refusal.codes_header();
            match mode {
                Mode::Enforce => refuse(&refusal, &codes),
                Mode::Observe => {
                    tracing::info!(route = refusal.route, codes, "would be refused");
                    ([(CODES_HEADER, codes.as_str()), (DECISION_HEADER, "")], ()).into_response()
                }
            }
        }
    }
}

fn refuse(refusal: &Refusal<'_>, codes: &str) -> Response {
    let body = refusal.to_json();
    let problem = HeaderValue::from_str(&body).unwrap_or(HeaderValue::from_static("{}"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            HeaderName::from_static(CODES_HEADER),
            HeaderValue::from_str(codes).unwrap_or(HeaderValue::from_static("")),
        ),
        (HeaderName::from_static(PROBLEM_HEADER), problem),
    ];
    (StatusCode::FORBIDDEN, headers, body).into_response()
}

async fn metrics(State(gate): State<Arc<Gate>>) -> Response {
    let now = clock::now().ok().or(Timestamp::from_seconds(0));
    let gateway = gate.gateway();
    let text = now.map(|now| gateway.metrics().to_text(&gateway.gauges(now)));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.unwrap_or_default()).into_response()
}
