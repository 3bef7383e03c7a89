//! `DriftCheckResult` and `DriftAlert`: what the library writes about drift, unsigned.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

use super::{
    approval::read,
    number::Number,
    python::{self, DictWriter, Layout},
    time::DateTime,
};
use crate::{
    error::ParseError,
    json::{Fields, Value},
    limits,
};

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftMetric {
    /// The metric.
    pub name: String,
    /// Its value in training.
    pub training_value: Number,
    /// Its value in serving.
    pub serving_value: Number,
    /// What it was compared with; what it means depends on the metric.
    pub threshold: Number,
    /// Whether it drifted.
    pub is_drifted: bool,
    /// 0 to 1.
    pub drift_severity: Number,
    /// In words.
    pub details: String,
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftCheckResult {
    /// The model.
    pub model_id: String,
    /// When it was checked.
    pub checked_at: DateTime,
    /// Whether it drifted; the library says no where it could not tell.
    pub is_drifted: bool,
    /// All comparisons.
    pub metrics: Vec<DriftMetric>,
    /// 0 to 1: the mean over the comparisons.
    pub overall_severity: Number,
    /// 0, 0.95 or 1: a constant of the check.
    pub confidence: Number,
    /// In words.
    pub summary: String,
    /// `monitor`, `investigate` or `consider_revoke`.
    pub recommended_action: String,
}

/// An alert about a result.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftAlert {
    /// The model.
    pub model_id: String,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// When the alert was raised.
    pub alerted_at: DateTime,
    /// The result's summary.
    pub summary: String,
    /// The result's recommended action.
    pub recommended_action: String,
    /// The result's overall severity.
    pub overall_severity: Number,
    /// The result's confidence.
    pub confidence: Number,
}

impl DriftMetric {
    fn from_value(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "metrics")?;
        let metric = Self {
            name: fields.text("name")?,
            training_value: fields.number("training_value")?,
            serving_value: fields.number("serving_value")?,
            threshold: fields.number("threshold")?,
            is_drifted: fields.boolean("is_drifted")?,
            drift_severity: fields.number("drift_severity")?,
            details: fields.text("details")?,
        };
        fields.finish()?;
        Ok(metric)
    }

    fn to_json(&self) -> String {
        DictWriter::new(Layout::Default)
            .string("name", &self.name)
            .item("training_value", self.training_value.as_str())
            .item("serving_value", self.serving_value.as_str())
            .item("threshold", self.threshold.as_str())
            .item("is_drifted", python::boolean(self.is_drifted))
            .item("drift_severity", self.drift_severity.as_str())
            .string("details", &self.details)
            .finish()
    }
}

impl DriftCheckResult {
    /// Reads a record that holds exactly the fields that the library writes.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the code of the first rule that is broken; a NaN or an infinity, which the library writes as
    /// a bare word, is no JSON.
    pub fn parse(record: &[u8]) -> Result<Self, ParseError> {
        let mut fields = read(record, "record")?;
        let result = Self {
            model_id: fields.text("model_id")?,
            checked_at: fields.isoformat("checked_at")?,
            is_drifted: fields.boolean("is_drifted")?,
            metrics: fields
                .list("metrics", limits::ENTRIES)?
                .into_iter()
                .map(DriftMetric::from_value)
                .collect::<Result<_, _>>()?,
            overall_severity: fields.number("overall_severity")?,
            confidence: fields.number("confidence")?,
            summary: fields.text("summary")?,
            recommended_action: fields.text("recommended_action")?,
        };
        fields.finish()?;
        Ok(result)
    }

    /// The record, byte for byte as Python's `json.dumps` writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let layout = Layout::Default;
        DictWriter::new(layout)
            .string("model_id", &self.model_id)
            .string("checked_at", &self.checked_at.to_string())
            .item("is_drifted", python::boolean(self.is_drifted))
            .item("metrics", &python::list(layout, self.metrics.iter().map(DriftMetric::to_json)))
            .item("overall_severity", self.overall_severity.as_str())
            .item("confidence", self.confidence.as_str())
            .string("summary", &self.summary)
            .string("recommended_action", &self.recommended_action)
            .finish()
    }
}

impl DriftAlert {
    /// Reads a record that holds exactly the fields that the library writes.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the code of the first rule that is broken.
    pub fn parse(record: &[u8]) -> Result<Self, ParseError> {
        let mut fields = read(record, "record")?;
        let alert = Self {
            model_id: fields.text("model_id")?,
            severity: fields.text("severity")?,
            alerted_at: fields.isoformat("alerted_at")?,
            summary: fields.text("summary")?,
            recommended_action: fields.text("recommended_action")?,
            overall_severity: fields.number("overall_severity")?,
            confidence: fields.number("confidence")?,
        };
        fields.finish()?;
        Ok(alert)
    }

    /// The record, byte for byte as Python's `json.dumps` writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        DictWriter::new(Layout::Default)
            .string("model_id", &self.model_id)
            .string("severity", &self.severity)
            .string("alerted_at", &self.alerted_at.to_string())
            .string("summary", &self.summary)
            .string("recommended_action", &self.recommended_action)
            .item("overall_severity", self.overall_severity.as_str())
            .item("confidence", self.confidence.as_str())
            .finish()
    }
}

impl Fields<'_> {
    /// Takes a number of a drift record.
    fn number(&mut self, field: &'static str) -> Result<Number, ParseError> {
        Number::from_value(self.required(field)?, field)
    }
}
