//! The functions that vectors call, and how their results are written down.

use placet_core::{
    code::Code,
    decide::decide,
    digest::{Digest, Hasher},
    drift_report::{parse_reports, verify_auto_revocation},
    envelope::Envelope,
    error::{ParseError, VerifyError},
    inspect,
    key::verify_signature,
    ledger::{Hash, ProofError, merkle},
    reference,
    time::Timestamp,
    trust::Trust,
    weights::{Manifest, WeightsFile, WeightsKind},
};
use serde_json::{Map, Value, json};

use crate::{drift, vectors::Input};

/// Calls a function by its name.
///
/// The result has a field `error` with the code where the function fails.
///
/// # Errors
/// A function that is not known, or arguments that it does not take: the vector is at fault.
pub(crate) fn call(name: &str, input: &Input) -> Result<Map<String, Value>, String> {
    let result = match name {
        "decide" => decision(input)?,
        "check_drift" => placet_testkit::drift::report(&Value::Object(input.arguments().clone())),
        "ks_test" => placet_testkit::drift::ks(&Value::Object(input.arguments().clone())),
        "drift" => drift::compute(&Value::Object(input.arguments().clone()))?,
        "hash_manifest" => hash_manifest(input)?,
        "hash_weights" => hash_weights(input)?,
        "leaf_hash" => json!({"value": to_hex(&merkle::leaf_hash(&input.bytes("data")?))}),
        "reference_canonical" => canonical(input)?,
        "summary" => summary(input)?,
        "verify_auto_revocation" => auto_revocation(input)?,
        "verify_consistency" => consistency(input)?,
        "verify_envelope" => envelope(input)?,
        "verify_inclusion" => inclusion(input)?,
        "verify_reference_approval" => reference_approval(input)?,
        "verify_signature" => signature(input)?,
        _ => return Err(format!("unknown call `{name}`")),
    };
    match result {
        Value::Object(result) => Ok(result),
        other => Err(format!("`{name}` gave {other}")),
    }
}

fn hash_weights(input: &Input) -> Result<Value, String> {
    let mut hasher = Hasher::new();
    let mut size = 0;
    for piece in input.bytes_list("pieces")? {
        hasher.update(&piece);
        size += piece.len();
    }
    let digest = hasher.finish().to_string();
    Ok(json!({"value": {"kind": WeightsKind::File.as_str(), "digest": digest, "size": size}}))
}

fn decision(input: &Input) -> Result<Value, String> {
    let state = match input.value("state")? {
        Value::Null => None,
        form => Some(input.decode(form)?),
    };
    let (bundle, trust) = (input.bytes("bundle")?, input.bytes("trust")?);
    let decided = match decide(&bundle, &trust, state.as_deref(), &input.document("request")?) {
        Ok(decided) => decided,
        Err(error) => return Ok(json!({"error": error.code().as_str()})),
    };
    let decision: Value = serde_json::from_slice(&decided.bytes).map_err(|error| error.to_string())?;
    Ok(json!({
        "outcome": decision["outcome"],
        "denials": decision["denials"],
        "valid_until": decision["valid_until"],
        "decision": decision,
        "decision_sha256": Digest::of(&decided.bytes).to_hex(),
        "state_sha256": Digest::of(decided.state.to_json().as_bytes()).to_hex(),
    }))
}

fn hash_manifest(input: &Input) -> Result<Value, String> {
    let files = input.value("files")?.as_array().ok_or("`files` is no list")?;
    let file = |file: &Value| {
        let text = |name: &str| file[name].as_str().ok_or_else(|| format!("a file without `{name}`"));
        let invalid = |field, code| ParseError::Invalid { field, code };
        let (path, digest) = (text("path")?.to_owned(), Digest::parse(text("digest")?));
        Ok::<_, String>(match (file["size"].as_u64(), digest) {
            (Some(size), Some(digest)) => Ok(WeightsFile { path, size, digest }),
            (None, _) => Err(invalid("size", Code::InvalidInteger)),
            (_, None) => Err(invalid("digest", Code::InvalidDigest)),
        })
    };
    let files: Result<Result<Vec<_>, _>, String> = files.iter().map(file).collect();
    let weights = files?.and_then(Manifest::directory).map(|manifest| manifest.weights());
    Ok(match weights {
        Ok(weights) => {
            json!({"value": {"kind": weights.kind.as_str(), "digest": weights.digest.to_string()}})
        }
        Err(error) => json!({"error": error.code().as_str()}),
    })
}

