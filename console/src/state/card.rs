//! What differs between two model cards, field by field.

use std::collections::{BTreeMap, BTreeSet};

use placet_core::{json::Value, summary::escape};

use super::changes::{self, MOST_WORDS, Piece};

/// The most fields that are shown; how many more differ is said.
const MOST_FIELDS: usize = 200;

/// The comparison. Everything in it is escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardChanges {
    /// The fields that differ, in the order of their names.
    pub changed: Vec<Field>,
    /// How many more differ.
    pub more: usize,
    /// How many are the same.
    pub unchanged: usize,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it is: `limitations[1]`, `evaluation.metrics.accuracy`.
    pub path: String,
    /// How it differs.
    pub difference: Difference,
}

/// How a field differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Both are text, compared word by word.
    Text(Vec<Piece>),
    /// What stood there, and what stands there now.
    Value(Option<String>, Option<String>),
}

/// A step on the way to a field. Fields are ordered by them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Item(usize),
    Member(String),
}

/// What has no fields of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Leaf {
    Text(String),
    /// Anything else, as it was written.
    Raw(String),
}

impl Leaf {
    /// As it is shown beside `other`: text in quotes where it could be taken for something else.
    fn shown(&self, other: Option<&Self>) -> String {
        match self {
            Self::Text(text) if text.is_empty() || matches!(other, Some(Self::Raw(_))) => {
                escape(&format!("\"{text}\""))
            }
            Self::Text(text) | Self::Raw(text) => escape(text),
        }
    }
}

/// Compares two cards, which are JSON, as training outputs hold them.
#[must_use]
pub fn compare(was: &str, is: &str) -> CardChanges {
    let (old, new) = (leaves(was), leaves(is));
    let paths: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let mut changes = CardChanges::default();
    // Over all fields; what comes later differs as a whole.
    let mut words = MOST_WORDS;
    for path in paths {
        let (was, is) = (old.get(path), new.get(path));
        if was == is {
            changes.unchanged += 1;
        } else if changes.changed.len() == MOST_FIELDS {
            changes.more += 1;
        } else {
            changes.changed.push(Field { path: name(path), difference: difference(was, is, &mut words) });
        }
    }
    changes
}

/// The difference; takes from `left` the words that it compares one by one.
fn difference(was: Option<&Leaf>, is: Option<&Leaf>, left: &mut usize) -> Difference {
    if let (Some(Leaf::Text(was)), Some(Leaf::Text(is))) = (was, is) {
        let count = was.split(' ').count().max(is.split(' ').count());
        if let Some(rest) = left.checked_sub(count) {
            *left = rest;
            return Difference::Text(changes::difftext(was, is));
        }
    }
    Difference::Value(was.map(|leaf| leaf.shown(is)), is.map(|leaf| leaf.shown(was)))
}

/// All fields of a card. What is no JSON, which no verified card is, is one text.
fn leaves(card: &str) -> BTreeMap<Vec<Step>, Leaf> {
    let mut leaves = BTreeMap::new();
    match Value::parse(card.as_bytes()) {
        Ok(value) => collect(value, &mut Vec::new(), &mut leaves),
        Err(_) => drop(leaves.insert(Vec::new(), Leaf::Text(card.to_owned()))),
    }
    leaves
}

fn collect(value: Value<'_>, path: &mut Vec<Step>, leaves: &mut BTreeMap<Vec<Step>, Leaf>) {
    let before = leaves.len();
    for (name, member) in value.members().into_iter().flatten() {
        path.push(Step::Member(name.into_owned()));
        collect(member, path, leaves);
        path.pop();
    }
    for (index, element) in value.elements().into_iter().flatten().enumerate() {
        path.push(Step::Item(index));
        collect(element, path, leaves);
        path.pop();
    }
    if leaves.len() == before {
        // A text, a number, or an object or an array with nothing in it.
        let leaf = match value.as_str() {
            Some(text) => Leaf::Text(text.into_owned()),
            None => Leaf::Raw(value.raw().to_owned()),
        };
        leaves.insert(path.clone(), leaf);
    }
}

