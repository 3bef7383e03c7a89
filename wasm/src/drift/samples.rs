//! Two samples, or two lists of counts.

use std::num::NonZeroU16;

use placet_core::drift::{
    self as core, BinOptions, Binning, Correction, DriftError, Method, PsiOptions, Smoothing,
};
use wasm_bindgen::prelude::*;

use super::{
    choose, counts,
    results::{ChiSquare, JensenShannon, KsTest, Psi, Tested, Wasserstein},
    whole,
};
use crate::boundary::{Thrown, object};

/// The two-sample Kolmogorov–Smirnov test: `{status, statistic, pValue, method, n, m, missing}`.
///
/// # Errors
///
/// Throws `option_out_of_range` for a method that there is not.
#[wasm_bindgen(js_name = ksTest)]
pub fn ks_test(reference: &[f64], current: &[f64], method: &str) -> Result<JsValue, JsValue> {
    let methods = [("auto", Method::Auto), ("exact", Method::Exact), ("limit", Method::Limit)];
    let test = core::ks_test(reference, current, choose("method", method, &methods)?);
    object(&KsTest::from(test))
}

/// The Wasserstein distance: `{status, distance, overReferenceSd}`.
///
/// # Errors
///
/// Throws for a count over 2⁵³ only.
#[wasm_bindgen]
pub fn wasserstein(reference: &[f64], current: &[f64]) -> Result<JsValue, JsValue> {
    let core::Wasserstein { status, distance, over_reference_sd, .. } = core::wasserstein(reference, current);
    object(&Wasserstein { status: status.as_str(), distance, over_reference_sd })
}

/// Kuiper's test: `{status, statistic, pValue}`.
///
/// # Errors
///
/// Throws for a count over 2⁵³ only.
#[wasm_bindgen]
pub fn kuiper(reference: &[f64], current: &[f64]) -> Result<JsValue, JsValue> {
    let test = core::kuiper(reference, current);
    object(&Tested { status: test.status.as_str(), statistic: test.statistic, p_value: test.p_value })
}

/// The Cramér–von Mises test: `{status, statistic, pValue}`.
///
/// # Errors
///
/// Throws for a count over 2⁵³ only.
#[wasm_bindgen(js_name = cramerVonMises)]
pub fn cramer_von_mises(reference: &[f64], current: &[f64]) -> Result<JsValue, JsValue> {
    let test = core::cramer_von_mises(reference, current);
    object(&Tested { status: test.status.as_str(), statistic: test.statistic, p_value: test.p_value })
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
    let core::Psi { status, value, edges, reference, current, .. } = core::psi(reference, current, options);
    object(&Psi { status: status.as_str(), value, edges, reference, current })
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
    let (divergence, distance) = (answer.divergence, answer.distance);
    object(&JensenShannon { status: answer.status.as_str(), divergence, distance })
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
    object(&ChiSquare::from(test))
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
