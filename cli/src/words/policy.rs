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
        let words = format!("{} of its witnesses {}", log.threshold, all_of(&witnesses));
        head.row("ledger", format!("{}, cosigned by {words}", escape(&log.origin)));
    }
    if let Some(auto) = &policy.auto_revoke {
        let words = format!("after {} drifted windows of severity {}", auto.windows, auto.min_severity.text);
        head.row("monitors revoke", words);
    }
    let title = format!("Policy of {}, version {}", escape(&policy.organization), policy.version);
    let mut text = format!("{}\n{}", paint(HEADING, title), head.finish(2));
    text.put(format_args!("\n{}\n", paint(HEADING, "Rules")));
    for rule in &policy.rules {
        text.put(format_args!("  {}\n", rule_words(rule)));
    }
    text.put(format_args!("\n{}\n", paint(HEADING, "People and services")));
    for (name, member) in &policy.principals {
        text.put(format_args!("  {}: {}\n", person(Some(policy), name), member_words(policy, member)));
        for key in &member.keys {
            let fingerprint = key.public.fingerprint();
            let line = format!("{fingerprint}, until {}: {}", key.window.not_after, key.public.words());
            text.put(format_args!("    {}\n", paint(FAINT, line)));
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

/// A rule as one sentence.
pub(crate) fn rule_words(rule: &Rule) -> String {
    let place = |pattern: &dyn std::fmt::Display, any: &str| match pattern.to_string().as_str() {
        "*" => any.to_owned(),
        only => only.to_owned(),
    };
    let quorum: Vec<_> = rule.quorum.iter().map(|seat| format!("{} {}", seat.threshold, seat.role)).collect();
    let mut words = format!(
        "{}: {}, {}: {}",
        rule.name,
        place(&rule.environment, "every other environment"),
        place(&rule.scope, "every scope"),
        all_of(&quorum)
    );
    let mut add = |clause: String| words.put(format_args!("; {clause}"));
    if rule.distinct_units > 0 {
        add(format!("from at least {} units", rule.distinct_units));
    }
    add(format!("within {} days", rule.approval_window_days));
    add(format!("runs at most {} days", rule.max_ttl_days));
    if rule.veto {
        add("one rejection denies".into());
    }
    if rule.proposer_may_approve {
        add("who proposes may approve".into());
    }
    add(format!("revocation list at most {} old", clock::words(rule.revocation_list_max_age_seconds)));
    if rule.require_ledger {
        add("in the ledger".into());
    }
    for bound in &rule.metrics {
        let min = bound.min.as_ref().map(|min| format!(" at least {}", min.text)).unwrap_or_default();
        let max = bound.max.as_ref().map(|max| format!(" at most {}", max.text)).unwrap_or_default();
        add(format!("{}{min}{max}", bound.name));
    }
    words
}
