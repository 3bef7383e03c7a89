//! The codes that gateways add to those of the core, and how a configuration is refused.
//!
//! They are as stable as the core's; `docs/gateways.md` explains them, and a test holds the page to this table.

use alloc::string::{String, ToString as _};
use core::fmt;

use placet_core::error::ParseError;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident $area:ident $text:literal;)*) => {
        /// A code of the gateways' own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])* $name,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means, for people.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),*).trim_ascii(),)* }
            }

            /// Where it arises.
            #[must_use]
            pub const fn area(self) -> &'static str {
                match self { $(Self::$name => stringify!($area),)* }
            }
        }
    };
}

codes! {
    /// No policy is pinned.
    PinsEmpty configuration "pins_empty";
    /// The source's address is none that can be asked.
    SourceUrl configuration "source_url";
    /// Envoy needs the name of the cluster that leads to the source.
    ClusterRequired configuration "cluster_required";
    /// The read token holds something else than visible ASCII.
    ReadTokenMalformed configuration "read_token_malformed";
    /// There is no route.
    RoutesEmpty configuration "routes_empty";
    /// A path is not written as a gateway compares it.
    RoutePath configuration "route_path";
    /// A host is not written as a gateway compares it.
    RouteHost configuration "route_host";
    /// Two entries have the same name, or the same host and path.
    RouteConflict configuration "route_conflict";
    /// Everything would be open.
    OpenRoot configuration "open_root";
    /// A deployment statement is of a domain that is not pinned.
    DeploymentUnpinned configuration "deployment_unpinned";
    /// The request names no host.
    HostMissing request "host_missing";
    /// The request names more than one host.
    HostConflict request "host_conflict";
    /// The host is no name or address.
    HostMalformed request "host_malformed";
    /// The request's target is no path that every server reads alike.
    TargetMalformed request "target_malformed";
    /// The path holds a backslash.
    PathBackslash request "path_backslash";
    /// The path holds an escape that stands for a delimiter or a control character.
    PathEncodedDelimiter request "path_encoded_delimiter";
    /// The path holds a semicolon.
    PathParameter request "path_parameter";
    /// The path holds an empty segment.
    PathEmptySegment request "path_empty_segment";
    /// The path holds a dot segment.
    PathDotSegment request "path_dot_segment";
    /// The path belongs to another route if case is ignored.
    PathCase request "path_case";
    /// No route and no open path matches.
    RouteUnknown request "route_unknown";
    /// The proxy did not say which request it asks about.
    ForwardedMissing request "forwarded_missing";
    /// The proxy's words about the request contradict each other.
    ForwardedConflict request "forwarded_conflict";
    /// There is no trust document yet.
    TrustMissing evidence "trust_missing";
    /// There is no bundle for the route yet.
    BundleMissing evidence "bundle_missing";
    /// The bundle is of another proposal than the route's.
    ProposalMismatch evidence "proposal_mismatch";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a configuration is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// It is not the document that it should be.
    Parse(ParseError),
    /// It breaks a rule of its own.
    Rule {
        /// Which rule.
        code: Code,
        /// The name, path or host at which it is broken; never a token.
        at: String,
    },
}

impl ConfigError {
    pub(crate) fn rule(code: Code, at: impl fmt::Display) -> Self {
        Self::Rule { code, at: at.to_string() }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parse(error) => error.code().as_str(),
            Self::Rule { code, .. } => code.as_str(),
        }
    }
}

impl From<ParseError> for ConfigError {
    fn from(error: ParseError) -> Self {
        Self::Parse(error)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parse(error) => error.fmt(f),
            Self::Rule { code, at } => {
                let meaning = code.meaning().trim_end_matches('.');
                if at.is_empty() {
                    f.write_str(meaning)
                } else {
                    write!(f, "`{}`: {meaning}", at.escape_debug())
                }
            }
        }
    }
}

impl core::error::Error for ConfigError {}
