//! Two samples, or two lists of counts.

use std::num::NonZeroU16;

use js_sys::Array;
use placet_core::drift::{
    self as core, BinOptions, Binning, Correction, DriftError, Method, PsiOptions, Smoothing, Status,
};
use wasm_bindgen::prelude::*;

use super::{choose, counts, whole};
use crate::boundary::{Object, Thrown};

/// The two-sample Kolmogorov–Smirnov test: `{status, statistic, pValue, method, n, m, missing}`.
///
/// # Errors
///
/// Throws `option_out_of_range` for a method that there is not.
#[wasm_bindgen(js_name = ksTest)]
pub fn ks_test(reference: &[f64], current: &[f64], method: &str) -> Result<JsValue, JsValue> {
    let methods = [("auto", Method::Auto), ("exact", Method::Exact), ("limit", Method::Limit)];
    let test = core::ks_test(reference, current, choose("method", method, &methods)?);
    let object = Object::with_status(test.status)
        .set_or_null("statistic", test.statistic)
        .set_or_null("pValue", test.p_value)
        .set_or_null("method", test.method.map(core::NullDistribution::as_str))
        .set_count("n", test.n)
        .set_count("m", test.m)
        .set_count("missing", test.missing);
    Ok(object.into())
}

/// The Wasserstein distance: `{status, distance, overReferenceSd}`.
#[wasm_bindgen]
#[must_use]
pub fn wasserstein(reference: &[f64], current: &[f64]) -> JsValue {
    let moved = core::wasserstein(reference, current);
    Object::with_status(moved.status)
        .set_or_null("distance", moved.distance)
        .set_or_null("overReferenceSd", moved.over_reference_sd)
        .into()
}

/// Kuiper's test: `{status, statistic, pValue}`.
#[wasm_bindgen]
#[must_use]
pub fn kuiper(reference: &[f64], current: &[f64]) -> JsValue {
    let test = core::kuiper(reference, current);
    Object::with_status(test.status)
        .set_or_null("statistic", test.statistic)
        .set_or_null("pValue", test.p_value)
        .into()
}

/// The Cramér–von Mises test: `{status, statistic, pValue}`.
#[wasm_bindgen(js_name = cramerVonMises)]
#[must_use]
pub fn cramer_von_mises(reference: &[f64], current: &[f64]) -> JsValue {
    let test = core::cramer_von_mises(reference, current);
    Object::with_status(test.status)
        .set_or_null("statistic", test.statistic)
        .set_or_null("pValue", test.p_value)
        .into()
}

/// The population stability index: `{status, value, edges, reference, current}`.
///
/// # Errors
///
/// Throws `option_out_of_range`.
#[wasm_bindgen]
pub fn psi(
    reference: &[f64],
    current: &[f64],
    bins: f64,
    binning: &str,
    smoothing: &str,
) -> Result<JsValue, JsValue> {
    let smoothings = [("epsilon", Smoothing::Epsilon), ("jeffreys", Smoothing::Jeffreys)];
    let options = PsiOptions {
        bins: bin_options(bins, binning)?,
        smoothing: choose("smoothing", smoothing, &smoothings)?,
    };
    let psi = core::psi(reference, current, options);
    let object = Object::with_status(psi.status)
        .set_or_null("value", psi.value)
        .set("edges", psi.edges.into_iter().map(JsValue::from).collect::<Array>())
        .set("reference", numbers(&psi.reference))
        .set("current", numbers(&psi.current));
    Ok(object.into())
}

/// The Jensen–Shannon divergence: `{status, divergence, distance}`.
///
/// # Errors
///
/// Throws `option_out_of_range`.
#[wasm_bindgen(js_name = jensenShannon)]
pub fn jensen_shannon(
    reference: &[f64],
    current: &[f64],
    bins: f64,
    binning: &str,
) -> Result<JsValue, JsValue> {
    let answer = core::jensen_shannon(reference, current, bin_options(bins, binning)?);
    let object = Object::with_status(answer.status)
        .set_or_null("divergence", answer.divergence)
        .set_or_null("distance", answer.distance);
    Ok(object.into())
}

/// Pearson's chi-square test of two lists of counts: `{status, statistic, dof, pValue, cramersV}`.
///
/// # Errors
///
/// Throws `length_mismatch`, `count_overflow` or, for a count that is none, `option_out_of_range`.
#[wasm_bindgen(js_name = chiSquare)]
pub fn chi_square(reference: &[f64], current: &[f64]) -> Result<JsValue, JsValue> {
    let (reference, current) = (counts("referenceCounts", reference)?, counts("currentCounts", current)?);
    let test = core::chi_square(&reference, &current).map_err(Thrown::from)?;
    let object = Object::with_status(test.status).set_or_null("statistic", test.statistic);
    let object = match test.status {
        Status::Ok => object.set_count("dof", test.dof),
        Status::Inconclusive => object.set("dof", JsValue::NULL),
    };
    Ok(object.set_or_null("pValue", test.p_value).set_or_null("cramersV", test.cramers_v).into())
}

/// Adjusts p-values for the number of checks.
///
/// # Errors
///
/// Throws `p_value_out_of_range` or, for a correction that there is not, `option_out_of_range`.
#[wasm_bindgen(js_name = adjustPValues)]
pub fn adjust_p_values(p_values: &[f64], correction: &str) -> Result<Vec<f64>, JsValue> {
    let adjusted = core::adjust_p_values(p_values, read_correction(correction)?);
    Ok(adjusted.map_err(Thrown::from)?)
}

pub(super) fn read_correction(text: &str) -> Result<Correction, Thrown> {
    choose("correction", text, &[("holm", Correction::Holm), ("bh", Correction::Bh)])
}

fn bin_options(bins: f64, binning: &str) -> Result<BinOptions, Thrown> {
    let binnings = [("quantile", Binning::Quantile), ("width", Binning::Width)];
    let bins =
        NonZeroU16::new(whole("bins", bins)?).ok_or(DriftError::OptionOutOfRange { option: "bins" })?;
    Ok(BinOptions { bins, binning: choose("binning", binning, &binnings)? })
}

/// Counts as JavaScript has them.
#[expect(clippy::cast_precision_loss, reason = "no array has 2⁵³ values")]
fn numbers(counts: &[u64]) -> Array {
    counts.iter().map(|count| JsValue::from(*count as f64)).collect()
}
