//! The ledger's tree in memory and its signed head.

use std::collections::BTreeMap;

use placet_core::{
    bundle::{InclusionProof, LedgerProofs},
    digest::Digest,
    key::Signer as _,
    ledger::{Hash, LogKey, Tree, TreeHead, merkle},
    policy::Policy,
    trust::LedgerView,
};

use crate::{keys::SigningKey, marker::PublishedHead};

/// How many older sizes a trust document leads from without being asked.
const RECENT_SIZES: u64 = 32;

/// The tree, and where each payload stands in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    tree: Tree,
    index: BTreeMap<Digest, u64>,
}

/// A signed head.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    /// The checkpoint, a signed note.
    pub(crate) note: String,
}

impl Ledger {
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

    /// Signs the head of the tree as it is, if the policy names this log and its key.
    pub(crate) fn sign_head(&self, policy: &Policy, key: &SigningKey) -> Option<Head> {
        let log = policy.log.as_ref().filter(|log| log.key == *key.public_key())?;
        let (size, root) = (self.tree.size(), self.tree.root());
        let head = TreeHead::new(&log.origin, size, root).ok()?;
        let name = LogKey::new(&log.origin, log.key.clone()).ok()?;
        let line = name.signature_line(&key.sign(head.to_text().as_bytes()));
        Some(Head { size, root, note: head.to_note(&[line]) })
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
