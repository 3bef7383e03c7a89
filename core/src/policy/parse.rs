//! Reading a policy document.

use alloc::vec::Vec;

use super::{
    AutoRevoke, Log, Member, MetricBound, Pattern, Plane, Policy, PolicyKey, RoleThreshold, Rule, Threshold,
    Witness,
};
use crate::{
    code::Code,
    document::{Identifier, string_of},
    error::ParseError,
    json::{Fields, Value},
    key::PublicKey,
    limits,
    training::Metric,
};

/// The days that `max_ttl_days` is where a rule does not say.
const DEFAULT_TTL_DAYS: u64 = 90;
/// The most days of a duration: a hundred years.
const MAX_DAYS: u64 = 36_525;

impl Policy {
    /// Reads a policy and checks the structural rules.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are no policy, or one that breaks a structural rule.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        if payload.len() > limits::PAYLOAD {
            return Err(ParseError::TooLarge { field: "payload", limit: limits::PAYLOAD });
        }
        let mut fields = Fields::of(Value::parse(payload)?, "policy")?;
        let policy = Self {
            version: fields.integer("version", 1..=u64::MAX)?,
            previous: fields.optional_digest("previous")?,
            domain: fields.optional_digest("domain")?,
            window: fields.window("issued_at", "expires_at")?,
            organization: fields.string("organization", 256)?,
            environments: fields.some_identifiers("environments", limits::PLACES)?,
            scopes: fields.some_identifiers("scopes", limits::PLACES)?,
            root: threshold(fields.required("root")?)?,
            list_signers: threshold(fields.required("list_signers")?)?,
            log: nullable(fields.required("log")?, log)?,
            principals: fields.map("principals", limits::PRINCIPALS, member)?,
            roles: fields.map("roles", limits::PRINCIPALS, plane)?,
            rules: fields.list("rules", limits::RULES)?.into_iter().map(rule).collect::<Result<_, _>>()?,
            auto_revoke: nullable(fields.required("auto_revoke")?, auto_revoke)?,
            clock_skew_seconds: match fields.optional("clock_skew_seconds") {
                None => 120,
                Some(value) => value
                    .as_u64()
                    .and_then(|seconds| u32::try_from(seconds).ok())
                    .filter(|seconds| *seconds <= 600)
                    .ok_or(ParseError::invalid("clock_skew_seconds", Code::InvalidInteger))?,
            },
        };
        fields.annotations()?;
        fields.finish()?;
        policy.check_rules()?;
        Ok(policy)
    }
}

fn nullable<'a, T>(
    value: Value<'a>,
    parse: fn(Value<'a>) -> Result<T, ParseError>,
) -> Result<Option<T>, ParseError> {
    if value.is_null() { Ok(None) } else { parse(value).map(Some) }
}

fn threshold(value: Value<'_>) -> Result<Threshold, ParseError> {
    let mut fields = Fields::of(value, "threshold")?;
    let threshold = Threshold {
        threshold: fields.integer("threshold", 1..=1024)?,
        principals: fields.some_identifiers("principals", limits::PRINCIPALS)?,
    };
    fields.finish()?;
    Ok(threshold)
}

fn log(value: Value<'_>) -> Result<Log, ParseError> {
    let mut fields = Fields::of(value, "log")?;
    let log = Log {
        origin: fields.string("origin", 256)?,
        key: PublicKey::parse_hex(&fields.text("key")?)?,
        witnesses: fields
            .list("witnesses", limits::WITNESSES)?
            .into_iter()
            .map(witness)
            .collect::<Result<_, _>>()?,
        threshold: fields.integer("threshold", 0..=64)?,
    };
    fields.finish()?;
    Ok(log)
}

fn witness(value: Value<'_>) -> Result<Witness, ParseError> {
    let mut fields = Fields::of(value, "witnesses")?;
    let witness =
        Witness { name: fields.string("name", 256)?, key: PublicKey::parse_hex(&fields.text("key")?)? };
    fields.finish()?;
    Ok(witness)
}

fn member(value: Value<'_>) -> Result<Member, ParseError> {
    let mut fields = Fields::of(value, "principals")?;
    let member = Member {
        display_name: fields.string("display_name", 256)?,
        unit: fields.string("unit", 256)?,
        roles: fields.identifiers("roles", limits::PRINCIPALS)?,
        operators: fields.identifiers("operators", limits::PRINCIPALS)?,
        keys: fields.list("keys", limits::KEYS)?.into_iter().map(key).collect::<Result<_, _>>()?,
    };
    fields.finish()?;
    Ok(member)
}

