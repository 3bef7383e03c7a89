//! The records of `nanda-model-governance`, which no decision counts.

use js_sys::Uint8Array;
use placet_core::{
    error::ParseError,
    limits,
    reference::{self as core, DriftComparison, DriftConfig},
    time::Timestamp,
};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::{
    boundary::{Thrown, copy, object},
    drift::{checks::MetricChecks, results::Report},
};

/// Judges a record by the request's JSON, and returns the verdict as JSON text.
///
/// # Errors
///
/// Throws `too_large`; every other fault of the record or the request is a denial.
#[wasm_bindgen(js_name = verifyReferenceApproval)]
pub fn verify_reference_approval(record: &Uint8Array, request: &Uint8Array) -> Result<String, JsValue> {
    let record = copy(record, "record", limits::PAYLOAD)?;
    let request = copy(request, "request", limits::PAYLOAD)?;
    Ok(core::verify_json(&record, &request).to_json())
}

/// What the signatures of a record cover: `{canonical, digest}`.
///
/// # Errors
///
/// Throws the code of the first rule that the record breaks.
#[wasm_bindgen(js_name = referenceCanonical)]
pub fn reference_canonical(record: &Uint8Array) -> Result<JsValue, JsValue> {
    let record = copy(record, "record", limits::PAYLOAD)?;
    let canonical = core::canonical(&record).map_err(Thrown::from)?;
    object(&Canonical { canonical: canonical.text, digest: canonical.digest.to_hex() })
}

#[derive(Serialize)]
struct Canonical {
    canonical: String,
    digest: String,
}

#[wasm_bindgen]
impl MetricChecks {
    /// Judges `loss` and `accuracy` as the library does, and all metrics as they should be. Rules are not looked at.
    ///
    /// # Errors
    ///
    /// Throws for a count over 2⁵³ only.
    #[wasm_bindgen(js_name = compareReference)]
    pub fn compare_reference(self) -> Result<JsValue, JsValue> {
        let Self { baseline, current, .. } = self;
        compared(core::compare_drift(
            "",
            &baseline,
            &current,
            &DriftConfig::default(),
            Timestamp::LAST.into(),
        ))
    }
}

/// Judges two samples as the library does, and as they should be.
///
/// # Errors
///
/// Throws for a count over 2⁵³ only.
#[wasm_bindgen(js_name = compareReferenceDistribution)]
pub fn compare_reference_distribution(training: &[f64], serving: &[f64]) -> Result<JsValue, JsValue> {
    let (config, at) = (DriftConfig::default(), Timestamp::LAST.into());
    compared(core::compare_distribution_drift("", training, serving, &config, at))
}

fn compared(compared: Result<DriftComparison, ParseError>) -> Result<JsValue, JsValue> {
    let DriftComparison { reference, corrected, differences } = compared.map_err(Thrown::from)?;
    object(&Comparison {
        reference: reference.as_ref().map(Answer::from),
        corrected: (&corrected).into(),
        differences: differences.iter().map(Difference::from).collect(),
    })
}

#[derive(Serialize)]
struct Comparison<'a> {
    reference: Option<Answer<'a>>,
    corrected: Report<'a>,
    differences: Vec<Difference<'a>>,
}

#[derive(Serialize)]
struct Difference<'a> {
    name: Option<&'a str>,
    code: &'static str,
    meaning: &'static str,
}

impl<'a> From<&'a core::Difference> for Difference<'a> {
    fn from(difference: &'a core::Difference) -> Self {
        let fault = difference.fault;
        Self { name: difference.name.as_deref(), code: fault.as_str(), meaning: fault.meaning() }
    }
}

/// A `DriftCheckResult` without the model and the time, which are no part of the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    is_drifted: bool,
    metrics: Vec<Metric<'a>>,
    overall_severity: f64,
    confidence: f64,
    summary: &'a str,
    recommended_action: &'a str,
}

impl<'a> From<&'a core::DriftCheckResult> for Answer<'a> {
    fn from(result: &'a core::DriftCheckResult) -> Self {
        Self {
            is_drifted: result.is_drifted,
            metrics: result.metrics.iter().map(Metric::from).collect(),
            overall_severity: result.overall_severity.value(),
            confidence: result.confidence.value(),
            summary: &result.summary,
            recommended_action: &result.recommended_action,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    name: &'a str,
    training_value: f64,
    serving_value: f64,
    threshold: f64,
    is_drifted: bool,
    drift_severity: f64,
    details: &'a str,
}

impl<'a> From<&'a core::DriftMetric> for Metric<'a> {
    fn from(metric: &'a core::DriftMetric) -> Self {
        Self {
            name: &metric.name,
            training_value: metric.training_value.value(),
            serving_value: metric.serving_value.value(),
            threshold: metric.threshold.value(),
            is_drifted: metric.is_drifted,
            drift_severity: metric.drift_severity.value(),
            details: &metric.details,
        }
    }
}
