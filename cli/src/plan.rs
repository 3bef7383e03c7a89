//! An organisation as somebody describes it, before it has keys: the fields of a policy, most of them with a default.

use std::collections::BTreeMap;

use placet_core::{
    error::ParseError,
    key::{PublicKey, Signer as _},
    name::{Environment, Label, Principal, Role, RuleName, Scope},
    policy::{
        AutoRevoke, Log, Member, MetricBound, Pattern, Plane, Policy, PolicyKey, RoleThreshold, Rule,
        Threshold, Witness,
    },
    time::{Timestamp, Window},
    training::Metric,
};
use serde::Deserialize;

use crate::{
    clock,
    error::{At as _, Error, Result},
    signing::Key,
};

/// A description that `placet init --from` reads.
pub(crate) const EXAMPLE: &str = include_str!("../examples/organisation.toml");

/// A description of an organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) organization: String,
    pub(crate) environments: Vec<String>,
    pub(crate) scopes: Vec<String>,
    #[serde(default = "year")]
    pub(crate) valid: String,
    pub(crate) roles: BTreeMap<String, String>,
    pub(crate) principals: BTreeMap<String, PlannedMember>,
    pub(crate) root: PlannedThreshold,
    pub(crate) list_signers: PlannedThreshold,
    pub(crate) rules: Vec<PlannedRule>,
    pub(crate) log: Option<PlannedLog>,
    pub(crate) auto_revoke: Option<PlannedAutoRevoke>,
    #[serde(default = "skew")]
    pub(crate) clock_skew_seconds: u32,
}

/// A person or a service.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlannedMember {
    pub(crate) display_name: String,
    pub(crate) unit: String,
    pub(crate) roles: Vec<String>,
    pub(crate) operators: Vec<String>,
    pub(crate) public_key: Option<String>,
}

/// So many of these.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlannedThreshold {
    pub(crate) threshold: u64,
    pub(crate) principals: Vec<String>,
}

/// What a place asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PlannedRule {
    pub(crate) name: String,
    pub(crate) environment: String,
    pub(crate) scope: String,
    pub(crate) quorum: BTreeMap<String, u64>,
    pub(crate) distinct_units: u64,
    pub(crate) max_ttl_days: u64,
    pub(crate) approval_window_days: u64,
    pub(crate) veto: bool,
    pub(crate) proposer_may_approve: bool,
    pub(crate) revocation_list_max_age_seconds: u64,
    pub(crate) require_ledger: bool,
    pub(crate) metrics: Vec<PlannedBound>,
}

impl Default for PlannedRule {
    fn default() -> Self {
        Self {
            name: String::new(),
            environment: "*".into(),
            scope: "*".into(),
            quorum: BTreeMap::new(),
            distinct_units: 0,
            max_ttl_days: 90,
            approval_window_days: 7,
            veto: true,
            proposer_may_approve: false,
            revocation_list_max_age_seconds: 3600,
            require_ledger: false,
            metrics: Vec::new(),
        }
    }
}

/// Bounds of a metric.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlannedBound {
    name: String,
    min: Option<f64>,
    max: Option<f64>,
}

/// The evidence ledger's log and its witnesses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlannedLog {
    origin: String,
    key: String,
    #[serde(default)]
    witnesses: BTreeMap<String, String>,
    #[serde(default)]
    threshold: u64,
}

/// When a monitor may revoke by itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlannedAutoRevoke {
    windows: u64,
    min_severity: f64,
}

fn year() -> String {
    "365d".into()
}

fn skew() -> u32 {
    120
}

/// A policy that nobody has signed yet, and the keys that were made for it.
pub(crate) struct Founded {
    pub(crate) policy: Policy,
    pub(crate) keys: BTreeMap<Principal, Key>,
}

impl Plan {
    /// Reads TOML, or JSON where the text begins with a brace.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if text.trim_start().starts_with('{') {
            // The strict reader first: serde would take the last of two equal keys.
            placet_core::json::Value::parse(text.as_bytes()).map_err(ParseError::from)?;
            return serde_json::from_str(text).map_err(|error| Error::new("plan_malformed", error));
        }
        toml::from_str(text).map_err(|error| {
            Error::new("plan_malformed", error.to_string().trim_end())
                .hint("`placet init --example` prints a description that works")
        })
    }

    /// Makes version 1 of the policy, issued now, with a new key for everybody who has none.
    ///
    /// # Errors
    ///
    /// Names that are none, and the codes of policies that break a structural rule.
    pub(crate) fn found(&self, now: Timestamp) -> Result<Founded> {
        let seconds = clock::parse_duration(&self.valid);
        let seconds = seconds.map_err(|message| Error::new("plan_malformed", format!("valid: {message}")))?;
        let window = Window { not_before: now, not_after: now.plus(seconds) };
        let mut keys = BTreeMap::new();
        let mut principals = BTreeMap::new();
        for (name, member) in &self.principals {
            let name = Principal::parse(name).at(name)?;
            let public = if let Some(hex) = &member.public_key {
                PublicKey::parse_hex(hex).at(&name)?
            } else {
                let key = Key::generate()?;
                let public = key.public_key().clone();
                keys.insert(name.clone(), key);
                public
            };
            principals.insert(name, member.member(PolicyKey { public, window })?);
        }
        let policy = Policy {
            version: 1,
            previous: None,
            domain: None,
            window,
            organization: self.organization.clone(),
            environments: names(&self.environments, Environment::parse)?,
            scopes: names(&self.scopes, Scope::parse)?,
            root: self.root.threshold()?,
            list_signers: self.list_signers.threshold()?,
            log: self.log.as_ref().map(PlannedLog::log).transpose()?,
            principals,
            roles: self.roles.iter().map(planned_role).collect::<Result<_>>()?,
            rules: self.rules.iter().map(PlannedRule::rule).collect::<Result<_>>()?,
            auto_revoke: self.auto_revoke.as_ref().map(PlannedAutoRevoke::auto_revoke).transpose()?,
            clock_skew_seconds: self.clock_skew_seconds,
        };
        // What is signed is what everybody else will read, and only that.
        let policy = Policy::parse(&policy.to_payload())?;
        Ok(Founded { policy, keys })
    }
}