fn key(value: Value<'_>) -> Result<PolicyKey, ParseError> {
    let mut fields = Fields::of(value, "keys")?;
    fields.one_of("algorithm", |name| (name == "ed25519").then_some(()))?;
    let key = PolicyKey {
        public: PublicKey::parse_hex(&fields.text("public_key")?)?,
        window: fields.window("not_before", "not_after")?,
    };
    fields.finish()?;
    Ok(key)
}

fn plane(value: Value<'_>) -> Result<Plane, ParseError> {
    let text = string_of(value, "roles", limits::TEXT)?;
    Plane::parse(&text).ok_or(ParseError::invalid("roles", Code::UnknownValue))
}

fn rule(value: Value<'_>) -> Result<Rule, ParseError> {
    let mut fields = Fields::of(value, "rules")?;
    let rule = Rule {
        name: fields.identifier("name")?,
        environment: pattern(fields.string("environment", 128)?.as_str(), "environment")?,
        scope: pattern(fields.string("scope", 128)?.as_str(), "scope")?,
        quorum: role_thresholds(&mut fields)?,
        distinct_units: fields.integer("distinct_units", 0..=1024)?,
        max_ttl_days: match fields.optional("max_ttl_days") {
            None => DEFAULT_TTL_DAYS,
            Some(value) => value
                .as_u64()
                .filter(|days| (1..=MAX_DAYS).contains(days))
                .ok_or(ParseError::invalid("max_ttl_days", Code::InvalidInteger))?,
        },
        approval_window_days: fields.integer("approval_window_days", 1..=MAX_DAYS)?,
        veto: fields.boolean("veto")?,
        proposer_may_approve: fields.boolean("proposer_may_approve")?,
        revocation_list_max_age_seconds: fields
            .integer("revocation_list_max_age_seconds", 1..=MAX_DAYS * 86_400)?,
        require_ledger: fields.boolean("require_ledger")?,
        metrics: metric_bounds(&mut fields)?,
    };
    fields.finish()?;
    Ok(rule)
}

fn pattern<T: Identifier>(text: &str, field: &'static str) -> Result<Pattern<T>, ParseError> {
    if text == "*" {
        return Ok(Pattern::Any);
    }
    T::from_text(text).map(Pattern::Only).map_err(|_| ParseError::invalid(field, Code::InvalidIdentifier))
}

fn role_thresholds(fields: &mut Fields<'_>) -> Result<Vec<RoleThreshold>, ParseError> {
    let parse = |value| {
        let mut fields = Fields::of(value, "quorum")?;
        let seat = RoleThreshold {
            role: fields.identifier("role")?,
            threshold: fields.integer("threshold", 1..=1024)?,
        };
        fields.finish()?;
        Ok(seat)
    };
    fields.list("quorum", limits::RULES)?.into_iter().map(parse).collect()
}

fn metric_bounds(fields: &mut Fields<'_>) -> Result<Vec<MetricBound>, ParseError> {
    let bound = |value: Value<'_>| nullable(value, |value| Metric::parse(value.raw()));
    let parse = |value| {
        let mut fields = Fields::of(value, "metrics")?;
        let metric = MetricBound {
            name: fields.identifier("name")?,
            min: bound(fields.required("min")?)?,
            max: bound(fields.required("max")?)?,
        };
        fields.finish()?;
        Ok(metric)
    };
    fields.list("metrics", limits::ENTRIES)?.into_iter().map(parse).collect()
}

fn auto_revoke(value: Value<'_>) -> Result<AutoRevoke, ParseError> {
    let mut fields = Fields::of(value, "auto_revoke")?;
    let auto_revoke = AutoRevoke {
        windows: fields.integer("windows", 1..=1024)?,
        min_severity: Metric::parse(fields.required("min_severity")?.raw())?,
    };
    fields.finish()?;
    if (0.0..=1.0).contains(&auto_revoke.min_severity.value) {
        Ok(auto_revoke)
    } else {
        Err(ParseError::invalid("min_severity", Code::InvalidNumber))
    }
}