fn envelope(input: &Input) -> Result<Value, String> {
    let (envelope, trust, now) = (input.bytes("envelope")?, input.bytes("trust")?, input.text("now")?);
    let verify = || {
        let envelope = Envelope::parse(&envelope)?;
        let verified = inspect::verify_envelope(&envelope, &Trust::parse(&trust)?.verify(), time(now)?)?;
        Ok((verified.to_json(), Digest::of(envelope.unverified_payload())))
    };
    coded(verify(), |(verified, payload)| {
        let mut verified: Map<String, Value> = serde_json::from_str(&verified)?;
        verified.insert("payload_sha256".into(), payload.to_hex().into());
        Ok(Value::Object(verified))
    })
}

fn auto_revocation(input: &Input) -> Result<Value, String> {
    let [revocation, training, proposal, trust] =
        ["revocation", "training_output", "proposal", "trust"].map(|name| input.bytes(name));
    let (revocation, training, proposal, trust) = (revocation?, training?, proposal?, trust?);
    let (reports, now) = (input.bytes("reports")?, input.text("now")?);
    let verify = || -> Result<(), VerifyError> {
        let [revocation, training, proposal] =
            [revocation, training, proposal].map(|bytes| Envelope::parse(&bytes));
        let reports = parse_reports(&reports)?;
        let (trust, now) = (Trust::parse(&trust)?.verify(), time(now)?);
        verify_auto_revocation(&revocation?, &training?, &proposal?, &reports, &trust, now)
    };
    Ok(verdict(verify().map_err(|error| error.code())))
}

fn summary(input: &Input) -> Result<Value, String> {
    let (training, proposal) = (input.bytes("training_output")?, input.bytes("proposal")?);
    let (trust, now) = (input.bytes("trust")?, input.text("now")?);
    let summarize = || {
        let (training, proposal) = (Envelope::parse(&training)?, Envelope::parse(&proposal)?);
        inspect::summarize(&training, &proposal, &Trust::parse(&trust)?.verify(), time(now)?)
    };
    coded(summarize(), |summary| serde_json::from_str(&summary.to_json()))
}

fn time(text: &str) -> Result<Timestamp, ParseError> {
    Timestamp::parse(text).ok_or(ParseError::Invalid { field: "now", code: Code::InvalidTime })
}

fn coded<T>(
    result: Result<T, VerifyError>,
    write: impl FnOnce(T) -> serde_json::Result<Value>,
) -> Result<Value, String> {
    match result {
        Ok(result) => write(result).map_err(|error| error.to_string()),
        Err(error) => Ok(json!({"error": error.code().as_str()})),
    }
}

fn canonical(input: &Input) -> Result<Value, String> {
    Ok(match reference::canonical(&input.bytes("record")?) {
        Ok(canonical) => json!({"canonical": canonical.text, "digest": canonical.digest.to_hex()}),
        Err(error) => json!({"error": error.code().as_str()}),
    })
}

fn reference_approval(input: &Input) -> Result<Value, String> {
    let mut request = input.arguments().clone();
    request.remove("record");
    let verdict =
        reference::verify_json(&input.bytes("record")?, Value::Object(request).to_string().as_bytes());
    serde_json::from_str(&verdict.to_json()).map_err(|error| error.to_string())
}

fn signature(input: &Input) -> Result<Value, String> {
    let [key, message, signature] = ["public_key", "message", "signature"].map(|name| input.bytes(name));
    Ok(verdict(verify_signature(&key?, &message?, &signature?)))
}

fn inclusion(input: &Input) -> Result<Value, String> {
    let (index, size) = (input.size("index")?, input.size("size")?);
    let (leaf, root) = (hash(input.value("leaf_hash")?)?, hash(input.value("root")?)?);
    let result = merkle::verify_inclusion(&leaf, index, size, &proof(input)?, &root);
    Ok(verdict(result.map_err(|error: ProofError| error.code())))
}

fn consistency(input: &Input) -> Result<Value, String> {
    let (size1, size2) = (input.size("size1")?, input.size("size2")?);
    let (root1, root2) = (hash(input.value("root1")?)?, hash(input.value("root2")?)?);
    let result = merkle::verify_consistency(size1, &root1, size2, &root2, &proof(input)?);
    Ok(verdict(result.map_err(|error: ProofError| error.code())))
}

fn verdict(result: Result<(), Code>) -> Value {
    match result {
        Ok(()) => json!({"valid": true}),
        Err(code) => json!({"valid": false, "code": code.as_str()}),
    }
}

fn proof(input: &Input) -> Result<Vec<Hash>, String> {
    let hashes = input.value("proof")?.as_array().ok_or("`proof` is no list")?;
    hashes.iter().map(hash).collect()
}

fn hash(text: &Value) -> Result<Hash, String> {
    let digest = text.as_str().and_then(Digest::parse_hex);
    digest.map(|digest| *digest.as_bytes()).ok_or_else(|| format!("no hash: {text}"))
}

fn to_hex(hash: &Hash) -> String {
    Digest::from_bytes(*hash).to_hex()
}
