//! Compares what was computed with what was expected, and with what others computed.

use serde_json::{Map, Value};

/// What the first expected field differs in, if one does.
///
/// A result may have more fields than the vector names.
pub(crate) fn difference(expect: &Map<String, Value>, actual: &Map<String, Value>) -> Option<String> {
    expect.iter().find_map(|(field, expected)| match actual.get(field) {
        Some(found) if equal(expected, found) => None,
        _ => Some(format!("expected {field} {expected}, found {}", Value::Object(actual.clone()))),
    })
}

/// Every vector that two runtimes do not agree on.
pub(crate) fn divergences(one: &Map<String, Value>, other: &Map<String, Value>) -> Vec<String> {
    let missing = other.keys().filter(|id| !one.contains_key(*id)).map(|id| format!("{id}: only there"));
    let differing = one.iter().filter_map(|(id, expected)| match other.get(id) {
        None => Some(format!("{id}: only here")),
        Some(found) if equal(expected, found) => None,
        Some(found) => Some(format!("{id}: {found} instead of {expected}")),
    });
    missing.chain(differing).collect()
}

/// Equality of JSON values, where `1` and `1.0` are the same number, as in JavaScript.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::{difference, divergences};
    use serde_json::{Map, Value, json};

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn a_wrong_or_missing_field_differs() {
        let expect = object(&json!({"value": [1, {"a": null}]}));
        assert_eq!(difference(&expect, &object(&json!({"value": [1.0, {"a": null}], "more": 1}))), None);
        for actual in
            [json!({"value": [1, {}]}), json!({"value": [1]}), json!({"error": "too_deep"}), json!({})]
        {
            assert!(difference(&expect, &object(&actual)).is_some(), "{actual}");
        }
    }

    #[test]
    fn a_success_is_not_the_expected_error() {
        let expect = object(&json!({"error": "too_deep"}));
        assert!(difference(&expect, &object(&json!({"value": 1}))).is_some());
        assert!(difference(&expect, &object(&json!({"error": "trailing_bytes"}))).is_some());
    }

    #[test]
    fn runtimes_that_disagree_are_named() {
        let one = object(&json!({"a": {"value": 1}, "b": {"value": 2}}));
        assert!(divergences(&one, &one).is_empty());
        assert_eq!(divergences(&one, &object(&json!({"a": {"value": 1}}))).len(), 1);
        assert_eq!(divergences(&one, &object(&json!({"a": {"value": 3}, "c": {}}))).len(), 3);
    }
}
