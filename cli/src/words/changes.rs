//! What one policy changes of another, line by line.

use std::{collections::BTreeMap, fmt::Display};

use placet_core::{
    policy::{Log, Member, Policy, PolicyKey, Rule, Threshold},
    summary::escape,
};
use serde_json::{Value, json};

use super::{Put as _, all_of, policy::rule_lines};
use crate::{
    clock,
    terminal::{FAINT, HEADING, paint},
};

/// One change.
pub(crate) struct Change {
    /// Where, such as `principals.bo`.
    pub(crate) path: String,
    /// What, in words.
    pub(crate) words: String,
}

/// Everything that `new` changes of `old`, besides its number.
pub(crate) fn changes(old: &Policy, new: &Policy) -> Vec<Change> {
    let mut found = Found(Vec::new());
    found.value("organization", &escape(&old.organization), &escape(&new.organization));
    found.value("expires_at", &old.window.not_after, &new.window.not_after);
    found.names("environments", &old.environments, &new.environments);
    found.names("scopes", &old.scopes, &new.scopes);
    found.threshold("root", &old.root, &new.root);
    found.threshold("list_signers", &old.list_signers, &new.list_signers);
    found.log(old.log.as_ref(), new.log.as_ref());
    let planes = |policy: &Policy| -> BTreeMap<String, String> {
        policy.roles.iter().map(|(role, plane)| (role.to_string(), plane.as_str().to_owned())).collect()
    };
    found.map(
        "roles",
        &planes(old),
        &planes(new),
        |plane| format!("of the {plane} plane"),
        |found, path, a, b| {
            found.value(path, a, b);
        },
    );
    found.map("principals", &old.principals, &new.principals, member_words, Found::member);
    let rules = |policy: &Policy| -> BTreeMap<String, Rule> {
        policy.rules.iter().map(|rule| (rule.name.to_string(), rule.clone())).collect()
    };
    found.map("rules", &rules(old), &rules(new), |rule| rule_lines(rule).join("; "), Found::rule);
    let auto = |policy: &Policy| match &policy.auto_revoke {
        None => "never".to_owned(),
        Some(auto) => format!("after {} windows of severity {}", auto.windows, auto.min_severity.text),
    };
    found.value("auto_revoke", &auto(old), &auto(new));
    let skew = |policy: &Policy| clock::words(policy.clock_skew_seconds.into());
    found.value("clock_skew_seconds", &skew(old), &skew(new));
    found.0
}

/// The changes as lines, or that there are none.
pub(crate) fn text(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "  nothing changes but its number and the time of issue\n".into();
    }
    let mut text = format!("{}\n", paint(HEADING, "Changes"));
    for Change { path, words } in changes {
        text.put(format_args!("  {} {words}\n", paint(FAINT, format!("{path}:"))));
    }
    text
}

/// The changes for programs.
pub(crate) fn json(changes: &[Change]) -> Vec<Value> {
    changes.iter().map(|change| json!({ "path": change.path, "words": change.words })).collect()
}

struct Found(Vec<Change>);

impl Found {
    fn put(&mut self, path: impl Into<String>, words: impl Into<String>) {
        self.0.push(Change { path: path.into(), words: words.into() });
    }

    fn value<T: Display + PartialEq>(&mut self, path: &str, old: &T, new: &T) {
        if old != new {
            let word = |value: &T| match value.to_string() {
                text if text.is_empty() => "nothing".to_owned(),
                text => text,
            };
            self.put(path, format!("{} instead of {}", word(new), word(old)));
        }
    }

    fn names<T: Display + PartialEq>(&mut self, path: &str, old: &[T], new: &[T]) {
        let lacks = |these: &[T], those: &[T]| -> Vec<String> {
            these.iter().filter(|name| !those.contains(name)).map(ToString::to_string).collect()
        };
        let (gone, come) = (lacks(old, new), lacks(new, old));
        if !gone.is_empty() {
            self.put(path, format!("without {}", all_of(&gone)));
        }
        if !come.is_empty() {
            self.put(path, format!("with {}", all_of(&come)));
        }
    }

