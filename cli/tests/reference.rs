//! Records of the Python reference at the command line: judged strictly, carried over, written; and facts for agents.
#![cfg(unix)]

mod common;

use std::{fs, path::Path};

use common::{Desk, MODEL, Said};
use placet_core::{
    bundle::Bundle,
    digest::Digest,
    key::Signer as _,
    reference::{DriftCheckResult, IntegrityFacts, ModelApproval, PromotionResult, TrainingOutput},
};
use serde_json::{Value, json};

/// The worked cases, which the library itself made.
fn worked() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop/reference/worked_cases.json");
    let cases: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    cases["vectors"].as_array().unwrap().clone()
}

/// Judges a worked case under its own keys, in the middle of its window.
fn judge(desk: &Desk, case: &Value, more: &str) -> Said {
    let fields = &case["fields"];
    let keys: serde_json::Map<_, _> = case["signers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|signer| (signer["approver_id"].as_str().unwrap().to_owned(), signer["public_key_hex"].clone()))
        .collect();
    desk.write("record.json", case["record_json"].as_str().unwrap());
    desk.write("keys.json", Value::from(keys).to_string());
    let first = |field: &str| fields[field].get(0).and_then(Value::as_str).map(str::to_owned);
    let mut words = vec![
        "reference".to_owned(),
        "verify".into(),
        "record.json".into(),
        "--keys".into(),
        "keys.json".into(),
        "--json".into(),
    ];
    let mut defaults = vec![("--threshold", Some(fields["required_approvers"].to_string()))];
    defaults.push(("--environment", first("approved_environments")));
    defaults.push(("--scope", first("approved_scopes")));
    defaults.push(("--at", Some("2026-02-01T00:00:00Z".into())));
    for (name, value) in defaults {
        if let Some(value) = value.filter(|_| !more.contains(name)) {
            words.extend([name.to_owned(), value]);
        }
    }
    words.extend(more.split_whitespace().map(str::to_owned));
    desk.run(words)
}

#[test]
fn worked_cases_are_judged_otherwise() {
    let desk = Desk::empty();
    let cases = worked();
    assert!(cases.len() >= 4);
    for case in &cases {
        let said = judge(&desk, case, "");
        let json = said.json();
        assert_eq!(
            (said.code, &json["outcome"], &json["legacy"]),
            (0, &json!("permit"), &json!(true)),
            "{said:?}"
        );
        let all = case["signers"].as_array().unwrap().len() + 1;
        let said = judge(&desk, case, &format!("--threshold {all}"));
        assert_eq!((said.code, &said.json()["denials"]), (1, &json!(["threshold_not_met"])));
    }
    let case = &cases[0];
    for (more, code) in [
        ("--environment moon", "environment_not_approved"),
        ("--scope moon", "scope_not_approved"),
        ("--at 2030-01-01T00:00:00Z", "expired"),
        ("--at 2020-01-01T00:00:00Z", "not_yet_valid"),
        ("--model other", "model_mismatch"),
        ("--weights-hash sha256:00", "weights_mismatch"),
    ] {
        let said = judge(&desk, case, more);
        assert_eq!((said.code, &said.json()["denials"]), (1, &json!([code])), "{more}");
    }
    let limits = judge(&desk, case, "").json()["limits"].to_string();
    assert!(limits.contains("status_not_signed") && limits.contains("weights_not_compared"), "{limits}");
    judge(&desk, case, "--threshold 0").refuses("usage");
    let alice = case["signers"][0]["public_key_hex"].as_str().unwrap();
    judge(&desk, case, &format!("--key alice={alice}")).refuses("usage");
    let text = desk.line(&format!(
        "reference verify record.json --key alice={alice} --threshold 1 --environment staging --scope eu --at 2026-02-01T00:00:00Z"
    ));
    assert!(text.ok().out.contains("What such a record cannot prove"));
    // A record of which one byte is another.
    let spoilt = case["record_json"].as_str().unwrap().replace("sentiment-v3", "sentiment-v4");
    let mut spoilt_case = case.clone();
    spoilt_case["record_json"] = spoilt.into();
    let said = judge(&desk, &spoilt_case, "");
    assert_eq!(said.json()["denials"], json!(["signature_invalid", "threshold_not_met"]));
}

#[test]
fn record_of_drift_passes_without_the_corrected_answer() {
    let desk = Desk::founded();
    let record = r#"{"model_id": "m", "checked_at": "2026-01-02T03:04:05+00:00", "is_drifted": true, "metrics": [
        {"name": "loss", "training_value": 0.25, "serving_value": 0.31, "threshold": 0.2, "is_drifted": true,
         "drift_severity": 1.0, "details": "Loss increased by 24.0%"},
        {"name": "accuracy", "training_value": 0.9, "serving_value": 0.9, "threshold": 0.95, "is_drifted": false,
         "drift_severity": 0.0, "details": "Accuracy ratio is 100.00%"}],
        "overall_severity": 0.5, "confidence": 1.0, "summary": "Moderate drift detected (1 metrics)",
        "recommended_action": "investigate"}"#;
    let codes = |record: &str| {
        desk.write("drift.json", record);
        let json = desk.line("reference drift drift.json --json").ok().json();
        let differences = json["differences"].as_array().unwrap().clone();
        let codes = differences.iter().map(|found| found["code"].as_str().unwrap().to_owned());
        (codes.collect::<Vec<_>>(), json)
    };
    let (found, json) = codes(record);
    assert_eq!(found, ["saturated_severity", "averaged_failures"]);
    assert_eq!(
        (&json["reference"]["overall_severity"], &json["corrected"]["status"]),
        (&json!(0.5), &json!("drifted"))
    );
    let said = desk.line("reference drift drift.json").ok().out.clone();
    for words in
        ["What it says", "severity 0.50: investigate", "The corrected answer", "Why they differ", "is a mean"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(codes(&record.replace("0.5,", "0.1,")).0, ["other_arithmetic"]);
    desk.write("drift.json", record.replace("0.31", "NaN"));
    desk.line("reference drift drift.json").refuses("json_syntax");
}

