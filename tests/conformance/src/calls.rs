//! The functions that vectors call, and how their results are written down.

use placet_wasm::weights::WeightsHasher;
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
        "hash_weights" => hash_weights(input)?,
        _ => return Err(format!("unknown call `{name}`")),
    };
    match result {
        Value::Object(result) => Ok(result),
        other => Err(format!("`{name}` gave {other}")),
    }
}

fn hash_weights(input: &Input) -> Result<Value, String> {
    let mut hasher = WeightsHasher::new();
    for piece in input.bytes_list("pieces")? {
        hasher.update(&piece);
    }
    let weights = hasher.into_weights();
    Ok(json!({"value": {"kind": weights.kind, "digest": weights.digest, "size": weights.size}}))
}
