//! Whether what must stand in the ledger does, and whether the ledger only grew.

use base64ct::{Base64, Encoding as _};
use placet_core::{
    code::Code,
    digest::Digest,
    json::Value,
    ledger::{Checkpoint, CheckpointError, LogPolicy, SignedCheckpoint},
    policy::{Policy, Rule},
};

use crate::{documents::member, list::Seen};

/// Why the ledger gate fails.
pub(crate) fn fault(
    rule: Option<&Rule>,
    policy: Option<&Policy>,
    proofs: Value<'_>,
    view: Option<Value<'_>>,
    documents: &[Digest],
    seen: &Seen,
) -> Option<Code> {
    let Some(rule) = rule else { return Some(Code::RuleMissing) };
    if !rule.require_ledger {
        return None;
    }
    check(policy, proofs, view, documents, seen).err()
}

fn check(
    policy: Option<&Policy>,
    proofs: Value<'_>,
    view: Option<Value<'_>>,
    documents: &[Digest],
    seen: &Seen,
) -> Result<(), Code> {
    let log = policy.and_then(|policy| policy.log.as_ref()?.policy().ok()).ok_or(Code::LedgerMissing)?;
    if proofs.is_null() {
        return Err(Code::LedgerMissing);
    }
    let bundled = checkpoint(proofs, &log)?;
    for document in documents {
        let entry =
            member(proofs, "inclusion").and_then(Value::elements).into_iter().flatten().find(|entry| {
                member(*entry, "payload")
                    .and_then(Value::as_str)
                    .is_some_and(|text| text == document.to_string())
            });
        let entry = entry.ok_or(Code::LedgerInclusion)?;
        let index = member(entry, "index").and_then(Value::as_u64).ok_or(Code::LedgerInclusion)?;
        let included = bundled.verify_inclusion(document.as_bytes(), index, &hashes(entry));
        included.map_err(|_| Code::LedgerInclusion)?;
    }
    let newest = match view {
        Some(view) => checkpoint(view, &log)?,
        None => bundled.clone(),
    };
    let before = [Some((bundled.size(), Digest::from_bytes(*bundled.root()))), seen.checkpoint];
    for (size, root) in before.into_iter().flatten() {
        if size > newest.size() {
            return Err(Code::LedgerShrunk);
        }
        let proofs = view.and_then(|view| member(view, "consistency")).and_then(Value::elements);
        let proof = proofs
            .into_iter()
            .flatten()
            .find(|entry| member(*entry, "size").and_then(Value::as_u64) == Some(size));
        let proof = if size == newest.size() { None } else { proof };
        let continues = newest.verify_extends(size, root.as_bytes(), &proof.map(hashes).unwrap_or_default());
        continues.map_err(|_| Code::LedgerForked)?;
    }
    Ok(())
}

fn checkpoint(holder: Value<'_>, log: &LogPolicy) -> Result<Checkpoint, Code> {
    let note = member(holder, "checkpoint").and_then(Value::as_str).ok_or(Code::LedgerCheckpoint)?;
    let signed = SignedCheckpoint::parse(note.as_bytes()).and_then(|signed| signed.verify(log));
    signed.map_err(|error| match error {
        CheckpointError::WitnessThresholdNotMet { .. } => Code::LedgerWitnesses,
        _ => Code::LedgerCheckpoint,
    })
}

fn hashes(entry: Value<'_>) -> Vec<[u8; 32]> {
    let hashes = member(entry, "proof").and_then(Value::elements).into_iter().flatten();
    hashes.filter_map(|hash| Base64::decode_vec(&hash.as_str()?).ok()?.try_into().ok()).collect()
}
