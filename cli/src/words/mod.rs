//! What commands print for people. Free text from documents is escaped: it could move the cursor or hide a line.

pub(crate) mod changes;
pub(crate) mod decision;
pub(crate) mod document;
pub(crate) mod drift;
pub(crate) mod policy;

use std::fmt::{self, Write as _};

use placet_core::{name::Principal, policy::Policy, summary::escape};

use crate::terminal::{FAINT, paint};

/// Text that grows.
pub(crate) trait Put {
    /// Adds `text` at the end.
    fn put(&mut self, text: fmt::Arguments<'_>);
}

impl Put for String {
    fn put(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _ = self.write_fmt(text);
    }
}

/// A person with the name that the policy shows, such as `Chandra Iyer (chandra.iyer)`.
pub(crate) fn person(policy: Option<&Policy>, name: &Principal) -> String {
    let member = policy.and_then(|policy| policy.principals.get(name));
    match member.map(|member| member.display_name.as_str()) {
        Some(shown) if !shown.is_empty() && shown != name.as_str() => format!("{} ({name})", escape(shown)),
        _ => name.to_string(),
    }
}

/// Several of them in a sentence: `a`, `a or b`, `a, b or c`.
pub(crate) fn any_of<S: AsRef<str>>(items: &[S]) -> String {
    join(items, "or")
}

/// Several of them in a sentence: `a`, `a and b`, `a, b and c`.
pub(crate) fn all_of<S: AsRef<str>>(items: &[S]) -> String {
    join(items, "and")
}

fn join<S: AsRef<str>>(items: &[S], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", first.join(", "), last.as_ref())
        }
    }
}

/// Lines, each indented and ended.
pub(crate) fn indented<S: fmt::Display>(lines: impl IntoIterator<Item = S>) -> String {
    lines.into_iter().fold(String::new(), |mut text, line| {
        text.put(format_args!("  {line}\n"));
        text
    })
}

/// Lines of names and values, the values under each other.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<(String, String)>,
}

impl Table {
    /// Adds a line.
    pub(crate) fn row(&mut self, name: impl Into<String>, value: impl fmt::Display) -> &mut Self {
        self.rows.push((name.into(), value.to_string()));
        self
    }

    /// The lines, each indented and ended.
    pub(crate) fn finish(&self, indent: usize) -> String {
        let width = self.rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let line = |(name, value): &(String, String)| {
            let gap = " ".repeat(width.saturating_sub(name.chars().count()).saturating_add(2));
            format!("{}{}{gap}{value}\n", " ".repeat(indent), paint(FAINT, name))
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_row_read_as_a_sentence() {
        assert_eq!(any_of::<&str>(&[]), "");
        assert_eq!(any_of(&["a"]), "a");
        assert_eq!(any_of(&["a", "b"]), "a or b");
        assert_eq!(all_of(&["a", "b", "c"]), "a, b and c");
    }
}
