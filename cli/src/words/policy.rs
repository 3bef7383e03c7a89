//! A policy: who is there, who may what, and what each place asks.

use placet_core::{
    digest::Digest,
    key::words,
    policy::{Member, Policy, Rule},
    summary::escape,
};

use super::{Put as _, Table, all_of, person};
use crate::{
    clock,
    terminal::{FAINT, HEADING, paint},
};

/// The whole policy.
pub(crate) fn policy(policy: &Policy, digest: Digest) -> String {
    let mut head = Table::default();
    head.row("digest", digest)
        .row("in words", words(&digest))
        .row("in force", format!("from {} until {}", policy.window.not_before, policy.window.not_after))
        .row("environments", names(&policy.environments))
        .row("scopes", names(&policy.scopes))
        .row("next policy", signers(policy, &policy.root))
        .row("revocation lists", signers(policy, &policy.list_signers))
        .row("clock skew", clock::words(policy.clock_skew_seconds.into()));
    if let Some(log) = &policy.log {
        let witnesses: Vec<_> = log.witnesses.iter().map(|witness| escape(&witness.name)).collect();
        let words = match witnesses.as_slice() {
            [] => "without witnesses".to_owned(),
            _ => format!("cosigned by {} of its witnesses {}", log.threshold, all_of(&witnesses)),
        };
        head.row("ledger", format!("{}, {words}", escape(&log.origin)));
    }
    if let Some(auto) = &policy.auto_revoke {
        let words = format!("after {} drifted windows of severity {}", auto.windows, auto.min_severity.text);
        head.row("monitors revoke", words);
    }
    let title = format!("Policy of {}, version {}", escape(&policy.organization), policy.version);
    let mut text = format!("{}\n{}", paint(HEADING, title), head.finish(2));
    text.put(format_args!("\n{}\n", paint(HEADING, "Rules")));
    for rule in &policy.rules {
        let [governs, quorum, asks] = rule_lines(rule);
        text.put(format_args!("  {governs}\n    {quorum}\n    {asks}\n"));
    }
    text.put(format_args!("\n{}\n", paint(HEADING, "People and services")));
    for (name, member) in &policy.principals {
        text.put(format_args!("  {}: {}\n", person(Some(policy), name), member_words(policy, member)));
        for key in &member.keys {
            let line = format!("{}, until {}", key.public.fingerprint(), key.window.not_after);
            text.put(format_args!("    {}\n", paint(FAINT, line)));
            text.put(format_args!("    {}\n", paint(FAINT, key.public.words())));
        }
    }
    text
}

fn names<T: AsRef<str>>(names: &[T]) -> String {
    all_of(names)
}

fn signers(policy: &Policy, group: &placet_core::policy::Threshold) -> String {
    let people: Vec<_> = group.principals.iter().map(|name| person(Some(policy), name)).collect();
    format!("signed by {} of {}", group.threshold, all_of(&people))
}

fn member_words(policy: &Policy, member: &Member) -> String {
    let roles = member.roles.iter().map(|role| {
        let plane = policy.roles.get(role).map_or("no", |plane| plane.as_str());
        format!("{role} ({plane})")
    });
    let mut words = all_of(&roles.collect::<Vec<_>>());
    if words.is_empty() {
        words.push_str("no role");
    }
    if !member.unit.is_empty() {
        words.put(format_args!("; unit {}", escape(&member.unit)));
    }
    if !member.operators.is_empty() {
        words.put(format_args!("; operated by {}", names(&member.operators)));
    }
    words
}

/// A rule in three lines: where it governs, who must agree, and what else it asks.
pub(crate) fn rule_lines(rule: &Rule) -> [String; 3] {
    let place = |pattern: &dyn std::fmt::Display, any: &str| match pattern.to_string().as_str() {
        "*" => any.to_owned(),
        only => only.to_owned(),
    };
    let environment = place(&rule.environment, "every other environment");
    let governs = format!("{}: {environment}, {}", rule.name, place(&rule.scope, "every scope"));
    let seats = rule.quorum.iter().map(|seat| format!("{} {}", seat.threshold, seat.role));
    let mut quorum = format!("approved by {}", all_of(&seats.collect::<Vec<_>>()));
    if rule.distinct_units > 0 {
        quorum.put(format_args!(" from at least {} units", rule.distinct_units));
    }
    quorum.put(format_args!(" within {} days", rule.approval_window_days));
    if rule.veto {
        quorum.put(format_args!("; one rejection denies"));
    }
    if rule.proposer_may_approve {
        quorum.put(format_args!("; who proposes may approve"));
    }
    let age = clock::words(rule.revocation_list_max_age_seconds);
    let mut asks = format!("for at most {} days; revocation list at most {age} old", rule.max_ttl_days);
    if rule.require_ledger {
        asks.put(format_args!("; in the ledger"));
    }
    for bound in &rule.metrics {
        let min = bound.min.as_ref().map(|min| format!(" at least {}", min.text)).unwrap_or_default();
        let max = bound.max.as_ref().map(|max| format!(" at most {}", max.text)).unwrap_or_default();
        asks.put(format_args!("; {}{min}{max}", bound.name));
    }
    [governs, quorum, asks]
}
