//! Writing a policy document.

use alloc::{string::String, vec::Vec};

use super::{Log, Member, MetricBound, Policy, Rule, Threshold};
use crate::{
    json::{ArrayWriter, ObjectWriter},
    training::Metric,
};

impl Policy {
    /// The payload bytes. A policy built by hand may break the structural rules: [`Policy::parse`] the result.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let principals = self.principals.iter().fold(ObjectWriter::new(), |object, (name, member)| {
            object.raw(name.as_str(), member_json(member))
        });
        let roles = self
            .roles
            .iter()
            .fold(ObjectWriter::new(), |object, (role, plane)| object.string(role.as_str(), plane.as_str()));
        let auto_revoke = self.auto_revoke.as_ref().map(|auto| {
            ObjectWriter::new()
                .integer("windows", auto.windows)
                .raw("min_severity", auto.min_severity.text.as_str())
                .finish()
        });
        ObjectWriter::new()
            .integer("version", self.version)
            .optional("previous", self.previous)
            .optional("domain", self.domain)
            .display("issued_at", &self.window.not_before)
            .display("expires_at", &self.window.not_after)
            .string("organization", &self.organization)
            .strings("environments", &self.environments)
            .strings("scopes", &self.scopes)
            .raw("root", threshold_json(&self.root))
            .raw("list_signers", threshold_json(&self.list_signers))
            .raw("log", or_null(self.log.as_ref().map(log_json)))
            .raw("principals", principals.finish())
            .raw("roles", roles.finish())
            .raw("rules", array(self.rules.iter().map(rule_json)))
            .raw("auto_revoke", or_null(auto_revoke))
            .integer("clock_skew_seconds", self.clock_skew_seconds.into())
            .finish()
            .into_bytes()
    }
}

fn or_null(json: Option<String>) -> String {
    json.unwrap_or_else(|| "null".into())
}

fn array(elements: impl Iterator<Item = String>) -> String {
    elements.fold(ArrayWriter::new(), |array, element| array.raw(&element)).finish()
}

fn threshold_json(threshold: &Threshold) -> String {
    ObjectWriter::new()
        .integer("threshold", threshold.threshold)
        .strings("principals", &threshold.principals)
        .finish()
}

fn log_json(log: &Log) -> String {
    let witnesses = log.witnesses.iter().map(|witness| {
        ObjectWriter::new().string("name", &witness.name).string("key", &witness.key.to_hex()).finish()
    });
    ObjectWriter::new()
        .string("origin", &log.origin)
        .string("key", &log.key.to_hex())
        .raw("witnesses", array(witnesses))
        .integer("threshold", log.threshold)
        .finish()
}

fn member_json(member: &Member) -> String {
    let keys = member.keys.iter().map(|key| {
        ObjectWriter::new()
            .string("algorithm", "ed25519")
            .string("public_key", &key.public.to_hex())
            .display("not_before", &key.window.not_before)
            .display("not_after", &key.window.not_after)
            .finish()
    });
    ObjectWriter::new()
        .string("display_name", &member.display_name)
        .string("unit", &member.unit)
        .strings("roles", &member.roles)
        .strings("operators", &member.operators)
        .raw("keys", array(keys))
        .finish()
}

fn rule_json(rule: &Rule) -> String {
    let quorum = rule.quorum.iter().map(|seat| {
        ObjectWriter::new().string("role", seat.role.as_str()).integer("threshold", seat.threshold).finish()
    });
    ObjectWriter::new()
        .string("name", rule.name.as_str())
        .display("environment", &rule.environment)
        .display("scope", &rule.scope)
        .raw("quorum", array(quorum))
        .integer("distinct_units", rule.distinct_units)
        .integer("max_ttl_days", rule.max_ttl_days)
        .integer("approval_window_days", rule.approval_window_days)
        .boolean("veto", rule.veto)
        .boolean("proposer_may_approve", rule.proposer_may_approve)
        .integer("revocation_list_max_age_seconds", rule.revocation_list_max_age_seconds)
        .boolean("require_ledger", rule.require_ledger)
        .raw("metrics", array(rule.metrics.iter().map(bound_json)))
        .finish()
}

fn bound_json(bound: &MetricBound) -> String {
    let text = |metric: &Option<Metric>| or_null(metric.as_ref().map(|metric| metric.text.clone()));
    ObjectWriter::new()
        .string("name", bound.name.as_str())
        .raw("min", text(&bound.min))
        .raw("max", text(&bound.max))
        .finish()
}
