//! Low-level checks for auditors: one signature, one proof of the evidence ledger.
//!
//! They know no policy, so what they find valid entitles nobody to anything. Each gives `undefined` where the check
//! holds and the code where it does not.

use js_sys::Uint8Array;
use placet_core::{
    key,
    ledger::{Hash, ProofError, merkle},
};
use wasm_bindgen::prelude::*;

/// More than any proof has (64 of inclusion, 65 of consistency): what follows makes a proof too long, whatever it is.
const MOST_HASHES: u32 = 66;

/// Verifies an Ed25519 signature exactly as `verify_strict` of ed25519-dalek.
#[wasm_bindgen(js_name = verifySignature)]
#[must_use]
pub fn verify_signature(public_key: &[u8], message: &[u8], signature: &[u8]) -> Option<String> {
    let result = key::verify_signature(public_key, message, signature);
    result.err().map(|code| code.as_str().to_owned())
}

/// The hash of a leaf (RFC 6962 §2.1).
#[wasm_bindgen(js_name = leafHash)]
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Vec<u8> {
    merkle::leaf_hash(data).into()
}

/// Verifies that a leaf is in a tree (RFC 9162 §2.1.3.2); `proof` is its hashes one after another.
#[wasm_bindgen(js_name = verifyInclusion)]
#[must_use]
pub fn verify_inclusion(
    leaf_hash: &Uint8Array,
    index: u64,
    size: u64,
    proof: &Uint8Array,
    root: &Uint8Array,
) -> Option<String> {
    check(|| {
        let (leaf_hash, proof, root) = (hash(leaf_hash)?, hashes(proof)?, hash(root)?);
        Some(merkle::verify_inclusion(&leaf_hash, index, size, &proof, &root))
    })
}

/// Verifies that one tree is the beginning of another (RFC 9162 §2.1.4.2).
#[wasm_bindgen(js_name = verifyConsistency)]
#[must_use]
pub fn verify_consistency(
    size1: u64,
    root1: &Uint8Array,
    size2: u64,
    root2: &Uint8Array,
    proof: &Uint8Array,
) -> Option<String> {
    check(|| {
        let (root1, root2, proof) = (hash(root1)?, hash(root2)?, hashes(proof)?);
        Some(merkle::verify_consistency(size1, &root1, size2, &root2, &proof))
    })
}

/// The code of a check that fails, or of arguments that are no hashes.
fn check(verify: impl FnOnce() -> Option<Result<(), ProofError>>) -> Option<String> {
    let code = match verify() {
        Some(result) => result.err()?.code().as_str(),
        None => "invalid_argument",
    };
    Some(code.to_owned())
}

fn hash(bytes: &Uint8Array) -> Option<Hash> {
    (bytes.length() == 32).then(|| bytes.to_vec().try_into().ok())?
}

fn hashes(bytes: &Uint8Array) -> Option<Vec<Hash>> {
    let (hashes, rest) = (bytes.length() / 32, bytes.length() % 32);
    let proof = bytes.subarray(0, hashes.min(MOST_HASHES) * 32).to_vec();
    (rest == 0).then(|| proof.as_chunks().0.to_vec())
}