impl PlannedMember {
    fn member(&self, key: PolicyKey) -> Result<Member> {
        Ok(Member {
            display_name: self.display_name.clone(),
            unit: self.unit.clone(),
            roles: names(&self.roles, Role::parse)?,
            operators: names(&self.operators, Principal::parse)?,
            keys: vec![key],
        })
    }
}

impl PlannedThreshold {
    fn threshold(&self) -> Result<Threshold> {
        Ok(Threshold { threshold: self.threshold, principals: names(&self.principals, Principal::parse)? })
    }
}

impl PlannedRule {
    fn rule(&self) -> Result<Rule> {
        let seat = |(role, threshold): (&String, &u64)| {
            Ok(RoleThreshold { role: Role::parse(role).at(role)?, threshold: *threshold })
        };
        Ok(Rule {
            name: RuleName::parse(&self.name).at(format!("rule `{}`", self.name))?,
            environment: pattern(&self.environment, Environment::parse)?,
            scope: pattern(&self.scope, Scope::parse)?,
            quorum: self.quorum.iter().map(seat).collect::<Result<_>>()?,
            distinct_units: self.distinct_units,
            max_ttl_days: self.max_ttl_days,
            approval_window_days: self.approval_window_days,
            veto: self.veto,
            proposer_may_approve: self.proposer_may_approve,
            revocation_list_max_age_seconds: self.revocation_list_max_age_seconds,
            require_ledger: self.require_ledger,
            metrics: self.metrics.iter().map(PlannedBound::bound).collect::<Result<_>>()?,
        })
    }
}

impl PlannedBound {
    fn bound(&self) -> Result<MetricBound> {
        Ok(MetricBound {
            name: Label::parse(&self.name).at(&self.name)?,
            min: self.min.map(number).transpose()?,
            max: self.max.map(number).transpose()?,
        })
    }
}

impl PlannedLog {
    fn log(&self) -> Result<Log> {
        let witness = |(name, key): (&String, &String)| {
            Ok(Witness { name: name.clone(), key: PublicKey::parse_hex(key).at(name)? })
        };
        Ok(Log {
            origin: self.origin.clone(),
            key: PublicKey::parse_hex(&self.key).at("log")?,
            witnesses: self.witnesses.iter().map(witness).collect::<Result<_>>()?,
            threshold: self.threshold,
        })
    }
}

impl PlannedAutoRevoke {
    fn auto_revoke(&self) -> Result<AutoRevoke> {
        Ok(AutoRevoke { windows: self.windows, min_severity: number(self.min_severity)? })
    }
}

/// A number with the shortest text that gives it again.
fn number(value: f64) -> Result<Metric> {
    Metric::parse(&format!("{value:?}")).at(value)
}

fn planned_role((role, plane): (&String, &String)) -> Result<(Role, Plane)> {
    let unknown = || {
        let planes = Plane::ALL.map(Plane::as_str).join(", ");
        Error::new("unknown_value", format!("role `{role}`: `{plane}` is no plane"))
            .hint(format!("planes are {planes}"))
    };
    Ok((Role::parse(role).at(role)?, Plane::parse(plane).ok_or_else(unknown)?))
}

fn pattern<T>(text: &str, parse: fn(&str) -> std::result::Result<T, ParseError>) -> Result<Pattern<T>> {
    if text == "*" { Ok(Pattern::Any) } else { parse(text).map(Pattern::Only).at(format!("`{text}`")) }
}

fn names<T>(texts: &[String], parse: fn(&str) -> std::result::Result<T, ParseError>) -> Result<Vec<T>> {
    texts.iter().map(|text| parse(text).at(format!("`{text}`"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_in_the_help_founds_no_organisation() {
        let now = Timestamp::parse("2026-11-22T14:05:00Z").unwrap();
        let founded = Plan::parse(EXAMPLE).unwrap().found(now).unwrap();
        assert_eq!(founded.keys.len(), 9);
        assert_eq!(founded.policy.rules[0].metrics[0].min.as_ref().unwrap().text, "0.95");
    }

    #[test]
    fn misspelt_field_is_read_as_its_default() {
        let text = EXAMPLE.replace("veto = true", "vetoes = true");
        assert_eq!(Plan::parse(&text).unwrap_err().code(), "plan_malformed");
        let json = r#"{"organization": "a", "organization": "b"}"#;
        assert_eq!(Plan::parse(json).unwrap_err().code(), "duplicate_key");
    }

    #[test]
    fn bound_that_is_no_number_is_signed() {
        let now = Timestamp::parse("2026-11-22T14:05:00Z").unwrap();
        for bound in ["nan", "inf"] {
            let text = EXAMPLE.replace("min = 0.95", &format!("min = {bound}"));
            assert!(Plan::parse(&text).unwrap().found(now).is_err(), "{bound}");
        }
    }
}
