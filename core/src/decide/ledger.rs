//! That the evidence stands in the ledger, and that the ledger only ever grew.
//!
//! One checkpoint is the newest: the verifier's own view, where trust brings one, otherwise the bundle's. Every other
//! that is known, the bundle's and the one last seen, must be proved to lead to it (attack: a shrunk or forked tree).

use super::approvals::Approvals;
use crate::{
    bundle::Bundle,
    code::Code,
    digest::Digest,
    envelope::Envelope,
    ledger::{Checkpoint, CheckpointError, LogPolicy, SignedCheckpoint},
    policy::{Policy, Rule},
    state::{CheckpointState, DomainState},
    trust::LedgerView,
};

/// The newest checkpoint, under which the proposal and every counted approval are proved to stand; `None` where the
/// rule does not ask for the ledger.
pub(super) fn check(
    rule: Option<&Rule>,
    policy: Option<&Policy>,
    bundle: &Bundle,
    view: Option<&LedgerView>,
    approvals: &Approvals<'_>,
    seen: &DomainState,
) -> Result<Option<CheckpointState>, Code> {
    if !rule.ok_or(Code::RuleMissing)?.require_ledger {
        return Ok(None);
    }
    let log = policy.and_then(|policy| policy.log.as_ref()).ok_or(Code::LedgerMissing)?;
    let log = log.policy().map_err(|_| Code::LedgerMissing)?;
    let proofs = bundle.ledger().ok_or(Code::LedgerMissing)?;
    let of_bundle = verify(&proofs.checkpoint, &log)?;
    let included = |digest: Digest| {
        let proof = proofs.inclusion.get(&digest).ok_or(Code::LedgerInclusion)?;
        let verified = of_bundle.verify_inclusion(digest.as_bytes(), proof.index, &proof.hashes);
        verified.map_err(|_| Code::LedgerInclusion)
    };
    bundle
        .proposal()
        .map(Envelope::digest)
        .into_iter()
        .chain(approvals.counted_digests())
        .try_for_each(included)?;

    let newest = view.map_or_else(|| Ok(of_bundle.clone()), |view| verify(&view.checkpoint, &log))?;
    leads_to(&newest, of_bundle.size(), of_bundle.root(), view)?;
    if let Some(seen) = seen.checkpoint {
        leads_to(&newest, seen.size, seen.root.as_bytes(), view)?;
    }
    Ok(Some(CheckpointState { size: newest.size(), root: Digest::from_bytes(*newest.root()) }))
}

fn verify(checkpoint: &str, log: &LogPolicy) -> Result<Checkpoint, Code> {
    let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes()).and_then(|signed| signed.verify(log));
    checkpoint.map_err(|error| match error {
        CheckpointError::WitnessThresholdNotMet { .. } => Code::LedgerWitnesses,
        _ => Code::LedgerCheckpoint,
    })
}

/// Proves that the tree of `size` leaves is the beginning of the newest one. Without a proof it counts as a fork.
fn leads_to(newest: &Checkpoint, size: u64, root: &[u8; 32], view: Option<&LedgerView>) -> Result<(), Code> {
    if size > newest.size() {
        return Err(Code::LedgerShrunk);
    }
    let proof = view.and_then(|view| view.consistency.get(&size)).map_or(&[][..], |proof| proof);
    // Trees of one size need no proof but one root.
    let proof = if size == newest.size() { &[] } else { proof };
    newest.verify_extends(size, root, proof).map_err(|_| Code::LedgerForked)
}
