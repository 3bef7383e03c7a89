//! Views of a checked document.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::str::Chars;

use super::reader::{JsonError, check};
use crate::error::ParseError;

/// The largest integer that every JSON reader holds exactly: 2⁵³ − 1.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// One value of a checked document: a view of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a> {
    text: &'a str,
}

impl<'a> Value<'a> {
    /// Checks that `bytes` are exactly one strict JSON document.
    ///
    /// ```
    /// use placet_core::json::Value;
    ///
    /// let value = Value::parse(br#"{"accuracy": 0.10}"#)?;
    /// let (key, accuracy) = value.members().into_iter().flatten().next().ok_or("empty")?;
    /// assert_eq!((key.as_ref(), accuracy.raw()), ("accuracy", "0.10"));
    /// assert!(Value::parse(br#"{"a": 1, "\u0061": 2}"#).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`JsonError`] names the first rule that is broken.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, JsonError> {
        check(bytes).map(|text| Self { text })
    }

    /// The bytes of the value as they stand in the document, without white space around them.
    #[must_use]
    pub fn raw(self) -> &'a str {
        self.text
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.text == "null"
    }

    /// The boolean, if this is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The integer, if this is plain digits of at most 2⁵³ − 1: no sign, fraction or exponent.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        let plain = self.text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| self.text.parse().ok()).flatten().filter(|n| *n <= MAX_INTEGER)
    }

    /// The number, correctly rounded to binary64 (IEEE 754 roundTiesToEven); `None` where it overflows or is none.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        let number = self.text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        number.then(|| self.text.parse().ok()).flatten().filter(|x: &f64| x.is_finite())
    }

    /// What the string denotes, if this is one.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        self.text.starts_with('"').then(|| decode_string(self.text))
    }

    /// The members in the order of the document, if this is an object.
    #[must_use]
    pub fn members(self) -> Option<impl Iterator<Item = (Cow<'a, str>, Value<'a>)>> {
        let inner = self.text.strip_prefix('{')?;
        let mut rest = inner;
        Some(core::iter::from_fn(move || {
            let key;
            (key, rest) = take_value(rest)?;
            let value;
            (value, rest) = take_value(rest)?;
            Some((decode_string(key), Value { text: value }))
        }))
    }

    /// The elements, if this is an array.
    #[must_use]
    pub fn elements(self) -> Option<impl Iterator<Item = Value<'a>>> {
        let mut rest = self.text.strip_prefix('[')?;
        Some(core::iter::from_fn(move || {
            let text;
            (text, rest) = take_value(rest)?;
            Some(Value { text })
        }))
    }
}

/// Splits the next value off checked text in which only punctuation and white space may stand before it; `None` where
/// the object or array ends.
fn take_value(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', ',', ':']);
    let mut bytes = text.bytes().enumerate();
    let mut level = 0_usize;
    let end = loop {
        let Some((at, byte)) = bytes.next() else { break text.len() };
        match byte {
            b'"' => {
                while let Some((_, inner)) = bytes.next() {
                    match inner {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
                if level == 0 {
                    break bytes.next().map_or(text.len(), |(after, _)| after);
                }
            }
            b'{' | b'[' => level = level.saturating_add(1),
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' | b'}' | b']' if level == 0 => break at,
            b'}' | b']' => {
                level = level.saturating_sub(1);
                if level == 0 {
                    break at.saturating_add(1);
                }
            }
            _ => {}
        }
    };
    let (value, rest) = text.split_at_checked(end)?;
    (!value.is_empty()).then_some((value, rest))
}

/// What a checked string with its quotes denotes.
pub(super) fn decode_string(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.strip_prefix('"').and_then(|s| s.strip_suffix('"')).unwrap_or(quoted);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let decoded = if c == '\\' { decode_escape(&mut chars) } else { Some(c) };
        text.extend(decoded);
    }
    Cow::Owned(text)
}

/// What the escape denotes whose backslash was just read.
fn decode_escape(chars: &mut Chars<'_>) -> Option<char> {
    let utf16_unit = |chars: &mut Chars<'_>| {
        let digits = chars.by_ref().take(4);
        digits.fold(0_u16, |unit, digit| {
            (unit << 4) | u16::try_from(digit.to_digit(16).unwrap_or(0)).unwrap_or(0)
        })
    };
    match chars.next()? {
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => {
            let unit = utf16_unit(chars);
            // The second half of a pair stands behind another `\\u`.
            let pair = (0xD800..0xDC00).contains(&unit).then(|| {
                chars.by_ref().take(2).for_each(drop);
                utf16_unit(chars)
            });
            char::decode_utf16([unit].into_iter().chain(pair)).next()?.ok()
        }
        other => Some(other),
    }
}

/// The members of one object, taken out by name so that none is left unread.
#[derive(Debug)]
pub struct Fields<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
}

impl<'a> Fields<'a> {
    /// The members of `value`, which `what` names in errors.
    ///
    /// # Errors
    ///
    /// [`ParseError::WrongType`] where `value` is no object.
    pub fn of(value: Value<'a>, what: &'static str) -> Result<Self, ParseError> {
        let members = value.members().ok_or(ParseError::WrongType { field: what, expected: "an object" })?;
        Ok(Self { members: members.collect() })
    }

    /// Takes the member `field` out, if it is there.
    pub fn optional(&mut self, field: &'static str) -> Option<Value<'a>> {
        let at = self.members.iter().position(|(key, _)| key == field)?;
        Some(self.members.swap_remove(at).1)
    }

    /// Takes the member `field` out.
    ///
    /// # Errors
    ///
    /// [`ParseError::MissingField`] where it is not there.
    pub fn required(&mut self, field: &'static str) -> Result<Value<'a>, ParseError> {
        self.optional(field).ok_or(ParseError::MissingField { field })
    }

    /// Ends the reading: whatever is left is unknown.
    ///
    /// # Errors
    ///
    /// [`ParseError::UnknownField`] names one field that nobody took.
    pub fn finish(self) -> Result<(), ParseError> {
        match self.members.into_iter().map(|(key, _)| key).min() {
            Some(key) => Err(ParseError::UnknownField { field: key.into_owned() }),
            None => Ok(()),
        }
    }
}
