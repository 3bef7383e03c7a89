//! The vectors of `tests/vectors`, and that they leave no code out.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use base64ct::{Base64, Encoding as _};
use placet_core::{
    code::Code,
    decide::{Decided, decide},
    digest::Digest,
    drift_report::{parse_reports, verify_auto_revocation},
    envelope::Envelope,
    inspect::{summarize, verify_envelope},
    key::verify_signature,
    time::Timestamp,
    trust::Trust,
    weights::{Manifest, Weights, WeightsFile},
};
use serde_json::{Value, json};

/// The directories whose vectors are those of the verifier.
const DIRECTORIES: [&str; 3] = ["decide", "attacks", "checks"];

/// Codes for which no vector is possible, and why.
const WITHOUT_VECTOR: [(Code, &str); 10] = [
    (Code::NotPermitted, "a deployment is held against a decision that was made: tests/deployment.rs"),
    (Code::DeploymentMismatch, "as above"),
    (Code::DeployerIsApprover, "as above"),
    (Code::KeyInPolicy, "a policy and a directory of keys are compared in Rust: tests/reference_writing.rs"),
    (Code::LedgerSizeOutOfRange, "only for who writes the ledger"),
    (Code::LedgerPeakCount, "as above"),
    (Code::LedgerTreeFull, "would take a tree of 2^53 leaves"),
    (Code::CheckpointTooLong, "a vector of 64 KiB of one character: tests/ledger_checkpoint.rs"),
    (Code::CheckpointOrigin, "a parsed origin is a line and not empty: for who writes checkpoints"),
    (Code::LogPublicKey, "a key that is not canonical has its own codes before it is a log's"),
];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors")
}

/// Every vector with its name and the directory of its file.
fn vectors() -> Vec<(String, PathBuf, Value)> {
    let mut all = Vec::new();
    for directory in DIRECTORIES.map(|name| directory().join(name)) {
        let files = fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|file| file.is_file()) {
            let content: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            for vector in content["vectors"].as_array().unwrap() {
                let name =
                    format!("{}: {}", file.file_name().unwrap().display(), vector["name"].as_str().unwrap());
                all.push((name, directory.clone(), vector.clone()));
            }
        }
    }
    all
}

/// The bytes that a form stands for; `tests/vectors/README.md` describes them.
fn bytes(form: &Value, directory: &Path) -> Vec<u8> {
    let (kind, value) = form.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "utf8" => value.as_str().unwrap().into(),
        "base64" => Base64::decode_vec(value.as_str().unwrap()).unwrap(),
        "file" => fs::read(directory.join(value.as_str().unwrap())).unwrap(),
        "concat" => value.as_array().unwrap().iter().flat_map(|part| bytes(part, directory)).collect(),
        "repeat" => bytes(&value[0], directory).repeat(value[1].as_u64().unwrap().try_into().unwrap()),
        "encode_base64" => Base64::encode_string(&bytes(value, directory)).into_bytes(),
        other => panic!("no form of bytes: {other}"),
    }
}

/// What the core makes of a vector, and where it is a decision the record.
fn run(directory: &Path, vector: &Value) -> (Value, Value) {
    let input = |name: &str| bytes(&vector["input"][name], directory);
    let now = || Timestamp::parse(vector["input"]["now"].as_str().unwrap()).unwrap();
    let trust = || Trust::parse(&input("trust")).map(|trust| trust.verify());
    let envelope = |name: &str| Envelope::parse(&input(name));
    let result = match vector["call"].as_str().unwrap() {
        "decide" => {
            let state = &vector["input"]["state"];
            let state = (!state.is_null()).then(|| bytes(state, directory));
            let decided = decide(&input("bundle"), &input("trust"), state.as_deref(), &input("request"));
            return decided
                .map_or_else(|error| (refusal(error.code()), Value::Null), |decided| decision(&decided));
        }
        "summary" => {
            let summarize =
                || summarize(&envelope("training_output")?, &envelope("proposal")?, &trust()?, now());
            summarize().map(|summary| serde_json::from_str(&summary.to_json()).unwrap()).map_err(|e| e.code())
        }
        "verify_auto_revocation" => {
            let verify = || {
                let reports = parse_reports(&input("reports"))?;
                let (revocation, training) = (envelope("revocation")?, envelope("training_output")?);
                verify_auto_revocation(
                    &revocation,
                    &training,
                    &envelope("proposal")?,
                    &reports,
                    &trust()?,
                    now(),
                )
            };
            Ok(verify().map_or_else(
                |error| json!({"valid": false, "code": error.code().as_str()}),
                |()| json!({"valid": true}),
            ))
        }
        "verify_envelope" => {
            let verify = || verify_envelope(&envelope("envelope")?, &trust()?, now());
            verify().map(|verified| serde_json::from_str(&verified.to_json()).unwrap()).map_err(|e| e.code())
        }
        "verify_signature" => {
            let verified = verify_signature(&input("public_key"), &input("message"), &input("signature"));
            Ok(verified.map_or_else(
                |code| json!({"valid": false, "code": code.as_str()}),
                |()| json!({"valid": true}),
            ))
        }
        "hash_manifest" => {
            let file = |file: &Value| WeightsFile {
                path: file["path"].as_str().unwrap().into(),
                size: file["size"].as_u64().unwrap(),
                digest: Digest::parse(file["digest"].as_str().unwrap()).unwrap(),
            };
            let files = vector["input"]["files"].as_array().unwrap().iter().map(file).collect();
            let value =
                |Weights { kind, digest }| json!({"kind": kind.as_str(), "digest": digest.to_string()});
            Manifest::directory(files)
                .map(|manifest| json!({"value": value(manifest.weights())}))
                .map_err(|e| e.code())
        }
        "check_drift" => Ok(placet_testkit::drift::report(&vector["input"])),
        "ks_test" => Ok(placet_testkit::drift::ks(&vector["input"])),
        other => panic!("unknown call {other}"),
    };
    (result.unwrap_or_else(refusal), Value::Null)
}

