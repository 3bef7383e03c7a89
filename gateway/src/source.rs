//! Where trust and bundles come from: a registry, or files on a static host. Whatever it answers is a claim.

use alloc::{
    format,
    string::{String, ToString as _},
};
use core::fmt::{self, Write as _};

use placet_core::{
    json::{Fields, Value},
    limits,
};

use crate::{
    code::{Code, ConfigError},
    config::Route,
    host, path,
};

/// What answers at the source's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A registry.
    Registry,
    /// A host with files.
    Static,
}

impl SourceKind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "registry" => Some(Self::Registry),
            "static" => Some(Self::Static),
            _ => None,
        }
    }
}

/// A source, and how it is asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// What answers there.
    pub kind: SourceKind,
    /// The scheme: `http` or `https`.
    pub scheme: String,
    /// Host and port, as they are written.
    pub authority: String,
    /// What stands before every path; empty or a path without a slash at its end.
    pub base: String,
    /// What a registry asks of its readers.
    pub read_token: Option<String>,
    /// Envoy's name for the way there.
    pub cluster: Option<String>,
}

/// Without the token: it is a secret.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("kind", &self.kind).field("url", &self.url("")).finish_non_exhaustive()
    }
}

impl Source {
    pub(crate) fn parse(value: Value<'_>) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(value, "source")?;
        let kind = fields.one_of("kind", SourceKind::parse)?;
        let url = fields.string("url", limits::TEXT)?;
        let read_token = optional_text(&mut fields, "read_token")?;
        let cluster = optional_text(&mut fields, "cluster")?;
        fields.finish()?;
        let (scheme, authority, base) =
            split_url(&url).ok_or_else(|| ConfigError::rule(Code::SourceUrl, &url))?;
        let visible = |token: &String| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !read_token.as_ref().is_none_or(visible) {
            return Err(ConfigError::rule(Code::ReadTokenMalformed, ""));
        }
        let (scheme, authority, base) = (scheme.into(), authority.into(), base.into());
        Ok(Self { kind, scheme, authority, base, read_token, cluster })
    }

    /// The address of a path of the source.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.authority)
    }

    /// Path and query of the trust document. A registry leads on from the ledger of `tree_size` entries that was seen.
    #[must_use]
    pub fn trust_path(&self, tree_size: Option<u64>) -> String {
        let base = &self.base;
        match (self.kind, tree_size) {
            (SourceKind::Registry, Some(size)) => format!("{base}/v1/trust?tree_size={size}"),
            (SourceKind::Registry, None) => format!("{base}/v1/trust"),
            (SourceKind::Static, _) => format!("{base}/trust.json"),
        }
    }

    /// Path and query of the bundle for a route.
    #[must_use]
    pub fn bundle_path(&self, route: &Route) -> String {
        let (base, weights) = (&self.base, route.weights.digest);
        match (self.kind, route.proposal) {
            (SourceKind::Registry, Some(proposal)) => format!("{base}/v1/bundles/{proposal}"),
            (SourceKind::Static, Some(proposal)) => format!("{base}/bundles/{}.json", proposal.to_hex()),
            (SourceKind::Static, None) => {
                format!("{base}/bundles/{}/{}/{}.json", route.environment, route.scope, weights.to_hex())
            }
            (SourceKind::Registry, None) => format!(
                "{base}/v1/bundles?model_id={}&weights_kind={}&weights={}&environment={}&scope={}",
                escaped(route.model_id.as_str()),
                route.weights.kind.as_str(),
                escaped(&weights.to_string()),
                escaped(route.environment.as_str()),
                escaped(route.scope.as_str()),
            ),
        }
    }
}

/// Scheme, authority and path of an address that can be asked.
fn split_url(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, base) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = host::split(authority);
    let sound = ["http", "https"].contains(&scheme)
        && host::is_normal(host)
        && port.is_none_or(host::is_port)
        && base.bytes().all(|byte| byte.is_ascii_graphic())
        && (base.is_empty() || (base != "/" && path::is_normal(base)));
    sound.then_some((scheme, authority, base))
}

fn optional_text(fields: &mut Fields<'_>, field: &'static str) -> Result<Option<String>, ConfigError> {
    let Some(value) = fields.optional(field) else { return Ok(None) };
    let text = value.as_str().filter(|text| text.len() <= limits::TEXT);
    let wrong = placet_core::error::ParseError::WrongType { field, expected: "a string" };
    Ok(Some(text.ok_or(wrong)?.into_owned()))
}

/// Everything but unreserved characters of RFC 3986 as `%XX`.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    })
}
