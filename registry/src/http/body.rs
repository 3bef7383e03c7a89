//! Receiving a body: bounded in bytes, and large ones bounded in number.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header},
};
use http_body_util::BodyExt as _;

use super::{App, problem::Problem};

/// Bytes that any body may have without waiting for its turn.
const SMALL: usize = 64 << 10;

/// Receives a JSON body of at most `limit` bytes.
///
/// Large bodies wait for one of a few places, so that many slow ones can fill neither the memory nor the way of the
/// small ones, of which every revocation is one.
pub(super) async fn receive(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Bytes, Problem> {
    if !is_json(headers) {
        return Err(Problem::unsupported_media_type());
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(Problem::too_large());
    }
    let mut place = None;
    let mut bytes = Vec::new();
    let mut body = body;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::body_unreadable())?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len().saturating_add(data.len()) > limit {
            return Err(Problem::too_large());
        }
        bytes.extend_from_slice(&data);
        if bytes.len() > SMALL && place.is_none() {
            place = app.large_bodies.acquire().await.ok();
        }
    }
    Ok(bytes.into())
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
