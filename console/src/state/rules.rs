//! A policy in sentences, and what differs between two of them.

use std::collections::BTreeSet;

use placet_core::{
    policy::{Pattern, Plane, Policy, Rule},
    summary,
};

use super::{changes, words};

/// A rule as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Its name.
    pub name: String,
    /// The rule in one sentence.
    pub sentence: String,
    /// What else it asks.
    pub notes: Vec<String>,
    /// Each role with the number of signatures that it takes.
    pub seats: Vec<(String, u64)>,
}

/// A rule in words.
#[must_use]
pub fn rule(rule: &Rule, policy: &Policy) -> Words {
    let environment = match &rule.environment {
        Pattern::Any => "any other environment".to_owned(),
        Pattern::Only(only) => only.to_string(),
    };
    let scope = match &rule.scope {
        Pattern::Any => String::new(),
        Pattern::Only(only) => format!(" for {only}"),
    };
    let seats: Vec<_> = rule.quorum.iter().map(|seat| (seat.role.to_string(), seat.threshold)).collect();
    let people: Vec<_> = seats.iter().map(|(role, count)| format!("{count} of {role}")).collect();
    let verb = if seats.iter().map(|(_, count)| count).sum::<u64>() == 1 { "approves" } else { "approve" };
    let units = match rule.distinct_units {
        0 => String::new(),
        1 => ", from at least 1 unit".to_owned(),
        more => format!(", from at least {more} units"),
    };
    let days = |count: u64| words::count(usize::try_from(count).unwrap_or(usize::MAX), "day", "days");
    let sentence = format!(
        "A model may run in {environment}{scope} when {} {verb} it{units}, for at most {}.",
        words::list(&people),
        days(rule.max_ttl_days)
    );
    let mut notes = vec![
        if rule.proposer_may_approve {
            "Whoever proposes may approve."
        } else {
            "Whoever proposes may not approve."
        }
        .to_owned(),
        format!("Approvals are signed within {} of the proposal.", days(rule.approval_window_days)),
    ];
    if rule.veto {
        notes.push("One rejection by anybody of these roles denies it for good.".to_owned());
    }
    for bound in &rule.metrics {
        notes.push(format!("{}: {}.", bound.name, changes::bound_words(bound)));
    }
    if rule.require_ledger {
        notes.push("Proposal and approvals stand in the ledger.".to_owned());
    }
    let age = i64::try_from(rule.revocation_list_max_age_seconds).unwrap_or(i64::MAX);
    notes.push(format!("The revocation list is at most {} old.", words::span(age)));
    if let Some(auto) = &policy.auto_revoke {
        notes.push(format!(
            "After {} drifted windows in a row, each of severity {} or more, the monitor may revoke.",
            auto.windows, auto.min_severity.text
        ));
    }
    Words { name: rule.name.to_string(), sentence, notes, seats }
}

/// What a plane may do, and what it may never do.
#[must_use]
pub fn plane(plane: Plane, policy: &Policy) -> (&'static str, &'static str) {
    match plane {
        Plane::Training => ("sign training outputs", "approve, deploy"),
        Plane::Governance => ("propose, approve, reject, revoke", "train, deploy"),
        Plane::Serving => ("deploy what is permitted", "train, approve"),
        Plane::Monitoring if policy.auto_revoke.is_some() => {
            ("report drift; revoke one proposal upon drifted windows", "approve, revoke weights")
        }
        Plane::Monitoring => ("report drift", "approve, revoke"),
        Plane::Registry => ("sign the revocation list and the ledger", "approve, change a policy"),
    }
}

/// What differs from one policy to the next, in sentences; what gives somebody more comes as written.
#[must_use]
pub fn differences(old: &Policy, new: &Policy) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |differs: bool, text: String| {
        if differs {
            found.push(text);
        }
    };
    say(
        old.window.not_after != new.window.not_after,
        format!(
            "It ends on {} instead of {}.",
            words::until(new.window.not_after),
            words::until(old.window.not_after)
        ),
    );
    let named = |policy: &Policy| summary::escape(&policy.organization);
    say(named(old) != named(new), format!("The organisation is called {}.", named(new)));
    people(old, new, &mut say);
    let all: BTreeSet<_> = old.rules.iter().chain(&new.rules).map(|rule| &rule.name).collect();
    for name in all {
        let find = |policy: &Policy| {
            policy.rules.iter().find(|rule| rule.name == *name).map(|r| self::rule(r, policy))
        };
        match (find(old), find(new)) {
            (Some(was), Some(is)) => {
                say(was.sentence != is.sentence, format!("Rule {name}: {}", is.sentence));
                for note in is.notes.iter().filter(|note| !was.notes.contains(note)) {
                    say(true, format!("Rule {name}, new: {note}"));
                }
                for note in was.notes.iter().filter(|note| !is.notes.contains(note)) {
                    say(true, format!("Rule {name}, gone: {note}"));
                }
            }
            (None, Some(is)) => say(true, format!("New rule {name}: {}", is.sentence)),
            (Some(_), None) => say(true, format!("Rule {name} is gone; what it governed is denied.")),
            (None, None) => {}
        }
    }
    let root = |policy: &Policy| {
        let threshold = &policy.root;
        format!("{} of {}", threshold.threshold, words::list(&threshold.principals))
    };
    say(
        root(old) != root(new),
        format!("The next policy is signed by {} instead of {}.", root(new), root(old)),
    );
    let lists = |policy: &Policy| {
        format!("{} of {}", policy.list_signers.threshold, words::list(&policy.list_signers.principals))
    };
    say(
        lists(old) != lists(new),
        format!("Revocation lists are signed by {} instead of {}.", lists(new), lists(old)),
    );
    say(old.log != new.log, "The ledger’s log or its witnesses change.".to_owned());
    say(
        old.environments != new.environments,
        format!("The environments are {}.", words::list(&new.environments)),
    );
    say(old.scopes != new.scopes, format!("The scopes are {}.", words::list(&new.scopes)));
    say(old.roles != new.roles, "Roles or their planes change.".to_owned());
    say(old.auto_revoke != new.auto_revoke, "When the monitor may revoke by itself changes.".to_owned());
    say(
        old.clock_skew_seconds != new.clock_skew_seconds,
        format!("Clocks may differ by {} s.", new.clock_skew_seconds),
    );
    found
}