fn refusal(code: Code) -> Value {
    json!({"error": code.as_str()})
}

/// What a vector says of a decision, and the decision's record.
fn decision(decided: &Decided) -> (Value, Value) {
    let record: Value = serde_json::from_slice(&decided.bytes).unwrap();
    let result = json!({
        "outcome": record["outcome"],
        "denials": record["denials"],
        "valid_until": record["valid_until"],
        "decision_sha256": Digest::of(&decided.bytes).to_hex(),
        "state_sha256": Digest::of(decided.state.to_json().as_bytes()).to_hex(),
    });
    (result, record)
}

#[test]
fn a_vector_that_the_core_judges_otherwise() {
    // A mutation names the vector that must notice it; all others are left out then.
    let only = std::env::var("PLACET_VECTOR").ok();
    let vectors = vectors().into_iter().filter(|(name, ..)| only.as_ref().is_none_or(|only| only == name));
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, directory, vector) in vectors {
        count += 1;
        let found = run(&directory, &vector).0;
        if found != vector["expect"] {
            wrong.push(format!("{name}:\n  expected {}\n  found    {found}", vector["expect"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} vectors:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 0, "no vector is called {only:?}");
    println!("{count} vectors");
}

/// Adds every code that a record names.
fn collect(value: &Value, codes: &mut BTreeSet<Code>) {
    match value {
        Value::String(text) => codes.extend(Code::from_text(text)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, codes)),
        _ => {}
    }
}

/// Adds every code that stands where a vector of another format says what must come of it.
fn collect_expected(value: &Value, codes: &mut BTreeSet<Code>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect_expected(value, codes)),
        Value::Object(members) => {
            for (key, value) in members {
                match key.as_str() {
                    "code" | "denials" | "error" => collect(value, codes),
                    _ => collect_expected(value, codes),
                }
            }
        }
        _ => {}
    }
}

/// The codes of the vectors that are not of decisions.
fn other_codes() -> BTreeSet<Code> {
    let mut codes = BTreeSet::new();
    for directory in ["ledger", "reference"].map(|name| directory().join(name)) {
        let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
            let content: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
            collect_expected(&content, &mut codes);
        }
    }
    codes
}

#[test]
fn a_code_without_a_vector() {
    let mut seen = other_codes();
    for (_, directory, vector) in vectors() {
        let (result, record) = run(&directory, &vector);
        collect(&result["error"], &mut seen);
        collect(&result["code"], &mut seen);
        collect(&record["denials"], &mut seen);
        for row in ["gates", "approvals"].into_iter().filter_map(|list| record[list].as_array()).flatten() {
            collect(&row["code"], &mut seen);
        }
    }
    let excused: BTreeSet<_> = WITHOUT_VECTOR.iter().map(|(code, _)| *code).collect();
    let missing: Vec<_> =
        Code::ALL.iter().filter(|code| !seen.contains(code) && !excused.contains(code)).collect();
    assert!(missing.is_empty(), "no vector comes to {missing:?}");
    let idle: Vec<_> = excused.intersection(&seen).collect();
    assert!(idle.is_empty(), "there are vectors for {idle:?}");
}
