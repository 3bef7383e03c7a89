//! The check of a whole document: the grammar of RFC 8259 and the rules that make its reading unique.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

use super::value::decode_string;
use crate::{code::Code, limits, sort::sort};

/// Why bytes are no strict JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// The grammar of RFC 8259 is broken at this byte.
    Syntax {
        /// Offset of the byte at which reading stopped.
        at: usize,
    },
    /// The bytes are not UTF-8 (RFC 8259 §8.1); a byte order mark counts as not JSON.
    Utf8 {
        /// Offset of the first byte that is not UTF-8.
        at: usize,
    },
    /// Two members of one object have the same key once escapes are decoded.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// An escape names half of a surrogate pair.
    LoneSurrogate {
        /// Offset of the escape.
        at: usize,
    },
    /// More than [`limits::DEPTH`] levels.
    Depth {
        /// Offset of the bracket that opens the level too many.
        at: usize,
    },
    /// Bytes follow the document.
    TrailingBytes {
        /// Offset of the first of them.
        at: usize,
    },
}

impl JsonError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Syntax { .. } => Code::JsonSyntax,
            Self::Utf8 { .. } => Code::JsonUtf8,
            Self::DuplicateKey { .. } => Code::DuplicateKey,
            Self::LoneSurrogate { .. } => Code::LoneSurrogate,
            Self::Depth { .. } => Code::NestingTooDeep,
            Self::TrailingBytes { .. } => Code::TrailingBytes,
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { at } => write!(f, "not JSON at byte {at}"),
            Self::Utf8 { at } => write!(f, "not UTF-8 at byte {at}"),
            Self::DuplicateKey { key } => write!(f, "key {key:?} occurs twice in one object"),
            Self::LoneSurrogate { at } => write!(f, "half of a surrogate pair at byte {at}"),
            Self::Depth { at } => {
                write!(f, "more than {} levels of nesting at byte {at}", limits::DEPTH)
            }
            Self::TrailingBytes { at } => {
                write!(f, "bytes after the end of the document, from byte {at}")
            }
        }
    }
}

impl core::error::Error for JsonError {}

/// Checks that `bytes` are exactly one document and returns its text without the white space around it.
pub(super) fn check(bytes: &[u8]) -> Result<&str, JsonError> {
    let text = core::str::from_utf8(bytes).map_err(|e| JsonError::Utf8 { at: e.valid_up_to() })?;
    let mut reader = Reader { text, at: 0, keys: Vec::new() };
    reader.white_space();
    let start = reader.at;
    reader.value(1)?;
    let end = reader.at;
    reader.white_space();
    if reader.at == text.len() {
        Ok(text.get(start..end).unwrap_or_default())
    } else {
        Err(JsonError::TrailingBytes { at: reader.at })
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Decoded keys of all objects that are open, the innermost object's last.
    keys: Vec<Cow<'a, str>>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn advance(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.advance(1);
        }
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.eat(byte) { Ok(()) } else { Err(self.syntax()) }
    }

    fn syntax(&self) -> JsonError {
        JsonError::Syntax { at: self.at }
    }

    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.advance(1);
        }
    }

    fn value(&mut self, level: usize) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'{' | b'[') if level > limits::DEPTH => Err(JsonError::Depth { at: self.at }),
            Some(b'{') => self.object(level),
            Some(b'[') => self.array(level),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => ["true", "false", "null"]
                .iter()
                .find(|word| self.text.get(self.at..).is_some_and(|rest| rest.starts_with(**word)))
                .map(|word| self.advance(word.len()))
                .ok_or_else(|| self.syntax()),
        }
    }

    fn object(&mut self, level: usize) -> Result<(), JsonError> {
        self.expect(b'{')?;
        let first_key = self.keys.len();
        self.white_space();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            self.white_space();
            let key = self.string()?;
            self.keys.push(key);
            self.white_space();
            self.expect(b':')?;
            self.white_space();
            self.value(level.saturating_add(1))?;
            self.white_space();
            if self.eat(b'}') {
                break;
            }
            self.expect(b',')?;
        }
        let own = self.keys.get_mut(first_key..).unwrap_or_default();
        sort(own);
        let twin = own.iter().zip(own.iter().skip(1)).find(|(a, b)| a == b);
        if let Some((key, _)) = twin {
            return Err(JsonError::DuplicateKey { key: key.clone().into_owned() });
        }
        self.keys.truncate(first_key);
        Ok(())
    }

    fn array(&mut self, level: usize) -> Result<(), JsonError> {
        self.expect(b'[')?;
        self.white_space();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.white_space();
            self.value(level.saturating_add(1))?;
            self.white_space();
            if self.eat(b']') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    /// Reads a string and returns what it denotes.
    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0x20..) => self.advance(1),
                Some(_) | None => return Err(self.syntax()),
            }
        }
        self.advance(1);
        Ok(decode_string(self.text.get(start..self.at).unwrap_or_default()))
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.advance(1);
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.advance(1),
            Some(b'u') => match self.hex4()? {
                0xD800..=0xDBFF => {
                    let low = (self.eat(b'\\') && self.peek() == Some(b'u')).then(|| self.hex4());
                    if !matches!(low.transpose()?, Some(0xDC00..=0xDFFF)) {
                        return Err(JsonError::LoneSurrogate { at: start });
                    }
                }
                0xDC00..=0xDFFF => return Err(JsonError::LoneSurrogate { at: start }),
                _ => {}
            },
            _ => return Err(self.syntax()),
        }
        Ok(())
    }

    /// Reads `u` and four hex digits.
    fn hex4(&mut self) -> Result<u32, JsonError> {
        self.expect(b'u')?;
        let digits = self.at..self.at.saturating_add(4);
        let digits = self.text.get(digits).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
        self.advance(4);
        unit.ok_or_else(|| self.syntax())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let _ = self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.advance(1);
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.advance(1);
        }
        if self.at > start { Ok(()) } else { Err(self.syntax()) }
    }
}
