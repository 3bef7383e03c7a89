//! The bindings inside a real engine: Node by default, a browser with `WASM_BINDGEN_USE_BROWSER=1`.
#![cfg(target_arch = "wasm32")]

use js_sys::Reflect;
use placet_wasm::{error::Thrown, weights::WeightsHasher};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

/// SHA-256 of the empty message, FIPS 180-4.
const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect("an object")
}

#[wasm_bindgen_test]
fn a_result_is_a_plain_object_with_a_number_and_no_map_or_bigint() {
    let weights = WeightsHasher::new().finish();
    assert!(weights.is_instance_of::<js_sys::Object>());
    assert!(!weights.is_instance_of::<js_sys::Map>());
    assert_eq!(field(&weights, "kind").as_string().as_deref(), Some("file"));
    assert_eq!(
        field(&weights, "digest").as_string().as_deref(),
        Some(EMPTY)
    );
    assert_eq!(field(&weights, "size").as_f64(), Some(0.0));
}

#[wasm_bindgen_test]
fn pieces_give_the_digest_of_the_whole() {
    let mut pieces = WeightsHasher::new();
    for piece in [b"a".as_slice(), b"", b"bc"] {
        pieces.update(piece);
    }
    let weights = pieces.finish();
    assert_eq!(
        field(&weights, "digest").as_string().as_deref(),
        Some("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    );
    assert_eq!(field(&weights, "size").as_f64(), Some(3.0));
}

#[wasm_bindgen_test]
fn a_thrown_error_keeps_its_code_and_message() {
    let thrown = JsValue::from(Thrown {
        code: "foreign_domain",
        message: "two domains".into(),
    });
    assert_eq!(
        field(&thrown, "code").as_string().as_deref(),
        Some("foreign_domain")
    );
    assert_eq!(
        field(&thrown, "message").as_string().as_deref(),
        Some("two domains")
    );
}
