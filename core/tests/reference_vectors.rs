//! Runs `tests/vectors/reference` and reads what another implementation wrote (`tests/interop/reference`).

use base64ct::{Base64, Encoding as _};
use placet_core::reference::{
    self, DateTime, DriftAlert, DriftCheckResult, DriftConfig, IntegrityFacts, Metrics, ModelApproval,
    Number, PromotionResult, TrainingOutput,
};
use serde_json::{Map, Value, json};

macro_rules! vectors {
    ($($name:ident $file:literal $least:literal;)*) => {$(
        #[test]
        fn $name() {
            run(include_str!(concat!("../../tests/vectors/reference/", $file)), $least);
        }
    )*};
}

vectors! {
    worked_cases_keep_their_bytes_and_their_signatures "worked.json" 20;
    counts_that_the_record_or_its_entries_make_up_are_refused "quorum.json" 100;
    times_places_and_edits_are_refused "terms.json" 180;
    bytes_that_have_two_readings_are_refused "bytes.json" 150;
    records_at_random_keep_their_bytes_and_their_signatures "sampled.json" 80;
}

/// Runs every vector and reports all that differ.
fn run(text: &str, least: usize) {
    let file: Value = serde_json::from_str(text).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert!(vectors.len() >= least, "only {} vectors", vectors.len());
    let wrong: Vec<_> = vectors.iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

fn difference(vector: &Value) -> Option<String> {
    let mut input = vector["input"].as_object().unwrap().clone();
    let record = bytes(&input.remove("record").unwrap());
    let found = match vector["call"].as_str().unwrap() {
        "reference_canonical" => match reference::canonical(&record) {
            Ok(canonical) => json!({"canonical": canonical.text, "digest": canonical.digest.to_hex()}),
            Err(error) => json!({"error": error.code().as_str()}),
        },
        "verify_reference_approval" => {
            let verdict = reference::verify_json(&record, Value::Object(input).to_string().as_bytes());
            serde_json::from_str(&verdict.to_json()).unwrap()
        }
        call => panic!("unknown call {call}"),
    };
    let expected = vector["expect"].as_object().unwrap();
    let same = !expected.is_empty() && expected.iter().all(|(field, value)| found[field] == *value);
    (!same).then(|| format!("{}: expected {}, found {found}", vector["name"], vector["expect"]))
}

fn bytes(form: &Value) -> Vec<u8> {
    match (form["utf8"].as_str(), form["base64"].as_str()) {
        (Some(text), None) => text.into(),
        (None, Some(text)) => Base64::decode_vec(text).unwrap(),
        _ => panic!("no bytes: {form}"),
    }
}

/// Records that the library wrote, of the other kinds.
fn others() -> Value {
    serde_json::from_str(include_str!("../../tests/interop/reference/other_records.json")).unwrap()
}

fn texts(values: &Value) -> impl Iterator<Item = &str> {
    values.as_array().unwrap().iter().map(|value| value.as_str().unwrap())
}

fn checked_at(others: &Value) -> DateTime {
    DateTime::parse(others["checked_at"].as_str().unwrap()).unwrap()
}

#[test]
fn worked_records_are_written_back_byte_for_byte() {
    let cases: Value =
        serde_json::from_str(include_str!("../../tests/interop/reference/worked_cases.json")).unwrap();
    for case in cases["vectors"].as_array().unwrap() {
        let record = case["record_json"].as_str().unwrap();
        let approval = ModelApproval::parse(record.as_bytes()).unwrap();
        assert_eq!(approval.to_json(), record);
        let canonical = approval.terms().canonical();
        assert_eq!(Value::from(canonical.text.as_str()), case["canonical"]);
        assert_eq!(Value::from(canonical.text.len()), case["canonical_len"]);
        assert_eq!(canonical.message(), case["signed_message_ascii"].as_str().unwrap().as_bytes());
    }
}

#[test]
fn records_of_the_other_kinds_are_written_back_byte_for_byte() {
    let others = others();
    for text in texts(&others["training_outputs"]) {
        assert_eq!(TrainingOutput::parse(text.as_bytes()).unwrap().to_json(), text);
    }
    for text in texts(&others["promotion_results"]) {
        assert_eq!(PromotionResult::parse(text.as_bytes()).unwrap().to_json(), text);
    }
    for case in cases(&others) {
        let text = case["result"].as_str().unwrap();
        assert_eq!(DriftCheckResult::parse(text.as_bytes()).unwrap().to_json(), text);
        if let Some(text) = case["alert"].as_str() {
            assert_eq!(DriftAlert::parse(text.as_bytes()).unwrap().to_json(), text);
        }
    }
    for case in others["facts"].as_array().unwrap() {
        let approval = ModelApproval::parse(case["record"].as_str().unwrap().as_bytes()).unwrap();
        let facts = IntegrityFacts::of(&approval, approval.claims_quorum());
        let text = case["facts"].as_str().unwrap();
        assert_eq!(facts.to_json(), text);
        assert_eq!(IntegrityFacts::parse(text.as_bytes()).unwrap(), facts);
    }
}

#[test]
fn only_plain_numbers_of_a_training_output_are_compared() {
    let others = others();
    let text = texts(&others["training_outputs"]).nth(1).unwrap();
    let numbers = TrainingOutput::parse(text.as_bytes()).unwrap().numbers();
    let written: Vec<_> = numbers.iter().map(|(name, number)| (name.as_str(), number.as_str())).collect();
    assert_eq!(written, [("accuracy", "1"), ("huge", "1.5e+300"), ("loss", "0.28"), ("tiny", "1e-07")]);
}

fn cases(others: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["metrics", "distributions"].map(|kind| others[kind].as_array().unwrap());
    lists.into_iter().flatten()
}

#[test]
fn the_library_s_drift_arithmetic_is_reproduced_to_the_last_digit() {
    let others = others();
    let (at, config) = (checked_at(&others), DriftConfig::default());
    let metrics = others["metrics"].as_array().unwrap();
    let distributions = others["distributions"].as_array().unwrap();
    assert!(metrics.len() > 100 && distributions.len() > 40);
    let mut alerts = 0;
    let mut check = |result: DriftCheckResult, case: &Value| {
        assert_eq!(Value::from(result.to_json()), case["result"]);
        let alert = reference::create_drift_alert(&result, at);
        alerts += usize::from(alert.is_some());
        assert_eq!(alert.map(|alert| alert.to_json()), case["alert"].as_str().map(Into::into));
    };
    for case in metrics {
        let [training, serving] = ["training", "serving"].map(|side| numbers(&case[side]));
        check(reference::check_drift("m", &training, &serving, &config, at).unwrap(), case);
    }
    for case in distributions {
        let [training, serving] = ["training", "serving"].map(|side| floats(&case[side]));
        check(reference::check_distribution_drift("m", &training, &serving, &config, at).unwrap(), case);
    }
    assert!(alerts > 50);
}

fn numbers(values: &Value) -> Metrics {
    let number = |value: &Value| match value.as_i64() {
        Some(integer) => Number::integer(integer).unwrap(),
        None => Number::float(value.as_f64().unwrap()).unwrap(),
    };
    let members: &Map<String, Value> = values.as_object().unwrap();
    members.iter().map(|(name, value)| (name.clone(), number(value))).collect()
}

fn floats(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}