/// A path as it is read. Names that could be taken for more than one step stand in quotes.
fn name(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Item(index) => text.extend(["[", &index.to_string(), "]"]),
            Step::Member(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
                if !name.is_empty() && name.chars().all(plain) {
                    text.push_str(&escape(name));
                } else {
                    text.push_str(&escape(&format!("\"{name}\"")));
                }
            }
        }
    }
    if text.is_empty() { "the whole card".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = include_str!("../../../tests/fixtures/digits-classifier/1/card.json");
    const TWO: &str = include_str!("../../../tests/fixtures/digits-classifier/2/card.json");

    fn values(was: &str, is: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let value = |field: Field| match field.difference {
            Difference::Value(was, is) => (field.path, was, is),
            Difference::Text(pieces) => (field.path, None, Some(format!("{pieces:?}"))),
        };
        compare(was, is).changed.into_iter().map(value).collect()
    }

    fn changed(path: &str, was: &str, is: &str) -> (String, Option<String>, Option<String>) {
        let side = |text: &str| Some(text.to_owned()).filter(|text| text != "-");
        (path.into(), side(was), side(is))
    }

    #[test]
    fn a_real_card_is_compared_field_by_field() {
        let changes = compare(ONE, TWO);
        let field = |path: &str| {
            changes.changed.iter().find(|field| field.path == path).map(|field| &field.difference)
        };
        assert_eq!(
            field("evaluation.metrics.accuracy"),
            Some(&Difference::Value(Some("0.969444".into()), Some("0.983333".into())))
        );
        let Some(Difference::Text(notes)) = field("version_notes") else { panic!("no text: {changes:?}") };
        assert!(
            notes.iter().any(|piece| matches!(piece, Piece::Gone(text) if text.contains("stopped early")))
        );
        assert_eq!(field("intended_use"), None);
        let all = leaves(ONE).len();
        assert_eq!(changes.unchanged + changes.changed.len(), all);
        // No line feed of the file and no bracket of the JSON is left in what is shown.
        assert!(!format!("{changes:?}").contains("\\\\n"));
    }

    #[test]
    fn a_card_of_another_layout_says_the_same() {
        let spread = "{ \"b\" : [ 1 ,2 ],\n\"a\":\"\\u0041\" }";
        let changes = compare(r#"{"a":"A","b":[1,2]}"#, spread);
        assert_eq!(changes, CardChanges { unchanged: 3, ..CardChanges::default() });
    }

    #[test]
    fn what_came_and_went_and_what_is_another_kind_is_said() {
        let was = r#"{"gone":true,"kind":"1","list":[],"number":1.0,"text":"a b"}"#;
        let is = r#"{"kind":1,"list":[{"a.b":null}],"new":"","number":1.00,"text":"a c"}"#;
        let text =
            format!("{:?}", [Piece::Same("a ".into()), Piece::Gone("b".into()), Piece::New("c".into())]);
        assert_eq!(
            values(was, is),
            [
                changed("gone", "true", "-"),
                changed("kind", "\"1\"", "1"),
                changed("list", "[]", "-"),
                changed("list[0].\"a.b\"", "-", "null"),
                changed("new", "-", "\"\""),
                changed("number", "1.0", "1.00"),
                ("text".into(), None, Some(text)),
            ]
        );
    }

    #[test]
    fn what_deceives_is_escaped_in_names_and_in_values() {
        let changes = compare("{}", "{\"a\u{200b}\":\"\u{202e}b\\n\"}");
        assert_eq!(changes.changed[1].path, "\"a\\u{200b}\"");
        assert_eq!(changes.changed[1].difference, Difference::Value(None, Some("\\u{202e}b\\n".into())));
        assert_eq!(values("{", "{}")[0], changed("the whole card", "\"{\"", "{}"));
    }

    #[test]
    fn long_cards_are_bounded_and_nothing_is_left_out_in_silence() {
        let list = |value: &str| format!("[{}]", vec![value; MOST_FIELDS + 7].join(","));
        let changes = compare(&list("1"), &list("2"));
        assert_eq!((changes.changed.len(), changes.more), (MOST_FIELDS, 7));
        let text = |word: &str| format!("[\"a\",\"{}\"]", vec![word; MOST_WORDS].join(" "));
        let changes = compare(&text("x"), &text("y"));
        assert!(matches!(changes.changed[0].difference, Difference::Text(_)));
        let changes = compare(&text("x").replace("\"a\"", "\"b\""), &text("y"));
        assert!(matches!(changes.changed[1].difference, Difference::Value(Some(_), Some(_))));
    }
}
