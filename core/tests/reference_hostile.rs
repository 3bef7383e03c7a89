//! Every cut and every changed byte of a sound record, and of the request that judges it.

use placet_core::{
    decision::Outcome,
    reference::{
        self, Dict, DriftAlert, DriftCheckResult, IntegrityFacts, ModelApproval, PromotionResult,
        TrainingOutput,
    },
};
use serde_json::Value;

/// Whether bytes are read as a record of some kind.
type Reader = fn(&[u8]) -> bool;

/// A record of two approvers, and the request under which it is permitted.
fn sound() -> (String, String) {
    let file: Value =
        serde_json::from_str(include_str!("../../tests/vectors/reference/quorum.json")).unwrap();
    let mut input = file["vectors"][0]["input"].as_object().unwrap().clone();
    let record = input.remove("record").unwrap()["utf8"].as_str().unwrap().to_owned();
    let request = Value::Object(input).to_string();
    assert_eq!(reference::verify_json(record.as_bytes(), request.as_bytes()).outcome, Outcome::Permit);
    (record, request)
}

/// The text with each byte replaced by each of these.
fn spoiled(text: &str) -> impl Iterator<Item = Vec<u8>> {
    (0..text.len()).flat_map(move |at| {
        let bytes = [0, b' ', b'"', b'0', b'}', 0xff, text.as_bytes()[at] ^ 1];
        bytes.into_iter().filter(move |byte| *byte != text.as_bytes()[at]).map(move |byte| {
            let mut spoiled = text.as_bytes().to_vec();
            spoiled[at] = byte;
            spoiled
        })
    })
}

#[test]
fn a_record_cut_anywhere_is_denied() {
    let (record, request) = sound();
    for end in 0..record.len() {
        let verdict = reference::verify_json(&record.as_bytes()[..end], request.as_bytes());
        assert_eq!(verdict.outcome, Outcome::Deny, "{}", &record[..end]);
        assert_eq!(verdict.denials.len(), 1);
    }
}

#[test]
fn a_request_cut_anywhere_denies() {
    let (record, request) = sound();
    for end in 0..request.len() {
        let verdict = reference::verify_json(record.as_bytes(), &request.as_bytes()[..end]);
        assert_eq!(verdict.outcome, Outcome::Deny, "{}", &request[..end]);
    }
}

#[test]
fn a_changed_byte_permits_only_where_nothing_signed_changed() {
    let (record, request) = sound();
    let terms = ModelApproval::parse(record.as_bytes()).unwrap().terms().clone();
    let (mut tried, mut permitted) = (0, 0);
    for spoiled in spoiled(&record) {
        tried += 1;
        if reference::verify_json(&spoiled, request.as_bytes()).outcome == Outcome::Permit {
            permitted += 1;
            let approval = ModelApproval::parse(&spoiled).unwrap();
            assert_eq!(*approval.terms(), terms);
            assert_eq!(approval.status(), "active");
        }
    }
    // What remains is inside of the single `signature`, which is never evidence.
    assert!(tried > 5_000 && permitted < 7 * 129, "{permitted} of {tried}");
}

#[test]
fn other_records_spoiled_anywhere_are_refused_or_written_back_whole() {
    let others: Value =
        serde_json::from_str(include_str!("../../tests/interop/reference/other_records.json")).unwrap();
    let drifted =
        others["metrics"].as_array().unwrap().iter().find(|case| case["alert"].is_string()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    check(&text(&others["training_outputs"][1]), |bytes| {
        TrainingOutput::parse(bytes).ok().map(|output| (output.to_json(), output.numbers()).0)
    });
    check(&text(&others["promotion_results"][1]), |bytes| {
        PromotionResult::parse(bytes).ok().map(|result| result.to_json())
    });
    check(&text(&drifted["result"]), |bytes| {
        DriftCheckResult::parse(bytes).ok().map(|result| result.to_json())
    });
    check(&text(&drifted["alert"]), |bytes| DriftAlert::parse(bytes).ok().map(|alert| alert.to_json()));
    check(&text(&others["facts"][0]["facts"]), |bytes| {
        IntegrityFacts::parse(bytes).ok().map(|facts| facts.to_json())
    });
    check(r#"{"a": [1, -2.5, 1e-07, "\u00e9", {}], "b": null}"#, |bytes| {
        Dict::parse(bytes).ok().map(|dict| dict.as_str().to_owned())
    });
}

/// Reads and writes every cut and every spoiled form of `text`.
fn check(text: &str, rewrite: impl Fn(&[u8]) -> Option<String>) {
    assert_eq!(rewrite(text.as_bytes()).as_deref(), Some(text));
    for end in 0..text.len() {
        assert_eq!(rewrite(&text.as_bytes()[..end]), None, "{}", &text[..end]);
    }
    for spoiled in spoiled(text) {
        if let Some(written) = rewrite(&spoiled) {
            assert_eq!(rewrite(written.as_bytes()), Some(written));
        }
    }
}

#[test]
fn a_missing_or_unknown_field_of_another_record_is_refused() {
    let others: Value =
        serde_json::from_str(include_str!("../../tests/interop/reference/other_records.json")).unwrap();
    let record = |value: &Value| serde_json::from_str::<Value>(value.as_str().unwrap()).unwrap();
    let drifted =
        others["metrics"].as_array().unwrap().iter().find(|case| case["alert"].is_string()).unwrap();
    let readers: [(Value, Reader); 5] = [
        (record(&others["training_outputs"][0]), |bytes| TrainingOutput::parse(bytes).is_ok()),
        (record(&others["promotion_results"][0]), |bytes| PromotionResult::parse(bytes).is_ok()),
        (record(&drifted["result"]), |bytes| DriftCheckResult::parse(bytes).is_ok()),
        (record(&drifted["alert"]), |bytes| DriftAlert::parse(bytes).is_ok()),
        (record(&others["facts"][0]["facts"]), |bytes| IntegrityFacts::parse(bytes).is_ok()),
    ];
    for (sound, reads) in readers {
        assert!(reads(sound.to_string().as_bytes()));
        for field in sound.as_object().unwrap().keys() {
            let mut less = sound.clone();
            less.as_object_mut().unwrap().remove(field);
            assert!(!reads(less.to_string().as_bytes()), "without {field}");
            let mut other = sound.clone();
            other[field] = if sound[field].is_array() { true.into() } else { Value::Array(Vec::new()) };
            assert!(!reads(other.to_string().as_bytes()), "{field} of another type");
        }
        let mut more = sound.clone();
        more["more"] = Value::Null;
        assert!(!reads(more.to_string().as_bytes()));
    }
}
