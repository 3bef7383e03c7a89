//! The records of `nanda-model-governance`, which no decision counts.

use js_sys::Uint8Array;
use placet_core::{limits, reference as core};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::boundary::{Thrown, copy, object};

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
