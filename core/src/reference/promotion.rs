//! `PromotionResult`: what the library's serving plane answers.
//!
//! The library gives this dataclass no JSON of its own; its fields in their order, with the time as `isoformat()` writes
//! it like in its other records, are the form that is read and written here.

use alloc::string::{String, ToString as _};

use super::{
    approval::{read, text_of},
    python::{self, DictWriter, Layout},
    time::DateTime,
};
use crate::error::ParseError;

/// The outcome of a deployment by the library. A claim: nobody signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionResult {
    /// The model.
    pub model_id: String,
    /// Whether it was deployed.
    pub promoted: bool,
    /// When.
    pub promoted_at: DateTime,
    /// The entry of the library's evidence ledger, if it has one.
    pub evidence_entry_id: Option<String>,
    /// In words.
    pub message: String,
}

impl PromotionResult {
    /// Reads a record that holds exactly these fields.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the code of the first rule that is broken.
    pub fn parse(record: &[u8]) -> Result<Self, ParseError> {
        let mut fields = read(record, "record")?;
        let result = Self {
            model_id: fields.text("model_id")?,
            promoted: fields.boolean("promoted")?,
            promoted_at: fields.isoformat("promoted_at")?,
            evidence_entry_id: fields.or_null("evidence_entry_id", text_of)?,
            message: fields.text("message")?,
        };
        fields.finish()?;
        Ok(result)
    }

    /// The record in the layout of Python's `json.dumps`.
    #[must_use]
    pub fn to_json(&self) -> String {
        DictWriter::new(Layout::Default)
            .string("model_id", &self.model_id)
            .item("promoted", python::boolean(self.promoted))
            .string("promoted_at", &self.promoted_at.to_string())
            .item("evidence_entry_id", &python::optional(self.evidence_entry_id.as_deref()))
            .string("message", &self.message)
            .finish()
    }
}
