//! The configuration that all gateways share.

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use placet_core::{
    code::Code as CoreCode,
    decision::Outcome,
    deployment::Deployment,
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    json::{Fields, Value},
    limits,
    name::{Environment, ModelId, RuleName, Scope},
    statement::Statement,
    trust::Trust,
    weights::{Weights, WeightsKind},
};

use crate::{
    code::{Code, ConfigError},
    host, path,
    source::Source,
};

/// The media type of a configuration.
pub const CONFIGURATION: &str = "application/vnd.placet.gateway+json;version=1";

/// Bytes of a configuration: a trust document may stand in it.
pub const LARGEST: usize = limits::TRUST;
/// Routes.
pub const ROUTES: usize = 256;
/// Open paths.
pub const OPEN: usize = 64;
/// Seconds between two looks at the source, where nothing is said.
const REFRESH: u64 = 30;

/// What becomes of a request that is not permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It goes on, and is counted.
    Observe,
    /// It is refused.
    Enforce,
}

impl Mode {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "observe" => Some(Self::Observe),
            "enforce" => Some(Self::Enforce),
            _ => None,
        }
    }
}

/// A configuration that keeps all rules.
#[derive(Clone, Debug)]
pub struct Config {
    /// What becomes of what is not permitted.
    pub mode: Mode,
    /// Digests of first policies.
    pub pins: BTreeSet<Digest>,
    /// Where evidence comes from.
    pub source: Source,
    /// The longest time between two looks at the source, in seconds.
    pub refresh_seconds: i64,
    /// What there is to trust in the beginning.
    pub trust: Option<Trust>,
    /// What needs a permit.
    pub routes: Vec<Route>,
    /// What needs none.
    pub open: Vec<Place>,
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// For this host only.
    pub host: Option<String>,
    /// The prefix, by whole segments.
    pub path: String,
}

/// A route: where requests go, and what runs there.
///
/// What runs there is what the deployer says or what was signed as deployed, never what a bundle or a client says
/// (attack: approved digest, other weights).
#[derive(Clone, Debug)]
pub struct Route {
    /// Its name in metrics and answers.
    pub name: RuleName,
    /// Which requests are its own.
    pub place: Place,
    /// The model.
    pub model_id: ModelId,
    /// The weights that were loaded.
    pub weights: Weights,
    /// Where.
    pub environment: Environment,
    /// For what.
    pub scope: Scope,
    /// The one proposal that may answer; none where any may.
    pub proposal: Option<Digest>,
    /// The signed statement that says all this, where one does.
    pub deployment: Option<(Digest, Envelope)>,
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the code of what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigError> {
        if bytes.len() > LARGEST {
            return Err(ParseError::TooLarge { field: "configuration", limit: LARGEST }.into());
        }
        let mut fields = Fields::of(Value::parse(bytes).map_err(ParseError::from)?, "configuration")?;
        if fields.string("media_type", limits::TEXT)? != CONFIGURATION {
            return Err(ParseError::invalid("media_type", CoreCode::UnsupportedVersion).into());
        }
        let mode = fields.one_of("mode", Mode::parse)?;
        let pins = fields.list("pins", limits::POLICY_CHAIN)?.into_iter().map(|pin| digest(pin, "pins"));
        let pins: BTreeSet<_> = pins.collect::<Result<_, _>>()?;
        let source = Source::parse(fields.required("source")?)?;
        let refresh = match fields.optional("refresh_seconds").map(Value::as_u64) {
            None => Some(REFRESH),
            Some(seconds) => seconds.filter(|seconds| (1..=3600).contains(seconds)),
        };
        let refresh = refresh.and_then(|seconds| i64::try_from(seconds).ok());
        let refresh_seconds =
            refresh.ok_or(ParseError::invalid("refresh_seconds", CoreCode::InvalidInteger))?;
        let trust = fields.optional("trust").map(|trust| Trust::parse(trust.raw().as_bytes())).transpose()?;
        let routes = fields.list("routes", ROUTES)?;
        let open = match fields.optional("open") {
            None => Vec::new(),
            Some(open) => elements(open, "open", OPEN)?,
        };
        fields.finish()?;
        if pins.is_empty() {
            return Err(ConfigError::rule(Code::PinsEmpty, ""));
        }
        let routes: Vec<_> =
            routes.into_iter().map(|route| Route::parse(route, &pins)).collect::<Result<_, _>>()?;
        let open: Vec<_> = open.into_iter().map(open_path).collect::<Result<_, _>>()?;
        check_routes(&routes, &open)?;
        Ok(Self { mode, pins, source, refresh_seconds, trust, routes, open })
    }
}

