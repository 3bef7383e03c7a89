//! How bytes, results and errors cross between JavaScript and the core.

use js_sys::Uint8Array;
#[cfg(feature = "whole")]
use placet_core::drift::DriftError;
use placet_core::error::{ParseError, VerifyError};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// What a failed call throws: the package makes a `PlacetError` of it.
///
/// It is no `Error` object itself, because the class (and with it `instanceof`) belongs to the
/// package, and a stack trace should begin at the caller.
#[derive(Debug, Serialize)]
pub struct Thrown {
    /// The stable code.
    code: &'static str,
    /// The facts in words: lower case, no full stop.
    message: String,
}

impl Thrown {
    /// The stable code.
    #[cfg(feature = "whole")]
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }
}

impl From<ParseError> for Thrown {
    fn from(error: ParseError) -> Self {
        Self { code: error.code().as_str(), message: error.to_string() }
    }
}

impl From<VerifyError> for Thrown {
    fn from(error: VerifyError) -> Self {
        Self { code: error.code().as_str(), message: error.to_string() }
    }
}

#[cfg(feature = "whole")]
impl From<DriftError> for Thrown {
    fn from(error: DriftError) -> Self {
        Self { code: error.code(), message: error.to_string() }
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        object(&thrown).unwrap_or_else(|error| error)
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

/// A small result as a plain object. What is absent is `null`, as `undefined` would look like a misspelt name; counts are
/// numbers.
///
/// # Errors
///
/// Throws what serde-wasm-bindgen says of a count over 2⁵³, which no sample has.
pub(crate) fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let plain = Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    Ok(value.serialize(&plain)?)
}