#[test]
fn record_counts_beside_a_policy_that_names_its_key() {
    let desk = Desk::approved();
    let case = &worked()[0];
    judge(&desk, case, "").ok();
    let alice = desk.key("alice").public_key().to_hex();
    let line = format!(
        "reference verify record.json --key alice={alice} --threshold 1 --environment staging --scope eu"
    );
    desk.line(&line).refuses("key_in_policy");
    // A directory that cannot be read is no directory without a policy.
    desk.write("placet/policies/0001.json", "garbage");
    desk.line(&line).refuses("json_syntax");
}

/// Keys for records, which no policy names.
fn with_reference_keys(desk: &Desk) {
    for name in ["a", "b"] {
        desk.line(&format!("keygen --output {name}.pem --no-passphrase")).ok();
    }
}

fn public(desk: &Desk, name: &str) -> String {
    common::FileKey::open(&desk.path(format!("{name}.pem"))).public_key().to_hex()
}

#[test]
fn exported_approval_is_refused_or_exported_without_one() {
    let desk = Desk::proposed();
    with_reference_keys(&desk);
    let export =
        format!("reference export {MODEL}@2 --approver alice=a.pem --required 2 --output one.json --json");
    desk.line(&export).refuses("threshold_not_met");
    assert!(!desk.path("one.json").exists());
    desk.approve("alice");
    desk.approve("chandra");
    let json = desk.line(&export).ok().json();
    assert_eq!((&json["signatures"], &json["required"]), (&json!(1), &json!(2)));
    let onto = "--onto one.json --approver chandra=b.pem --output two.json --json";
    assert_eq!(desk.line(&format!("reference export {MODEL}@2 {onto}")).ok().json()["signatures"], 2);
    let record = ModelApproval::parse(desk.read("two.json").trim_end().as_bytes()).unwrap();
    assert_eq!(record.terms().correlation_id.as_deref(), Some(desk.proposal().digest().to_hex().as_str()));
    let verify = |file: &str, more: &str| {
        desk.line(&format!(
            "reference verify {file} --key alice={} --key chandra={} --threshold 2 --environment production \
             --scope eu-west --model {MODEL} {more} --json",
            public(&desk, "a"),
            public(&desk, "b")
        ))
    };
    assert_eq!(verify("two.json", "").ok().json()["denials"], json!([]));
    assert_eq!(verify("one.json", "").json()["denials"], json!(["threshold_not_met"]));
    assert_eq!(verify("two.json", "--environment staging").error_code(), Some("usage"));

    let export = |more: &str| desk.line(&format!("reference export {MODEL}@2 --output x.json {more}"));
    export("").refuses("key_required");
    export("--approver alice=placet-keys/alice.pem").refuses("key_in_policy");
    export("--approver alice=a.pem --approver bo=a.pem").refuses("duplicate_approver");
    export("--approver alice=a.pem --required 0").refuses("invalid_integer");
    export("--approver alice=a.pem --onto placet/pins").refuses("json_syntax");
    let other = desk.read("one.json").replace("\"eu-west\"", "\"us-east\"");
    desk.write("other.json", other);
    export("--approver bo=b.pem --onto other.json").refuses("wrong_document");
    assert!(!desk.path("x.json").exists());
    // What is revoked is exported no more.
    desk.line(&format!("revoke {MODEL}@2 --reason-code security --key placet-keys/dana.pem --yes")).ok();
    export("--approver alice=a.pem").refuses("proposal_revoked");
}