impl Route {
    fn parse(value: Value<'_>, pins: &BTreeSet<Digest>) -> Result<Self, ConfigError> {
        let mut fields = Fields::of(value, "routes")?;
        let name: RuleName = fields.identifier("name")?;
        let place = Place::parse(&mut fields)?;
        if let Some(value) = fields.optional("deployment") {
            fields.finish()?;
            return Self::deployed(name, place, Envelope::from_value(value)?, pins);
        }
        let model_id = fields.identifier("model_id")?;
        let mut weights = Fields::of(fields.required("weights")?, "weights")?;
        let route = Self {
            name,
            place,
            model_id,
            weights: Weights {
                kind: weights.one_of("kind", WeightsKind::parse)?,
                digest: weights.digest("digest")?,
            },
            environment: fields.identifier("environment")?,
            scope: fields.identifier("scope")?,
            proposal: fields.optional("proposal").map(|value| digest(value, "proposal")).transpose()?,
            deployment: None,
        };
        weights.finish()?;
        fields.finish()?;
        Ok(route)
    }

    /// What a deployment statement says; each decision verifies it again.
    fn deployed(
        name: RuleName,
        place: Place,
        envelope: Envelope,
        pins: &BTreeSet<Digest>,
    ) -> Result<Self, ConfigError> {
        if envelope.payload_type() != Deployment::PAYLOAD_TYPE {
            return Err(ParseError::invalid("deployment", CoreCode::WrongPayloadType).into());
        }
        let deployment = Deployment::parse(envelope.unverified_payload())?;
        if deployment.outcome != Outcome::Permit {
            return Err(ParseError::invalid("deployment", CoreCode::NotPermitted).into());
        }
        if !pins.contains(&deployment.domain) {
            return Err(ConfigError::rule(Code::DeploymentUnpinned, &name));
        }
        Ok(Self {
            name,
            place,
            model_id: deployment.subject.model_id,
            weights: deployment.subject.weights,
            environment: deployment.environment,
            scope: deployment.scope,
            proposal: Some(deployment.proposal),
            deployment: Some((deployment.domain, envelope)),
        })
    }
}

impl Place {
    fn parse(fields: &mut Fields<'_>) -> Result<Self, ConfigError> {
        let path = fields.string("path", limits::TEXT)?;
        if !path::is_normal(&path) {
            return Err(ConfigError::rule(Code::RoutePath, path));
        }
        let host = match fields.optional("host") {
            None => None,
            Some(value) => {
                let host =
                    value.as_str().ok_or(ParseError::WrongType { field: "host", expected: "a string" })?;
                if !host::is_normal(&host) {
                    return Err(ConfigError::rule(Code::RouteHost, host));
                }
                Some(host.into_owned())
            }
        };
        Ok(Self { host, path })
    }
}

fn open_path(value: Value<'_>) -> Result<Place, ConfigError> {
    let mut fields = Fields::of(value, "open")?;
    let place = Place::parse(&mut fields)?;
    fields.finish()?;
    // One line must not turn the gateway off.
    if place.path == "/" { Err(ConfigError::rule(Code::OpenRoot, "/")) } else { Ok(place) }
}

/// Checks that names and places are unique.
fn check_routes(routes: &[Route], open: &[Place]) -> Result<(), ConfigError> {
    if routes.is_empty() {
        return Err(ConfigError::rule(Code::RoutesEmpty, ""));
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = routes.iter().find(|route| !names.insert(&route.name)) {
        return Err(ConfigError::rule(Code::RouteConflict, &twice.name));
    }
    let mut places = BTreeSet::new();
    for place in routes.iter().map(|route| &route.place).chain(open) {
        if !places.insert((&place.host, place.path.to_ascii_lowercase())) {
            return Err(ConfigError::rule(Code::RouteConflict, &place.path));
        }
    }
    Ok(())
}

fn digest(value: Value<'_>, field: &'static str) -> Result<Digest, ParseError> {
    let text = value.as_str().ok_or(ParseError::WrongType { field, expected: "a string" })?;
    Digest::parse(&text).ok_or(ParseError::invalid(field, CoreCode::InvalidDigest))
}

fn elements<'a>(value: Value<'a>, field: &'static str, limit: usize) -> Result<Vec<Value<'a>>, ParseError> {
    let elements = value.elements().ok_or(ParseError::WrongType { field, expected: "an array" })?;
    let elements: Vec<_> = elements.take(limit.saturating_add(1)).collect();
    if elements.len() > limit { Err(ParseError::TooMany { field, limit }) } else { Ok(elements) }
}
