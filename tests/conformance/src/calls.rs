//! The functions that vectors call, and how their results are written down.

use placet_core::{
    decide::decide,
    digest::{Digest, Hasher},
    weights::WeightsKind,
};
use serde_json::{Map, Value, json};

use crate::vectors::Input;

/// Calls a function by its name.
///
/// The result has a field `error` with the code where the function fails.
///
/// # Errors
/// A function that is not known, or arguments that it does not take: the vector is at fault.
pub(crate) fn call(name: &str, input: &Input) -> Result<Map<String, Value>, String> {
    let result = match name {
        "decide" => decision(input)?,
        "hash_weights" => hash_weights(input)?,
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