#[test]
fn other_records_lose_something_on_the_way() {
    let desk = Desk::approved();
    desk.line(
        "deploy --model digits-classifier --weights FIXTURE/2/weights.npz --environment production --scope eu-west \
         --key placet-keys/deployer.pem -- true",
    )
    .ok();
    for envelope in desk.documents().into_values() {
        let payload: Value = serde_json::from_slice(envelope.unverified_payload()).unwrap();
        let digest = envelope.digest().to_hex();
        match payload["predicateType"].as_str().unwrap() {
            "urn:placet:training-output:v1" => {
                drop(desk.line(&format!("reference export {digest} --output t.json")).ok());
            }
            "urn:placet:deployment:v1" => {
                drop(desk.line(&format!("reference export {digest} --output p.json")).ok());
            }
            "urn:placet:approval:v1" => {
                desk.line(&format!("reference export {digest} --output x.json")).refuses("wrong_document");
            }
            _ => {}
        }
    }
    let training = TrainingOutput::parse(desk.read("t.json").trim_end().as_bytes()).unwrap();
    assert_eq!(training.numbers()["accuracy"].as_str(), "0.983333");
    let promotion = PromotionResult::parse(desk.read("p.json").trim_end().as_bytes()).unwrap();
    assert!(promotion.promoted);
    // Back again, to the very files that were trained from.
    let json = desk.line("reference import t.json --output carried --json").ok().json();
    assert_eq!(json["kind"], "TrainingOutput");
    let numbers = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let card = fs::read_to_string(common::fixture("2/card.json")).unwrap();
    assert_eq!(numbers(&desk.read("carried/card.json")), numbers(&card));
    let metrics = fs::read_to_string(common::fixture("2/metrics.json")).unwrap();
    assert_eq!(numbers(&desk.read("carried/metrics.json")), numbers(&metrics));
    assert!(json["next"].as_str().unwrap().contains("--metrics carried/metrics.json"), "{json}");
    desk.line("reference import p.json").ok();
    desk.line("reference import p.json --output p").refuses("wrong_document");
    desk.write("record.json", worked()[0]["record_json"].as_str().unwrap());
    let said = desk.line("reference import record.json").ok();
    assert!(
        said.out.contains("active, which nobody signed") && said.out.contains("--environment staging"),
        "{}",
        said.out
    );
    // A name that would do something in a shell.
    let evil =
        worked()[0]["record_json"].as_str().unwrap().replace("sentiment-v3", "x'; rm -rf \\u001b[2J ~");
    desk.write("record.json", evil);
    let said = desk.line("reference import record.json").ok();
    assert!(!said.out.contains('\u{1b}') && said.out.contains("'x'\\''; rm -rf"), "{}", said.out);
}

