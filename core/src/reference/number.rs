//! Numbers of the drift records, which Python writes back as the integer or the float that they were.

use alloc::string::{String, ToString as _};

use super::python;
use crate::{code::Code, error::ParseError, json::Value};

/// The largest integer of a record: differences of two of them are exact in binary64, as they are in Python.
const MAX_INTEGER: i64 = 1 << 52;

/// A finite number and the text that Python's `json.dumps` writes for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    value: f64,
    text: String,
}

impl Number {
    /// A Python float.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidNumber`] for NaN and the infinities, which are no JSON.
    pub fn float(value: f64) -> Result<Self, ParseError> {
        if value.is_finite() {
            Ok(Self { value, text: python::float_repr(value) })
        } else {
            Err(ParseError::invalid("number", Code::InvalidNumber))
        }
    }

    /// Any Python float; NaN and the infinities as the bare words that `json.dumps` writes, which no strict reader takes.
    pub(super) fn any(value: f64) -> Self {
        let word = match value {
            value if value.is_nan() => "NaN",
            f64::INFINITY => "Infinity",
            f64::NEG_INFINITY => "-Infinity",
            value => return Self { value, text: python::float_repr(value) },
        };
        Self { value, text: word.to_string() }
    }

    /// A Python integer of at most 2⁵² either way.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidNumber`] beyond.
    #[expect(clippy::cast_precision_loss, reason = "such integers are exact in binary64")]
    pub fn integer(value: i64) -> Result<Self, ParseError> {
        if value.unsigned_abs() <= MAX_INTEGER.unsigned_abs() {
            Ok(Self { value: value as f64, text: value.to_string() })
        } else {
            Err(ParseError::invalid("number", Code::InvalidNumber))
        }
    }

    /// Reads a JSON number.
    pub(super) fn from_value(value: Value<'_>, field: &'static str) -> Result<Self, ParseError> {
        if !value.raw().starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Err(ParseError::WrongType { field, expected: "a number" });
        }
        let invalid = ParseError::invalid(field, Code::InvalidNumber);
        let text = python::number(value, field)?;
        match text.parse() {
            Ok(integer) => Self::integer(integer).map_err(|_| invalid),
            Err(_) if text.contains(['.', 'e']) => Ok(Self { value: value.as_f64().ok_or(invalid)?, text }),
            Err(_) => Err(invalid),
        }
    }

    /// The number.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Its JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::Number;
    use crate::json::Value;

    fn read(text: &str) -> Option<(f64, alloc::string::String)> {
        let number = Number::from_value(Value::parse(text.as_bytes()).unwrap(), "number").ok()?;
        Some((number.value(), number.as_str().into()))
    }

    #[test]
    fn integers_do_not_become_floats_nor_floats_integers() {
        assert_eq!(read("1"), Some((1.0, "1".into())));
        assert_eq!(read("1.0"), Some((1.0, "1.0".into())));
        assert_eq!(read("1e2"), Some((100.0, "100.0".into())));
        assert_eq!(read("-0"), Some((0.0, "0".into())));
        assert_eq!(read("-4503599627370496"), Some((-4_503_599_627_370_496.0, "-4503599627370496".into())));
    }

    #[test]
    fn what_is_no_exact_finite_number_is_refused() {
        for text in ["4503599627370497", "99999999999999999999", "1e999", "true", "null", "\"1\"", "[1]"] {
            assert_eq!(read(text), None, "{text}");
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(Number::float(value).is_err());
        }
    }
}