    fn threshold(&mut self, path: &str, old: &Threshold, new: &Threshold) {
        self.value(&format!("{path}.threshold"), &old.threshold, &new.threshold);
        self.names(path, &old.principals, &new.principals);
    }

    fn log(&mut self, old: Option<&Log>, new: Option<&Log>) {
        let words = |log: &Log| {
            let witnesses: Vec<_> = log.witnesses.iter().map(|witness| escape(&witness.name)).collect();
            let cosigned = match witnesses.as_slice() {
                [] => "without witnesses".to_owned(),
                _ => format!("cosigned by {} of {}", log.threshold, all_of(&witnesses)),
            };
            format!("{} under the key {}, {cosigned}", escape(&log.origin), log.key.fingerprint())
        };
        match (old, new) {
            (None, Some(log)) => self.put("log", format!("new: {}", words(log))),
            (Some(_), None) => self.put("log", "removed"),
            (Some(old), Some(new)) if old != new => {
                self.put("log", format!("{} instead of {}", words(new), words(old)));
            }
            _ => {}
        }
    }

    fn map<K: Ord + Display, T: PartialEq>(
        &mut self,
        path: &str,
        old: &BTreeMap<K, T>,
        new: &BTreeMap<K, T>,
        words: fn(&T) -> String,
        compare: fn(&mut Self, &str, &T, &T),
    ) {
        for name in old.keys().filter(|name| !new.contains_key(name)) {
            self.put(format!("{path}.{name}"), "removed");
        }
        for (name, value) in new {
            let path = format!("{path}.{name}");
            match old.get(name) {
                None => self.put(path, format!("new: {}", words(value))),
                Some(before) if before != value => compare(self, &path, before, value),
                Some(_) => {}
            }
        }
    }

    fn member(&mut self, path: &str, old: &Member, new: &Member) {
        self.value(&format!("{path}.display_name"), &escape(&old.display_name), &escape(&new.display_name));
        self.value(&format!("{path}.unit"), &escape(&old.unit), &escape(&new.unit));
        self.names(&format!("{path}.roles"), &old.roles, &new.roles);
        self.names(&format!("{path}.operators"), &old.operators, &new.operators);
        let keys = |member: &Member| -> BTreeMap<String, PolicyKey> {
            member.keys.iter().map(|key| (key.public.fingerprint(), key.clone())).collect()
        };
        self.map(&format!("{path}.keys"), &keys(old), &keys(new), key_words, |found, path, old, new| {
            found.put(path, format!("{} instead of {}", window_words(new), window_words(old)));
        });
    }

    fn rule(&mut self, path: &str, old: &Rule, new: &Rule) {
        let mut told = false;
        for (before, after) in rule_lines(old).iter().zip(&rule_lines(new)) {
            if before != after {
                told = true;
                self.put(path, format!("{after}, instead of {before}"));
            }
        }
        if !told {
            self.put(path, "written in another way");
        }
    }
}

fn member_words(member: &Member) -> String {
    let keys: Vec<_> = member.keys.iter().map(key_words).collect();
    let roles: Vec<_> = member.roles.iter().map(ToString::to_string).collect();
    let mut words = if roles.is_empty() { "no role".to_owned() } else { all_of(&roles) };
    if !member.display_name.is_empty() {
        words = format!("{}, {words}", escape(&member.display_name));
    }
    if !member.unit.is_empty() {
        words.put(format_args!("; unit {}", escape(&member.unit)));
    }
    if !member.operators.is_empty() {
        words.put(format_args!("; operated by {}", all_of(&member.operators)));
    }
    match keys.as_slice() {
        [] => words.put(format_args!("; no key")),
        keys => words.put(format_args!("; {}", all_of(keys))),
    }
    words
}

fn key_words(key: &PolicyKey) -> String {
    format!("key {} ({}), {}", key.public.fingerprint(), key.public.words(), window_words(key))
}

fn window_words(key: &PolicyKey) -> String {
    format!("from {} until {}", key.window.not_before, key.window.not_after)
}
