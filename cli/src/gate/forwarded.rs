//! What a proxy says about the request that it asks about: `X-Forwarded-Host` and `X-Forwarded-Uri`.
//!
//! Caddy and Traefik set both, and nginx sets what its configuration says. A proxy that passes on what a client sent
//! under these names beside its own would let the client choose the route; so each must be there once.

use axum::http::HeaderMap;
use placet_gateway::code::Code;

/// Host and target of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forwarded<'a> {
    pub(super) host: &'a str,
    pub(super) target: &'a str,
}

impl<'a> Forwarded<'a> {
    /// Reads the headers.
    ///
    /// # Errors
    ///
    /// [`Code::ForwardedMissing`], [`Code::ForwardedConflict`], [`Code::HostMalformed`] or [`Code::TargetMalformed`].
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, Code> {
        let once = |name, malformed| {
            let mut values = headers.get_all(name).iter();
            match (values.next(), values.next()) {
                (Some(value), None) => value.to_str().map_err(|_| malformed),
                (None, _) => Err(Code::ForwardedMissing),
                (Some(_), Some(_)) => Err(Code::ForwardedConflict),
            }
        };
        let host = once("x-forwarded-host", Code::HostMalformed)?;
        Ok(Self { host, target: once("x-forwarded-uri", Code::TargetMalformed)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&'static str, &'static str)]) -> Result<(String, String), Code> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a header"));
        }
        Forwarded::read(&map).map(|forwarded| (forwarded.host.into(), forwarded.target.into()))
    }

    #[test]
    fn a_client_that_adds_what_the_proxy_says() {
        let (host, uri) = (("x-forwarded-host", "a"), ("x-forwarded-uri", "/a"));
        assert_eq!(read(&[host, uri]), Ok(("a".into(), "/a".into())));
        assert_eq!(read(&[host]), Err(Code::ForwardedMissing));
        assert_eq!(read(&[uri]), Err(Code::ForwardedMissing));
        assert_eq!(read(&[host, uri, ("x-forwarded-uri", "/b")]), Err(Code::ForwardedConflict));
        assert_eq!(read(&[host, uri, ("x-forwarded-uri", "/a")]), Err(Code::ForwardedConflict));
        assert_eq!(read(&[host, host, uri]), Err(Code::ForwardedConflict));
        assert_eq!(read(&[host, ("x-forwarded-uri", "/ä")]), Err(Code::TargetMalformed));
        assert_eq!(read(&[("x-forwarded-host", "ä"), uri]), Err(Code::HostMalformed));
    }
}
