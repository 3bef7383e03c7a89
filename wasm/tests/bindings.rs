//! The bindings inside a real engine: Node by default, a browser with `WASM_BINDGEN_USE_BROWSER=1`.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Reflect, Uint8Array};
use placet_core::limits;
use placet_testkit::Organisation;
use placet_wasm::{decide::decide, weights::WeightsHasher};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

/// SHA-256 of the empty message, FIPS 180-4.
const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn text(object: &JsValue, name: &str) -> Option<String> {
    Reflect::get(object, &name.into()).expect("an object").as_string()
}

fn bytes(text: &str) -> Uint8Array {
    Uint8Array::from(text.as_bytes())
}

/// Bundle, trust and request of a model that may run.
fn documents() -> [Uint8Array; 3] {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approvals = ["alice.ng", "chandra.iyer"].map(|name| org.approval(&training, &proposal, name, |_| {}));
    let bundle = org.bundle(&training, &proposal, &approvals);
    [bundle.to_json(), org.trust().to_json(), org.request().to_json()].map(|document| bytes(&document))
}

#[wasm_bindgen_test]
fn a_decision_has_the_bytes_that_the_core_writes() {
    let [bundle, trust, request] = documents();
    let results = decide(&bundle, &trust, None, &request).expect("readable documents");
    let [record, state] = [0, 1].map(|index| Uint8Array::from(results.get(index)).to_vec());
    let expected = placet_core::decide::decide(&bundle.to_vec(), &trust.to_vec(), None, &request.to_vec());
    let expected = expected.expect("readable documents");
    assert_eq!(expected.decision.denials, []);
    assert_eq!(record, expected.bytes);
    assert_eq!(state, expected.state.to_json().into_bytes());
    assert!(decide(&bundle, &trust, Some(Uint8Array::from(state.as_slice())), &request).is_ok());
}

#[wasm_bindgen_test]
fn what_cannot_be_read_is_thrown_with_the_code_of_the_core() {
    let [bundle, trust, request] = documents();
    let thrown = |result: Result<Array, JsValue>| {
        let thrown = result.expect_err("unreadable");
        assert!(!text(&thrown, "message").expect("words").is_empty());
        text(&thrown, "code").expect("a code")
    };
    assert_eq!(thrown(decide(&bytes("{"), &trust, None, &request)), "json_syntax");
    assert_eq!(thrown(decide(&bundle, &bytes("{}"), None, &request)), "missing_field");
    assert_eq!(thrown(decide(&bundle, &trust, Some(bytes("")), &request)), "json_syntax");
    assert_eq!(thrown(decide(&bundle, &trust, None, &bytes("{}"))), "missing_field");
}

#[wasm_bindgen_test]
fn a_document_over_its_limit_is_refused_before_it_is_copied() {
    let [bundle, trust, request] = documents();
    let huge = |limit: usize| Uint8Array::new_with_length(u32::try_from(limit).expect("32 bits") + 1);
    for result in [
        decide(&huge(limits::BUNDLE), &trust, None, &request),
        decide(&bundle, &huge(limits::TRUST), None, &request),
        decide(&bundle, &trust, Some(huge(limits::STATE)), &request),
        decide(&bundle, &trust, None, &huge(limits::TEXT)),
    ] {
        assert_eq!(text(&result.expect_err("too large"), "code").as_deref(), Some("too_large"));
    }
    let memory = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>();
    let memory = memory.buffer().unchecked_into::<js_sys::ArrayBuffer>();
    assert!((memory.byte_length() as usize) < limits::BUNDLE, "the memory has grown");
}

#[wasm_bindgen_test]
fn a_result_is_a_plain_object_with_a_number_and_no_map_or_bigint() {
    let weights = WeightsHasher::new().finish().expect("a size");
    assert!(weights.is_instance_of::<js_sys::Object>());
    assert!(!weights.is_instance_of::<js_sys::Map>());
    assert_eq!(text(&weights, "kind").as_deref(), Some("file"));
    assert_eq!(text(&weights, "digest").as_deref(), Some(EMPTY));
    assert_eq!(Reflect::get(&weights, &"size".into()).expect("an object").as_f64(), Some(0.0));
}

#[wasm_bindgen_test]
fn pieces_give_the_digest_of_the_whole() {
    let mut pieces = WeightsHasher::new();
    for piece in [b"a".as_slice(), b"", b"bc"] {
        pieces.update(piece);
    }
    let weights = pieces.finish().expect("a size");
    assert_eq!(
        text(&weights, "digest").as_deref(),
        Some("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    );
}
