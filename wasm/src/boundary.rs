//! How bytes, results and errors cross between JavaScript and the core.

use js_sys::{Reflect, Uint8Array};
use placet_core::{
    drift::DriftError,
    error::{ParseError, VerifyError},
};
use wasm_bindgen::JsValue;

/// What a failed call throws: the package makes a `PlacetError` of it.
///
/// It is no `Error` object itself, because the class (and with it `instanceof`) belongs to the
/// package, and a stack trace should begin at the caller.
#[derive(Debug)]
pub struct Thrown {
    /// The stable code.
    code: &'static str,
    /// The facts in words: lower case, no full stop.
    message: String,
}

impl Thrown {
    /// The stable code.
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

impl From<DriftError> for Thrown {
    fn from(error: DriftError) -> Self {
        Self { code: error.code(), message: error.to_string() }
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        Object::new().set("code", thrown.code).set("message", thrown.message).into()
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

/// A plain object that is being filled.
pub(crate) struct Object(js_sys::Object);

impl Object {
    pub(crate) fn new() -> Self {
        Self(js_sys::Object::new())
    }

    pub(crate) fn set(self, name: &str, value: impl Into<JsValue>) -> Self {
        // A property of one's own on a new plain object can always be set.
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
        self
    }

    /// What is absent is `null`: `undefined` would look like a misspelt name.
    pub(crate) fn set_or_null(self, name: &str, value: Option<impl Into<JsValue>>) -> Self {
        self.set(name, value.map_or(JsValue::NULL, Into::into))
    }

    /// Counts cross as numbers, which are exact up to 2⁵³.
    #[expect(clippy::cast_precision_loss, reason = "no sample of more than 2⁵³ values was ever counted")]
    pub(crate) fn set_count(self, name: &str, count: u64) -> Self {
        self.set(name, count as f64)
    }
}

impl From<Object> for JsValue {
    fn from(object: Object) -> Self {
        object.0.into()
    }
}
