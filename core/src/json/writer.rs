//! Canonical JSON (RFC 8785) for what Placet itself writes: sorted keys, no white space, shortest escapes.
//!
//! A number that was signed is carried as the text it was signed with; [`write_number`] is for those that are computed
//! here, of which only drift has any.

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use core::fmt::{Display, Write as _};

use crate::sort::sort_by;

/// Appends `text` as a JSON string with the escapes of RFC 8785 §3.2.2.2.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Writes a finite number as ECMAScript does (RFC 8785 §3.2.2.3): the fewest digits that read back as the same number.
/// What is not finite is no JSON and becomes `null`.
#[must_use]
pub fn write_number(number: f64) -> String {
    if !number.is_finite() {
        return "null".into();
    }
    if number == 0.0 {
        return "0".into();
    }
    let shortest = format!("{:e}", number.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest.as_str(), "0"));
    let digits = mantissa.replace('.', "");
    // The number is 0.digits · 10^point.
    let point = exponent.parse::<i32>().unwrap_or(0).saturating_add(1);
    let sign = if number < 0.0 { "-" } else { "" };
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let split = usize::try_from(point).ok().and_then(|point| digits.split_at_checked(point));
    match (point, split) {
        (..=21, _) if point >= length => format!("{sign}{digits}{}", zeros(point.saturating_sub(length))),
        (1..=21, Some((whole, rest))) => format!("{sign}{whole}.{rest}"),
        (-5..=0, _) => format!("{sign}0.{}{digits}", zeros(point.saturating_neg())),
        _ => {
            let exponent = point.saturating_sub(1);
            let plus = if exponent > 0 { "+" } else { "" };
            format!("{sign}{mantissa}e{plus}{exponent}")
        }
    }
}

/// Collects the members of an object and writes them sorted by the UTF-16 units of their keys (RFC 8785 §3.2.3).
#[derive(Debug, Default)]
pub struct ObjectWriter {
    members: Vec<(String, String)>,
}

impl ObjectWriter {
    /// An empty object.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a string.
    #[must_use]
    pub fn string(self, key: &str, value: &str) -> Self {
        let mut text = String::with_capacity(value.len().saturating_add(2));
        write_string(&mut text, value);
        self.raw(key, text)
    }

    /// Adds a value as the string that it prints as.
    #[must_use]
    pub fn display(self, key: &str, value: &impl Display) -> Self {
        self.string(key, &value.to_string())
    }

    /// Adds a value as the string that it prints as, or `null`.
    #[must_use]
    pub fn optional(self, key: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.display(key, &value),
            None => self.raw(key, "null"),
        }
    }

    /// Adds an integer; callers keep it at or below 2⁵³ − 1.
    #[must_use]
    pub fn integer(self, key: &str, value: u64) -> Self {
        self.raw(key, format!("{value}"))
    }

    /// Adds a number that was computed here.
    #[must_use]
    pub fn number(self, key: &str, value: f64) -> Self {
        self.raw(key, write_number(value))
    }

    /// Adds a number that was computed here, or `null`.
    #[must_use]
    pub fn optional_number(self, key: &str, value: Option<f64>) -> Self {
        self.raw(key, value.map_or_else(|| "null".into(), write_number))
    }

    /// Adds a boolean.
    #[must_use]
    pub fn boolean(self, key: &str, value: bool) -> Self {
        self.raw(key, if value { "true" } else { "false" })
    }

    /// Adds an array of strings in the order given.
    #[must_use]
    pub fn strings<S: AsRef<str>>(self, key: &str, values: impl IntoIterator<Item = S>) -> Self {
        let array = values.into_iter().fold(ArrayWriter::new(), |a, v| a.string(v.as_ref()));
        self.raw(key, array.finish())
    }

    /// Adds JSON text as it stands.
    #[must_use]
    pub fn raw(mut self, key: &str, json: impl Into<String>) -> Self {
        self.members.push((key.into(), json.into()));
        self
    }

    /// The object's text.
    #[must_use]
    pub fn finish(mut self) -> String {
        sort_by(&mut self.members, |(a, _), (b, _)| a.encode_utf16().lt(b.encode_utf16()));
        let mut out = String::from("{");
        for (key, value) in &self.members {
            if out.len() > 1 {
                out.push(',');
            }
            write_string(&mut out, key);
            out.push(':');
            out.push_str(value);
        }
        out.push('}');
        out
    }
}

/// Writes an array in the order given.
#[derive(Debug, Default)]
pub struct ArrayWriter {
    text: String,
}

impl ArrayWriter {
    /// An empty array.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a string.
    #[must_use]
    pub fn string(mut self, value: &str) -> Self {
        self.comma();
        write_string(&mut self.text, value);
        self
    }

    /// Adds JSON text as it stands.
    #[must_use]
    pub fn raw(mut self, json: &str) -> Self {
        self.comma();
        self.text.push_str(json);
        self
    }

    fn comma(&mut self) {
        if !self.text.is_empty() {
            self.text.push(',');
        }
    }

    /// The array's text.
    #[must_use]
    pub fn finish(self) -> String {
        format!("[{}]", self.text)
    }
}