#[test]
fn drift_is_louder_or_quieter_in_the_librarys_words() {
    let org = placet_testkit::Organisation::new();
    let desk = Desk::empty();
    desk.write("placet/pins", org.domain().to_string());
    desk.write("placet/policies/0001.json", org.policy_envelope().to_json());
    let training = org.training(|_| {});
    desk.smuggle(&training);
    let export = |shift: i32, more: &str| {
        let report = org.drift_report(&training, 0, shift, "drift-monitor", |_| {});
        desk.smuggle(&report);
        desk.line(&format!("reference export {} --output d{shift}.json {more}", report.digest().to_hex()))
    };
    export(0, "").ok();
    export(150, "").ok();
    let read = |name: &str| DriftCheckResult::parse(desk.read(name).trim_end().as_bytes()).unwrap();
    let (quiet, loud) = (read("d0.json"), read("d150.json"));
    assert!(!quiet.is_drifted && loud.is_drifted, "{quiet:?} {loud:?}");
    assert!(loud.metrics.iter().any(|metric| metric.name == "score" && metric.is_drifted));
    assert_eq!((quiet.recommended_action.as_str(), quiet.summary.as_str()), ("monitor", "No drift detected"));
    fs::remove_file(desk.path("d0.json")).unwrap();
    export(0, "--alert").refuses("wrong_document");
    fs::remove_file(desk.path("d150.json")).unwrap();
    export(150, "--alert").ok();
    let said = desk.line("reference import d150.json --json").ok().json();
    assert_eq!(
        (&said["kind"], &said["record"]["overall_severity"]),
        (&json!("DriftAlert"), &json!(loud.overall_severity.value()))
    );
}

#[test]
fn facts_say_more_than_was_decided() {
    let desk = Desk::approved();
    let said = desk.line(&format!("facts {MODEL}@2 --output facts.json --json")).ok().json();
    let facts: Value = serde_json::from_str(&desk.read("facts.json")).unwrap();
    let bundle = facts["metadata"]["x_placet"]["bundle"].as_str().unwrap();
    assert!(Bundle::parse(bundle.as_bytes()).is_ok());
    let digest = Digest::of(bundle.as_bytes()).to_string();
    assert_eq!((&facts["proof"]["evidence_ref"], &said["bundle"]), (&json!(digest), &json!(digest)));
    assert_eq!(
        (&facts["proof"]["status"], &facts["certification"]["level"]),
        (&json!("VERIFIED"), &json!("verified"))
    );
    assert_eq!(facts["certification"]["attestations"], json!(["placet:permit:production:eu-west"]));
    desk.line(&format!("facts {MODEL}@2 --integrity --output governance.json")).ok();
    let integrity = IntegrityFacts::parse(desk.read("governance.json").trim_end().as_bytes()).unwrap();
    assert!(integrity.has_quorum && integrity.status == "active" && integrity.approved_by == "alice");
    let governance: Value = serde_json::from_str(&integrity.to_json()).unwrap();
    assert_eq!(facts["governance"], governance["governance"]);
    desk.line(&format!("facts {MODEL}@2 --integrity --output facts.json")).refuses("file_exists");
    desk.line("facts nobody@1 --output x.json").refuses("document_not_found");

    desk.line(&format!("revoke {MODEL}@2 --reason-code security --key placet-keys/dana.pem --yes")).ok();
    let said = desk.line(&format!("facts {MODEL}@2 --output revoked.json --json"));
    assert_eq!((said.code, &said.json()["denials"]), (1, &json!(["proposal_revoked"])));
    let facts: Value = serde_json::from_str(&desk.read("revoked.json")).unwrap();
    assert_eq!(
        (
            &facts["proof"]["status"],
            &facts["certification"],
            &facts["governance"]["status"],
            &facts["governance"]["has_quorum"]
        ),
        (&json!("FAILED"), &Value::Null, &json!("revoked"), &json!(false))
    );
}
