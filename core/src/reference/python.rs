//! JSON text as Python's `json.dumps` lays it out, so that a record is the same bytes on both sides.
//!
//! Source: the Python standard library, `json.encoder` with `ensure_ascii`, and `float.__repr__`.

use alloc::{
    borrow::ToOwned as _,
    format,
    string::{String, ToString as _},
};
use core::fmt::Write as _;

use crate::{
    code::Code,
    error::ParseError,
    json::{Fields, Value},
    limits,
};

/// The separators between members and behind keys.
#[derive(Clone, Copy, Debug)]
pub(super) enum Layout {
    /// `separators=(",", ":")`: the text that is signed.
    Compact,
    /// What `json.dumps` does unasked: the records themselves.
    Default,
}

impl Layout {
    fn comma(self) -> &'static str {
        match self {
            Self::Compact => ",",
            Self::Default => ", ",
        }
    }

    fn colon(self) -> &'static str {
        match self {
            Self::Compact => ":",
            Self::Default => ": ",
        }
    }
}

/// Appends a string with Python's escapes: ASCII only, everything outside 0x20–0x7e as UTF-16 units in lower-case hex.
pub(super) fn write_string(out: &mut String, text: &str) {
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
            ' '..='~' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a `String` cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// The string with its quotes.
pub(super) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    write_string(&mut out, text);
    out
}

/// `True` or `False`, as JSON.
pub(super) fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// The string, or `null` for `None`.
pub(super) fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), string)
}

/// A list of strings, or `null` for `None`.
pub(super) fn strings(layout: Layout, texts: Option<&[String]>) -> String {
    let Some(texts) = texts else { return "null".to_owned() };
    list(layout, texts.iter().map(|text| string(text)))
}

/// A list of JSON texts.
pub(super) fn list(layout: Layout, items: impl Iterator<Item = String>) -> String {
    let mut out = String::from("[");
    for item in items {
        if out.len() > 1 {
            out.push_str(layout.comma());
        }
        out.push_str(&item);
    }
    out.push(']');
    out
}

/// Writes a dict in the order in which its items are given.
#[derive(Debug)]
pub(super) struct DictWriter {
    layout: Layout,
    text: String,
}

impl DictWriter {
    pub(super) fn new(layout: Layout) -> Self {
        Self { layout, text: String::new() }
    }

    /// Adds an item whose value is JSON text already.
    pub(super) fn item(mut self, key: &str, json: &str) -> Self {
        if !self.text.is_empty() {
            self.text.push_str(self.layout.comma());
        }
        write_string(&mut self.text, key);
        self.text.push_str(self.layout.colon());
        self.text.push_str(json);
        self
    }

    /// Adds an item whose value is a string.
    pub(super) fn string(self, key: &str, text: &str) -> Self {
        self.item(key, &string(text))
    }

    pub(super) fn finish(self) -> String {
        format!("{{{}}}", self.text)
    }
}

/// `repr` of a finite float: the shortest digits that read back the same, with an exponent below 1e-4 and from 1e16 on.
pub(super) fn float_repr(value: f64) -> String {
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..16).contains(&exponent) {
        let fixed = value.to_string();
        return if fixed.contains('.') { fixed } else { format!("{fixed}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// A number as Python writes it back: integers as they are, everything with a point or an exponent as a float.
pub(super) fn number(value: Value<'_>, field: &'static str) -> Result<String, ParseError> {
    let raw = value.raw();
    if raw.len() > limits::NUMBER {
        return Err(ParseError::TooLarge { field, limit: limits::NUMBER });
    }
    if raw.contains(['.', 'e', 'E']) {
        // Python reads a number too large for a float as infinity, which is no JSON.
        return value.as_f64().map(float_repr).ok_or(ParseError::invalid(field, Code::InvalidNumber));
    }
    // Python has no negative integer zero.
    Ok(if raw == "-0" { "0".to_owned() } else { raw.to_owned() })
}

/// `json.dumps` of a value that has just been read, in the default layout.
fn dumps(value: Value<'_>, field: &'static str) -> Result<String, ParseError> {
    if let Some(members) = value.members() {
        let mut dict = DictWriter::new(Layout::Default);
        for (key, value) in members {
            dict = dict.item(&key, &dumps(value, field)?);
        }
        return Ok(dict.finish());
    }
    if let Some(elements) = value.elements() {
        let items = elements.map(|value| dumps(value, field)).collect::<Result<alloc::vec::Vec<_>, _>>()?;
        return Ok(list(Layout::Default, items.into_iter()));
    }
    if let Some(text) = value.as_str() {
        return Ok(string(&text));
    }
    if value.is_null() || value.as_bool().is_some() {
        return Ok(value.raw().to_owned());
    }
    number(value, field)
}

/// A dict of free JSON (a model card, metrics, metadata), held as the text that `json.dumps` writes for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dict(String);

impl Default for Dict {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

impl Dict {
    /// Reads a JSON object.
    ///
    /// ```
    /// use placet_core::reference::Dict;
    ///
    /// let card = Dict::parse(r#"{"loss":1e-5,"name":"é"}"#.as_bytes())?;
    /// assert_eq!(card.as_str(), r#"{"loss": 1e-05, "name": "\u00e9"}"#);
    /// # Ok::<(), placet_core::error::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are no strict JSON object, or a number in it is no finite binary64.
    pub fn parse(json: &[u8]) -> Result<Self, ParseError> {
        if json.len() > limits::PAYLOAD {
            return Err(ParseError::TooLarge { field: "object", limit: limits::PAYLOAD });
        }
        Self::from_value(Value::parse(json)?, "object")
    }

    pub(super) fn from_value(value: Value<'_>, field: &'static str) -> Result<Self, ParseError> {
        Fields::of(value, field)?;
        dumps(value, field).map(Self)
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Dict, float_repr, string};

    #[test]
    fn characters_that_python_escapes_are_not_left_raw() {
        let text = "\u{0}\u{1f} ~\u{7f}\u{80}/\"\\\u{8}\u{c}\n\r\té\u{2028}\u{ffff}😀";
        let expected =
            concat!(r#""\u0000\u001f ~\u007f\u0080/\"\\\b\f\n\r\t"#, r#"\u00e9\u2028\uffff\ud83d\ude00""#);
        assert_eq!(string(text), expected);
    }

    #[test]
    fn floats_are_not_written_the_way_of_rust() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(float_repr(value), text);
        }
    }

    #[test]
    fn free_json_loses_its_layout_and_nothing_else() {
        let text = "{\"b\" : [1, -0, 1E2,true ,null],\n \"a\":{}, \"c\":[]}";
        assert_eq!(
            Dict::parse(text.as_bytes()).unwrap().as_str(),
            r#"{"b": [1, 0, 100.0, true, null], "a": {}, "c": []}"#
        );
        for text in ["[]", "1", "{\"a\": NaN}", "{\"a\": 1e999}", "{\"a\": 1, \"a\": 1}"] {
            assert!(Dict::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
