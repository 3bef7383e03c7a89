//! How bytes, results and errors cross between JavaScript and the core.

use js_sys::Uint8Array;
use placet_core::error::ParseError;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// What a failed call throws: the package makes a `PlacetError` of it.
///
/// It is no `Error` object itself, because the class (and with it `instanceof`) belongs to the
/// package, and a stack trace should begin at the caller.
#[derive(Debug, Serialize)]
pub struct Thrown {
    /// The stable code, from the core's one table.
    code: &'static str,
    /// The facts in words: lower case, no full stop.
    message: String,
}

impl From<ParseError> for Thrown {
    fn from(error: ParseError) -> Self {
        Self { code: error.code().as_str(), message: error.to_string() }
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        to_object(&thrown)
    }
}

/// Copies a document into the module's memory, unless it is over its limit.
///
/// The limit is the core's, which checks it again; here it comes before the copy, because the
/// memory of a module never shrinks (attack: one huge document fills a gateway's memory for good).
///
/// # Errors
///
/// `too_large`.
pub(crate) fn copy(bytes: &Uint8Array, field: &'static str, limit: usize) -> Result<Vec<u8>, Thrown> {
    if bytes.length() as usize > limit {
        return Err(ParseError::TooLarge { field, limit }.into());
    }
    Ok(bytes.to_vec())
}

/// Turns a small result into a plain object.
///
/// The types handed to it hold text and integers below 2⁵³, so the conversion has no way to fail;
/// should one ever be given that can, the caller receives the conversion's error instead.
pub(crate) fn to_object<T: Serialize>(value: &T) -> JsValue {
    serde_wasm_bindgen::to_value(value).unwrap_or_else(JsValue::from)
}
