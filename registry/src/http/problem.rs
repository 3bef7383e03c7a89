//! Problem documents (RFC 9457): every refusal has a stable code, and none tells what went wrong inside.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use placet_core::{code::Code, json::ObjectWriter};

use crate::error::{AdmitError, Error, Ground, Refusal};

/// A refusal on its way to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
}

macro_rules! problems {
    ($($name:ident $status:ident $code:literal $detail:literal;)*) => {
        impl Problem {
            $(pub(crate) fn $name() -> Self {
                Self { status: StatusCode::$status, code: $code, detail: $detail.into() }
            })*
        }
    };
}

problems! {
    invalid_path BAD_REQUEST "invalid_path" "the path cannot be read";
    invalid_query BAD_REQUEST "invalid_query" "a query parameter is unknown, repeated or not of its form";
    unauthorized UNAUTHORIZED "unauthorized" "reading takes a token";
    not_found NOT_FOUND "not_found" "there is no such thing here";
    method_not_allowed METHOD_NOT_ALLOWED "method_not_allowed" "the method is not for this path";
    timeout REQUEST_TIMEOUT "timeout" "the request took too long";
    body_unreadable BAD_REQUEST "body_unreadable" "the body broke off";
    unsupported_media_type UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" "the body must be application/json";
    too_large PAYLOAD_TOO_LARGE "too_large" "the body is over its limit";
    rate_limited TOO_MANY_REQUESTS "rate_limited" "too many requests; try again in a while";
    busy SERVICE_UNAVAILABLE "busy" "too many at a time; try again in a while";
    not_ready SERVICE_UNAVAILABLE "not_ready" "the registry cannot serve this yet";
    internal INTERNAL_SERVER_ERROR "internal" "the registry failed; its log says more";
}

impl Problem {
    /// A problem by one of the core's codes.
    pub(crate) fn of(code: Code) -> Self {
        Refusal::of(code).into()
    }

    pub(crate) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

impl From<Refusal> for Problem {
    fn from(Refusal { code, detail, ground }: Refusal) -> Self {
        let status = match ground {
            Ground::Malformed => StatusCode::BAD_REQUEST,
            Ground::Forbidden => StatusCode::FORBIDDEN,
            Ground::Conflict => StatusCode::CONFLICT,
            Ground::Unfit => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self { status, code, detail }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        // The detail may name files and tables, so it goes to the log alone.
        tracing::error!(code = error.code(), %error, "request failed");
        Self::internal()
    }
}

impl From<AdmitError> for Problem {
    fn from(error: AdmitError) -> Self {
        match error {
            AdmitError::Refused(refusal) => refusal.into(),
            AdmitError::Failed(error) => error.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let reason = || self.status.canonical_reason().unwrap_or_default();
        let title = Code::from_text(self.code).map_or_else(reason, Code::meaning);
        let body = ObjectWriter::new()
            .string("type", &format!("urn:placet:problem:{}", self.code))
            .string("title", title.trim_end_matches('.'))
            .integer("status", self.status.as_u16().into())
            .string("detail", &self.detail)
            .string("code", self.code)
            .finish();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}