fn people(old: &Policy, new: &Policy, say: &mut impl FnMut(bool, String)) {
    let names: BTreeSet<_> = old.principals.keys().chain(new.principals.keys()).collect();
    for name in names {
        let (was, is) = match (old.principals.get(name), new.principals.get(name)) {
            (None, Some(member)) => {
                say(true, format!("{name} joins as {}.", words::list(&member.roles)));
                continue;
            }
            (Some(_), None) => {
                say(true, format!("{name} leaves: nothing they sign from then on counts."));
                continue;
            }
            (Some(was), Some(is)) => (was, is),
            (None, None) => continue,
        };
        say(
            was.roles != is.roles,
            format!("{name} is {} instead of {}.", or_nothing(&is.roles), or_nothing(&was.roles)),
        );
        say(
            was.unit != is.unit,
            format!(
                "{name} is of the unit {} instead of {}.",
                summary::escape(&is.unit),
                summary::escape(&was.unit)
            ),
        );
        say(
            was.display_name != is.display_name,
            format!("{name} is shown as {}.", summary::escape(&is.display_name)),
        );
        say(was.operators != is.operators, format!("{name} is operated by {}.", or_nothing(&is.operators)));
        for key in &is.keys {
            let before = was.keys.iter().find(|k| k.public == key.public);
            let ends = words::until(key.window.not_after);
            match before {
                None => say(true, format!("{name} gets the key {}, until {ends}.", key.public.fingerprint())),
                Some(k) => say(
                    k.window != key.window,
                    format!("{name}’s key {} counts until {ends}.", key.public.fingerprint()),
                ),
            }
        }
        for key in was.keys.iter().filter(|key| is.keys.iter().all(|k| k.public != key.public)) {
            say(true, format!("{name} loses the key {}.", key.public.fingerprint()));
        }
    }
}

fn or_nothing<T: AsRef<str>>(items: &[T]) -> String {
    if items.is_empty() { "nothing".into() } else { words::list(items) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::policy::AutoRevoke;
    use placet_core::training::Metric;
    use placet_testkit::{Organisation, name_of, time};

    #[test]
    fn a_rule_reads_as_a_sentence() {
        let org = Organisation::new().with(|policy| {
            policy.auto_revoke = Some(AutoRevoke { windows: 3, min_severity: Metric::parse("0.5").unwrap() });
        });
        let find = |name: &str| org.policy.rules.iter().find(|rule| rule.name.as_str() == name).unwrap();
        let mut production = find("production").clone();
        production.distinct_units = 2;
        let words = rule(&production, &org.policy);
        assert_eq!(
            words.sentence,
            "A model may run in production when 1 of ml-lead and 1 of safety approve it, from at least 2 units, for at most 90 days."
        );
        assert!(words.notes.contains(&"accuracy: at least 0.95.".to_owned()), "{:?}", words.notes);
        assert!(words.notes.iter().any(|note| note.starts_with("After 3 drifted windows")));
        let staging = rule(find("staging"), &org.policy);
        assert!(staging.sentence.contains("approves it"), "{}", staging.sentence);
    }

    #[test]
    fn every_change_of_a_policy_is_said() {
        let old = Organisation::new().policy;
        let none: [&str; 0] = [];
        assert_eq!(differences(&old, &old), none);
        let change = |change: &dyn Fn(&mut Policy)| {
            let mut new = old.clone();
            change(&mut new);
            differences(&old, &new)
        };
        let changes: [&dyn Fn(&mut Policy); 15] = [
            &|p| p.window.not_after = time("2028-01-01T00:00:00Z"),
            &|p| p.organization = "Other".into(),
            &|p| drop(p.principals.remove("bo.eriksen")),
            &|p| p.principals.get_mut("bo.eriksen").unwrap().roles = vec![name_of("safety")],
            &|p| p.principals.get_mut("bo.eriksen").unwrap().unit = "x".into(),
            &|p| p.principals.get_mut("bo.eriksen").unwrap().keys.clear(),
            &|p| {
                p.principals.get_mut("bo.eriksen").unwrap().keys[0].window.not_after =
                    time("2028-01-01T00:00:00Z");
            },
            &|p| p.rules[0].veto = !p.rules[0].veto,
            &|p| p.rules[0].max_ttl_days += 1,
            &|p| drop(p.rules.remove(0)),
            &|p| p.root.threshold += 1,
            &|p| p.scopes.push(name_of("ap-south")),
            &|p| p.clock_skew_seconds += 1,
            &|p| p.auto_revoke = Some(AutoRevoke { windows: 1, min_severity: Metric::parse("0.5").unwrap() }),
            &|p| drop(p.principals.get_mut("training-pipeline").unwrap().operators.pop()),
        ];
        for (number, apply) in changes.iter().enumerate() {
            assert!(!change(*apply).is_empty(), "change {number} is not said");
        }
        assert_eq!(
            change(&|p| drop(p.principals.remove("bo.eriksen"))),
            ["bo.eriksen leaves: nothing they sign from then on counts."]
        );
    }
}
