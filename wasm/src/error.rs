//! How an error of the core becomes a JavaScript value.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// What a failed call throws: the package makes a `PlacetError` of it.
///
/// It is no `Error` object itself, because the class (and with it `instanceof`) belongs to the
/// package, and a stack trace should begin at the caller.
#[derive(Debug, Serialize)]
pub struct Thrown<'a> {
    /// The stable code, from the core's one table.
    pub code: &'a str,
    /// The facts in words: lower case, no full stop.
    pub message: String,
}

impl From<Thrown<'_>> for JsValue {
    fn from(thrown: Thrown<'_>) -> Self {
        to_object(&thrown)
    }
}

/// Turns a small result into a plain object.
///
/// The types handed to it hold text and integers below 2⁵³, so the conversion has no way to fail;
/// should one ever be given that can, the caller receives the conversion's error instead.
pub(crate) fn to_object<T: Serialize>(value: &T) -> JsValue {
    serde_wasm_bindgen::to_value(value).unwrap_or_else(JsValue::from)
}
