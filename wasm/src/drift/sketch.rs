//! Quantile sketches as bytes.

use js_sys::Uint8Array;
use placet_core::drift::{self as core, DriftError, Sketch};
use wasm_bindgen::prelude::*;

use super::{
    results::{SketchInfo, SketchKsTest},
    whole,
};
use crate::boundary::{Thrown, object};

/// More bytes than the largest sketch has: 63 levels, three times 65 535 values and some more.
const LIMIT: u32 = 2 << 20;

/// A sketch of values.
///
/// # Errors
///
/// Throws `option_out_of_range`.
#[wasm_bindgen]
pub fn sketch(values: &[f64], k: f64) -> Result<Vec<u8>, JsValue> {
    let mut sketch = Sketch::new(whole("k", k)?).map_err(Thrown::from)?;
    sketch.extend(values);
    Ok(sketch.to_bytes())
}

/// The sketch of both streams.
///
/// # Errors
///
/// Throws `sketch_format`, `sketch_length` or `sketch_content`, as all functions that read sketches.
#[wasm_bindgen(js_name = sketchMerge)]
pub fn sketch_merge(one: &Uint8Array, other: &Uint8Array) -> Result<Vec<u8>, JsValue> {
    let mut merged = read(one)?;
    merged.merge(&read(other)?);
    Ok(merged.to_bytes())
}

/// What a sketch says of itself: `{k, count, missing, rankError}`.
///
/// # Errors
///
/// As [`sketch_merge`].
#[wasm_bindgen(js_name = sketchInfo)]
pub fn sketch_info(sketch: &Uint8Array) -> Result<JsValue, JsValue> {
    let sketch = read(sketch)?;
    object(&SketchInfo {
        k: sketch.k(),
        count: sketch.count(),
        missing: sketch.missing(),
        rank_error: sketch.rank_error(),
    })
}

/// The lower quantile; `undefined` where there is none.
///
/// # Errors
///
/// As [`sketch_merge`].
#[wasm_bindgen(js_name = sketchQuantile)]
pub fn sketch_quantile(sketch: &Uint8Array, q: f64) -> Result<Option<f64>, JsValue> {
    Ok(read(sketch)?.quantile(q))
}

/// How many values are not above `x`.
///
/// # Errors
///
/// As [`sketch_merge`].
#[wasm_bindgen(js_name = sketchRank)]
#[expect(clippy::cast_precision_loss, reason = "no stream has 2⁵³ values")]
pub fn sketch_rank(sketch: &Uint8Array, x: f64) -> Result<f64, JsValue> {
    Ok(read(sketch)?.rank(x) as f64)
}

/// The Kolmogorov–Smirnov test of two streams: `{status, statistic, error, lowerBound, pValue, method, n, m, missing}`.
///
/// # Errors
///
/// As [`sketch_merge`].
#[wasm_bindgen(js_name = ksTestSketches)]
pub fn ks_test_sketches(reference: &Uint8Array, current: &Uint8Array) -> Result<JsValue, JsValue> {
    let test = core::ks_test_sketches(&read(reference)?, &read(current)?);
    object(&SketchKsTest::from(test))
}

pub(super) fn read(bytes: &Uint8Array) -> Result<Sketch, Thrown> {
    if bytes.length() > LIMIT {
        return Err(DriftError::SketchLength.into());
    }
    Ok(Sketch::parse(&bytes.to_vec())?)
}
