//! Bytes in the forms that vectors write them in.

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};

use crate::pool::Pool;

/// Bytes in pieces, so that a mebibyte of spaces is written in one line.
#[derive(Clone, Debug, Default)]
pub struct Bytes(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Raw(Vec<u8>),
    Repeat(String, usize),
    Base64(Bytes),
}

impl Bytes {
    /// Bytes that are no text.
    #[must_use]
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self(vec![Piece::Raw(bytes.into())])
    }

    /// Text so many times.
    #[must_use]
    pub fn repeat(text: &str, times: usize) -> Self {
        Self(vec![Piece::Repeat(text.into(), times)])
    }

    /// The base64 text of other bytes.
    #[must_use]
    pub fn base64(bytes: Self) -> Self {
        Self(vec![Piece::Base64(bytes)])
    }

    /// These bytes and others.
    #[must_use]
    pub fn and(mut self, other: impl Into<Self>) -> Self {
        for piece in other.into().0 {
            match (self.0.last_mut(), piece) {
                (Some(Piece::Text(text)), Piece::Text(more)) => text.push_str(&more),
                (_, piece) => self.0.push(piece),
            }
        }
        self
    }

    /// These bytes with their last one, a brace, replaced by `end`.
    #[must_use]
    pub fn and_inside(mut self, end: &str) -> Self {
        if let Some(Piece::Text(text)) = self.0.last_mut() {
            text.pop();
            text.push_str(end);
        }
        self
    }

    /// Pieces with a comma between them.
    #[must_use]
    pub fn join(pieces: &[Self]) -> Self {
        let mut pieces = pieces.iter();
        let first = pieces.next().cloned().unwrap_or_default();
        pieces.fold(first, |joined, piece| joined.and(",").and(piece.clone()))
    }

    /// The bytes themselves.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let bytes = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone().into_bytes(),
            Piece::Raw(bytes) => bytes.clone(),
            Piece::Repeat(text, times) => text.repeat(*times).into_bytes(),
            Piece::Base64(bytes) => Base64::encode_string(&bytes.to_vec()).into_bytes(),
        };
        self.0.iter().flat_map(bytes).collect()
    }

    /// All text in it, for finding what is worth a file of its own.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter_map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None })
    }

    /// The bytes as a vector writes them, with files of the pool by name.
    pub(crate) fn form(&self, pool: &Pool) -> Value {
        let form = |piece: &Piece| match piece {
            Piece::Text(text) => pool.forms(text),
            Piece::Raw(bytes) => vec![json!({"base64": Base64::encode_string(bytes)})],
            Piece::Repeat(text, times) => vec![json!({"repeat": [{"utf8": text}, times]})],
            Piece::Base64(bytes) => vec![json!({"encode_base64": bytes.form(pool)})],
        };
        let mut forms: Vec<Value> = self.0.iter().flat_map(form).collect();
        match forms.len() {
            0 => json!({"utf8": ""}),
            1 => forms.remove(0),
            _ => json!({"concat": forms}),
        }
    }
}

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        Self(vec![Piece::Text(text.into())])
    }
}

impl From<String> for Bytes {
    fn from(text: String) -> Self {
        Self(vec![Piece::Text(text)])
    }
}

impl From<&placet_core::envelope::Envelope> for Bytes {
    fn from(envelope: &placet_core::envelope::Envelope) -> Self {
        envelope.to_json().into()
    }
}

impl From<placet_core::envelope::Envelope> for Bytes {
    fn from(envelope: placet_core::envelope::Envelope) -> Self {
        envelope.to_json().into()
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}
