//! `TrainingOutput`: what the library's training plane hands over, unsigned.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString as _},
};

use super::{
    approval::read,
    number::Number,
    python::{Dict, DictWriter, Layout},
    time::DateTime,
};
use crate::{error::ParseError, gather::gather, json::Value};

/// A training output of the library. Nobody signs it.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingOutput {
    /// The model.
    pub model_id: String,
    /// The digest of its weights, as free text.
    pub weights_hash: String,
    /// The model card.
    pub card: Dict,
    /// What was measured; any JSON.
    pub metrics: Dict,
    /// An id that ties it to other records.
    pub correlation_id: String,
    /// When it was made.
    pub created_at: DateTime,
    /// Anything else.
    pub metadata: Dict,
}

impl TrainingOutput {
    /// Reads a record that holds exactly the fields that the library writes.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the code of the first rule that is broken.
    pub fn parse(record: &[u8]) -> Result<Self, ParseError> {
        let mut fields = read(record, "record")?;
        let output = Self {
            model_id: fields.text("model_id")?,
            weights_hash: fields.text("weights_hash")?,
            card: Dict::from_value(fields.required("card")?, "card")?,
            metrics: Dict::from_value(fields.required("metrics")?, "metrics")?,
            correlation_id: fields.text("correlation_id")?,
            created_at: fields.isoformat("created_at")?,
            metadata: Dict::from_value(fields.required("metadata")?, "metadata")?,
        };
        fields.finish()?;
        Ok(output)
    }

    /// The metrics that are plain numbers.
    #[must_use]
    pub fn numbers(&self) -> BTreeMap<String, Number> {
        let members = Value::parse(self.metrics.as_str().as_bytes()).ok().and_then(Value::members);
        let numbers = members.into_iter().flatten().filter_map(|(name, value)| {
            Number::from_value(value, "metrics").ok().map(|number| (name.into_owned(), number))
        });
        gather(numbers)
    }

    /// The record, byte for byte as Python's `json.dumps` writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        DictWriter::new(Layout::Default)
            .string("model_id", &self.model_id)
            .string("weights_hash", &self.weights_hash)
            .item("card", self.card.as_str())
            .item("metrics", self.metrics.as_str())
            .string("correlation_id", &self.correlation_id)
            .string("created_at", &self.created_at.to_string())
            .item("metadata", self.metadata.as_str())
            .finish()
    }
}
