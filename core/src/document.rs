//! Reading the fields that documents have in common, each with its limit and its code.

use alloc::{borrow::ToOwned as _, collections::BTreeMap, string::String, vec::Vec};

use crate::{
    code::Code,
    digest::Digest,
    error::ParseError,
    json::{Fields, Value},
    key::KeyId,
    limits,
    name::{Environment, Label, ModelId, Principal, Role, RuleName, Scope},
    sort::sort,
    time::{Timestamp, Window},
};

/// An identifier that is read from a string.
pub trait Identifier: Sized {
    /// Reads it, or says what is wrong.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidIdentifier`].
    fn from_text(text: &str) -> Result<Self, ParseError>;
}

macro_rules! identifiers {
    ($($name:ident)*) => {$(
        impl Identifier for $name {
            fn from_text(text: &str) -> Result<Self, ParseError> {
                Self::parse(text)
            }
        }
    )*};
}

identifiers!(ModelId Label Principal Role Environment Scope RuleName);

impl<'a> Fields<'a> {
    /// Takes a string of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it is not there, no string, or too long.
    pub fn string(&mut self, field: &'static str, limit: usize) -> Result<String, ParseError> {
        string_of(self.required(field)?, field, limit)
    }

    /// Takes free text.
    pub(crate) fn text(&mut self, field: &'static str) -> Result<String, ParseError> {
        self.string(field, limits::TEXT)
    }

    /// Takes an identifier.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it is not there or none.
    pub fn identifier<T: Identifier>(&mut self, field: &'static str) -> Result<T, ParseError> {
        identifier_of(self.required(field)?, field)
    }

    /// Takes a time.
    pub(crate) fn time(&mut self, field: &'static str) -> Result<Timestamp, ParseError> {
        let text = self.string(field, limits::TEXT)?;
        Timestamp::parse(&text).ok_or(ParseError::invalid(field, Code::InvalidTime))
    }

    /// Takes a half-open interval that is not empty.
    pub(crate) fn window(&mut self, start: &'static str, end: &'static str) -> Result<Window, ParseError> {
        let window = Window { not_before: self.time(start)?, not_after: self.time(end)? };
        if window.not_before < window.not_after {
            Ok(window)
        } else {
            Err(ParseError::invalid(end, Code::EmptyValidity))
        }
    }

    /// Takes a digest.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it is not there or none.
    pub fn digest(&mut self, field: &'static str) -> Result<Digest, ParseError> {
        digest_of(self.required(field)?, field)
    }

    /// Takes a digest or `null`.
    pub(crate) fn optional_digest(&mut self, field: &'static str) -> Result<Option<Digest>, ParseError> {
        let value = self.required(field)?;
        if value.is_null() { Ok(None) } else { digest_of(value, field).map(Some) }
    }

    /// Takes a key id.
    pub(crate) fn key_id(&mut self, field: &'static str) -> Result<KeyId, ParseError> {
        let text = self.string(field, limits::TEXT)?;
        KeyId::parse(&text).ok_or(ParseError::invalid(field, Code::InvalidDigest))
    }

    /// Takes an integer in `range`.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it is not there or not in `range`.
    pub fn integer(
        &mut self,
        field: &'static str,
        range: core::ops::RangeInclusive<u64>,
    ) -> Result<u64, ParseError> {
        let integer = self.required(field)?.as_u64();
        integer.filter(|n| range.contains(n)).ok_or(ParseError::invalid(field, Code::InvalidInteger))
    }

    /// Takes a boolean.
    pub(crate) fn boolean(&mut self, field: &'static str) -> Result<bool, ParseError> {
        self.required(field)?.as_bool().ok_or(ParseError::WrongType { field, expected: "true or false" })
    }

    /// Takes one of the values that `parse` knows.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it is not there, or `parse` does not know it.
    pub fn one_of<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ParseError> {
        let text = self.text(field)?;
        parse(&text).ok_or(ParseError::invalid(field, Code::UnknownValue))
    }

