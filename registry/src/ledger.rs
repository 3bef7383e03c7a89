//! The ledger's tree in memory, its signed heads and what witnesses have said of them.

use std::collections::BTreeMap;

use placet_core::{
    bundle::{InclusionProof, LedgerProofs},
    code::Code,
    digest::Digest,
    key::Signer as _,
    ledger::{Checkpoint, Hash, LogKey, SignedCheckpoint, Tree, TreeHead, merkle},
    policy::Policy,
    trust::LedgerView,
};

use crate::{error::Refusal, keys::SigningKey, marker::PublishedHead};

/// How many older sizes a trust document leads from without being asked.
const RECENT_SIZES: u64 = 32;

/// Of how many sizes cosignatures are kept, so that no witness makes every head costly by cosigning them all.
const COSIGNED_SIZES: usize = 64;

/// The tree, and where each payload stands in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    tree: Tree,
    index: BTreeMap<Digest, u64>,
    /// Cosignatures by the size of the tree, as they were taken in.
    cosignatures: BTreeMap<u64, Vec<String>>,
}

/// A signed head.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    /// The checkpoint, a signed note.
    pub(crate) note: String,
}

/// The newest head, and the one that verifiers are given.
#[derive(Clone, Debug)]
pub(crate) struct Heads {
    pub(crate) newest: Head,
    /// The largest that enough witnesses have cosigned; the newest where there is none or the policy asks for none.
    pub(crate) served: Head,
}

impl Ledger {
    /// A ledger with the cosignatures that were kept.
    pub(crate) fn with_cosignatures(cosignatures: BTreeMap<u64, Vec<String>>) -> Self {
        Self { cosignatures, ..Self::default() }
    }

    /// Enters a payload.
    pub(crate) fn append(&mut self, digest: Digest) {
        self.index.insert(digest, self.tree.size());
        self.tree.append(merkle::leaf_hash(digest.as_bytes()));
    }

    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Whether the tree continues a head that was published.
    pub(crate) fn continues(&self, head: &PublishedHead) -> bool {
        self.tree.root_at(head.size).is_ok_and(|root| head.has_root(root))
    }

    /// Signs the heads of the tree as it is, if the policy names this log and its key.
    pub(crate) fn sign_heads(&self, policy: &Policy, key: &SigningKey) -> Option<Heads> {
        let newest = self.sign_head(policy, key, self.tree.size())?;
        let threshold = policy.log.as_ref()?.threshold;
        let verified = policy.log.as_ref()?.policy().ok()?;
        let enough = |head: &Head| {
            let checkpoint = SignedCheckpoint::parse(head.note.as_bytes());
            checkpoint.and_then(|checkpoint| checkpoint.verify(&verified)).is_ok()
        };
        let served = if threshold == 0 {
            newest.clone()
        } else {
            let sizes = self.cosignatures.keys().rev();
            let heads = sizes.filter_map(|size| self.sign_head(policy, key, *size));
            heads.into_iter().find(enough).unwrap_or_else(|| newest.clone())
        };
        Some(Heads { newest, served })
    }

    /// Signs the head of the tree of `size` leaves, with the cosignatures that are held of it.
    fn sign_head(&self, policy: &Policy, key: &SigningKey, size: u64) -> Option<Head> {
        let log = policy.log.as_ref().filter(|log| log.key == *key.public_key())?;
        let root = self.tree.root_at(size).ok()?;
        let head = TreeHead::new(&log.origin, size, root).ok()?;
        let name = LogKey::new(&log.origin, log.key.clone()).ok()?;
        let mut lines = vec![name.signature_line(&key.sign(head.to_text().as_bytes()))];
        lines.extend(self.cosignatures.get(&size).into_iter().flatten().cloned());
        Some(Head { size, root, note: head.to_note(&lines) })
    }

    /// Verifies a note with cosignatures of the policy's witnesses over a tree that this one continues.
    ///
    /// # Errors
    ///
    /// Why the note is no checkpoint of this log, `ledger_forked` where it is of another tree, and `ledger_witnesses`
    /// where no known witness cosigned it.
    pub(crate) fn check_cosignatures(&self, policy: &Policy, note: &str) -> Result<Checkpoint, Refusal> {
        let log = policy.log.as_ref().and_then(|log| log.policy().ok());
        let log = log.ok_or_else(|| Refusal::of(Code::LedgerMissing))?.without_threshold();
        let checkpoint = SignedCheckpoint::parse(note.as_bytes()).and_then(|signed| signed.verify(&log));
        let checkpoint = checkpoint.map_err(|error| Refusal::with(error.code(), error.to_string()))?;
        if self.tree.root_at(checkpoint.size()).ok().as_ref() != Some(checkpoint.root()) {
            return Err(Refusal::of(Code::LedgerForked));
        }
        if checkpoint.cosignatures().is_empty() {
            return Err(Refusal::of(Code::LedgerWitnesses));
        }
        Ok(checkpoint)
    }

    /// Keeps the cosignatures of a checkpoint that was checked, each in the place of an older one of its witness.
    pub(crate) fn add_cosignatures(&mut self, checkpoint: &Checkpoint) {
        let lines = self.cosignatures.entry(checkpoint.size()).or_default();
        for cosignature in checkpoint.cosignatures() {
            let name = |line: &str| line.split(' ').nth(1).map(str::to_owned);
            lines.retain(|line| name(line) != name(cosignature.line()));
            lines.push(cosignature.line().to_owned());
        }
        let oldest = self.cosignatures.keys().rev().nth(COSIGNED_SIZES - 1).copied();
        self.forget_below(oldest.unwrap_or(0));
    }

    /// The smallest tree of which cosignatures are kept.
    pub(crate) fn oldest_cosigned(&self) -> u64 {
        self.cosignatures.keys().next().copied().unwrap_or(0)
    }

    /// Forgets the cosignatures of trees that are smaller than `size`.
    pub(crate) fn forget_below(&mut self, size: u64) {
        self.cosignatures = self.cosignatures.split_off(&size);
    }

    /// Where a payload stands in the tree of `size` leaves.
    pub(crate) fn inclusion(&self, digest: Digest, size: u64) -> Option<InclusionProof> {
        let index = *self.index.get(&digest)?;
        let hashes = self.tree.inclusion_proof(index, size).ok()?;
        Some(InclusionProof { index, hashes })
    }

    /// How the tree of `from` leaves became that of `to`.
    pub(crate) fn consistency(&self, from: u64, to: u64) -> Option<Vec<Hash>> {
        self.tree.consistency_proof(from, to).ok()
    }

    /// The proofs of a bundle.
    pub(crate) fn proofs(&self, head: &Head, digests: impl Iterator<Item = Digest>) -> LedgerProofs {
        let proof = |digest| Some((digest, self.inclusion(digest, head.size)?));
        LedgerProofs { checkpoint: head.note.clone(), inclusion: digests.filter_map(proof).collect() }
    }

    /// The head with the ways to it from recent sizes, and from the one that a caller names.
    pub(crate) fn view(&self, head: &Head, from: Option<u64>) -> LedgerView {
        let recent = head.size.saturating_sub(RECENT_SIZES).max(1)..head.size;
        let sizes = recent.chain(from.filter(|size| (1..head.size).contains(size)));
        let proof = |size| Some((size, self.consistency(size, head.size)?));
        LedgerView { checkpoint: head.note.clone(), consistency: sizes.filter_map(proof).collect() }
    }
}
