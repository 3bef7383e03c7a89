//! May this model run here now?

use js_sys::{Array, Uint8Array};
use placet_core::{decide as core, limits};
use wasm_bindgen::prelude::*;

use crate::boundary::{Thrown, copy};

/// Decides, and returns the bytes of the decision record and of the next state.
///
/// All arguments are JSON documents as bytes; `state` is `undefined` the first time.
///
/// # Errors
///
/// Throws the code of the document that cannot be read at all. Whatever is wrong with the envelopes
/// inside is no error but a denial.
#[wasm_bindgen]
pub fn decide(
    bundle: &Uint8Array,
    trust: &Uint8Array,
    state: Option<Uint8Array>,
    request: &Uint8Array,
) -> Result<Array, JsValue> {
    let state = state.map(|state| copy(&state, "state", limits::STATE)).transpose()?;
    let decided = core::decide(
        &copy(bundle, "bundle", limits::BUNDLE)?,
        &copy(trust, "trust", limits::TRUST)?,
        state.as_deref(),
        &copy(request, "request", limits::TEXT)?,
    )
    .map_err(Thrown::from)?;
    let state = decided.state.to_json();
    Ok(Array::of2(
        &Uint8Array::from(decided.bytes.as_slice()).into(),
        &Uint8Array::from(state.as_bytes()).into(),
    ))
}