    /// Takes an array of at most `limit` elements.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where it is not there, no array, or too long.
    pub fn list(&mut self, field: &'static str, limit: usize) -> Result<Vec<Value<'a>>, ParseError> {
        let elements = self.required(field)?.elements();
        let elements = elements.ok_or(ParseError::WrongType { field, expected: "an array" })?;
        let elements: Vec<_> = elements.take(limit.saturating_add(1)).collect();
        if elements.len() > limit { Err(ParseError::TooMany { field, limit }) } else { Ok(elements) }
    }

    /// Takes an array of identifiers that names none twice.
    pub(crate) fn identifiers<T: Identifier + Ord + Clone>(
        &mut self,
        field: &'static str,
        limit: usize,
    ) -> Result<Vec<T>, ParseError> {
        let elements = self.list(field, limit)?;
        let names: Vec<T> =
            elements.into_iter().map(|v| identifier_of(v, field)).collect::<Result<_, _>>()?;
        let mut sorted = names.clone();
        sort(&mut sorted);
        sorted.dedup();
        if sorted.len() == names.len() { Ok(names) } else { Err(ParseError::invalid(field, Code::NotSorted)) }
    }

    /// Takes an array of identifiers that names at least one and none twice.
    pub(crate) fn some_identifiers<T: Identifier + Ord + Clone>(
        &mut self,
        field: &'static str,
        limit: usize,
    ) -> Result<Vec<T>, ParseError> {
        let names = self.identifiers(field, limit)?;
        if names.is_empty() { Err(ParseError::invalid(field, Code::EmptyList)) } else { Ok(names) }
    }

    /// Takes an object as a map of identifiers to whatever `parse` reads.
    pub(crate) fn map<K: Identifier + Ord, V>(
        &mut self,
        field: &'static str,
        limit: usize,
        parse: impl Fn(Value<'a>) -> Result<V, ParseError>,
    ) -> Result<BTreeMap<K, V>, ParseError> {
        let members = self.required(field)?.members();
        let members = members.ok_or(ParseError::WrongType { field, expected: "an object" })?;
        let mut map = BTreeMap::new();
        for (key, value) in members {
            if map.len() >= limit {
                return Err(ParseError::TooMany { field, limit });
            }
            map.insert(K::from_text(&key)?, parse(value)?);
        }
        Ok(map)
    }

    /// Takes `annotations` (string → string), the room to extend; no decision reads it.
    pub(crate) fn annotations(&mut self) -> Result<(), ParseError> {
        const FIELD: &str = "annotations";
        let Some(value) = self.optional(FIELD) else { return Ok(()) };
        let members = value.members().ok_or(ParseError::WrongType { field: FIELD, expected: "an object" })?;
        members.into_iter().try_for_each(|(_, value)| string_of(value, FIELD, limits::TEXT).map(drop))
    }
}

/// The string that `value` is, of at most `limit` bytes.
pub(crate) fn string_of(value: Value<'_>, field: &'static str, limit: usize) -> Result<String, ParseError> {
    let text = value.as_str().ok_or(ParseError::WrongType { field, expected: "a string" })?;
    if text.len() > limit { Err(ParseError::TooLarge { field, limit }) } else { Ok(text.into_owned()) }
}

/// The digest that `value` is.
pub(crate) fn digest_of(value: Value<'_>, field: &'static str) -> Result<Digest, ParseError> {
    let text = value.as_str().ok_or(ParseError::WrongType { field, expected: "a string" })?;
    Digest::parse(&text).ok_or(ParseError::invalid(field, Code::InvalidDigest))
}

/// The identifier that `value` is.
pub(crate) fn identifier_of<T: Identifier>(value: Value<'_>, field: &'static str) -> Result<T, ParseError> {
    let text = value.as_str().ok_or(ParseError::WrongType { field, expected: "a string" })?;
    T::from_text(&text).map_err(|_| ParseError::invalid(field, Code::InvalidIdentifier))
}

/// The finite number that `value` is, with the text it was written in.
pub(crate) fn number_of(value: Value<'_>, field: &'static str) -> Result<(f64, String), ParseError> {
    let is_number = value.raw().starts_with(|c: char| c == '-' || c.is_ascii_digit());
    if !is_number {
        return Err(ParseError::WrongType { field, expected: "a number" });
    }
    if value.raw().len() > limits::NUMBER {
        return Err(ParseError::TooLarge { field, limit: limits::NUMBER });
    }
    let number = value.as_f64().ok_or(ParseError::invalid(field, Code::InvalidNumber))?;
    Ok((number, value.raw().to_owned()))
}
