//! The whole tree in memory, for the writer of the ledger: roots and proofs for every size it ever had
//! (RFC 9162 §2.1.1, §2.1.3.1 and §2.1.4.1).

use alloc::vec::Vec;

use super::{Hash, ProofError, merkle};

/// A Merkle tree over stored leaf hashes that keeps the root of each complete subtree.
///
/// Takes about 64 bytes a leaf; appending hashes one inner node a leaf, amortised, and a root or a
/// proof takes time logarithmic in the size (squared at worst).
///
/// ```
/// use placet_core::ledger::{Tree, merkle};
///
/// let leaves: Vec<_> = (0..7_u8).map(|n| merkle::leaf_hash(&[n; 32])).collect();
/// let tree: Tree = leaves.iter().copied().collect();
/// let root = tree.root();
///
/// let proof = tree.inclusion_proof(4, 7)?;
/// merkle::verify_inclusion(&leaves[4], 4, 7, &proof, &root)?;
///
/// let proof = tree.consistency_proof(3, 7)?;
/// merkle::verify_consistency(3, &tree.root_at(3)?, 7, &root, &proof)?;
/// # Ok::<(), placet_core::ledger::ProofError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// `levels[h][i]` is the root over the leaves `i·2^h .. (i+1)·2^h`; `levels[0]` are the leaves.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Appends a leaf.
    pub fn append(&mut self, leaf_hash: Hash) {
        let mut hash = leaf_hash;
        for level in &mut self.levels {
            level.push(hash);
            match level.as_slice() {
                [.., left, right] if level.len() % 2 == 0 => hash = merkle::node_hash(left, right),
                _ => return,
            }
        }
        // Every level ended in a pair, so the tree is complete and gets a root of its own.
        self.levels.push(Vec::from([hash]));
    }

    /// Root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.subtree(0, self.size()).unwrap_or_else(merkle::empty_root)
    }

    /// Root that the tree had when it held `size` leaves.
    ///
    /// # Errors
    /// [`ProofError::SizeOutOfRange`] if it has fewer.
    pub fn root_at(&self, size: u64) -> Result<Hash, ProofError> {
        self.expect_size(size)?;
        if size == 0 { Ok(merkle::empty_root()) } else { self.node(0, size) }
    }

    /// Proof that leaf `index` is in the tree of `size` leaves: the siblings from the leaf up.
    ///
    /// # Errors
    /// [`ProofError::SizeOutOfRange`] if the tree has fewer leaves than `size`,
    /// [`ProofError::IndexOutOfRange`] if `index` is not below `size`.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
        self.expect_size(size)?;
        if index >= size {
            return Err(ProofError::IndexOutOfRange { index, size });
        }
        let mut proof = Vec::new();
        let (mut start, mut end) = (0, size);
        while let Some(middle) = split(start, end) {
            if index < middle {
                proof.push(self.node(middle, end)?);
                end = middle;
            } else {
                proof.push(self.node(start, middle)?);
                start = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// Proof that the tree of `size1` leaves is the beginning of the tree of `size2` leaves; empty
    /// where there is nothing to prove (`size1` is 0 or `size2`).
    ///
    /// # Errors
    /// [`ProofError::SizeOutOfRange`] if the tree has fewer leaves than `size2`,
    /// [`ProofError::TreeShrunk`] if `size1` is above `size2`.
    pub fn consistency_proof(&self, size1: u64, size2: u64) -> Result<Vec<Hash>, ProofError> {
        self.expect_size(size2)?;
        if size1 > size2 {
            return Err(ProofError::TreeShrunk { size1, size2 });
        }
        let mut proof = Vec::new();
        if size1 == 0 {
            return Ok(proof);
        }
        let (mut start, mut end) = (0, size2);
        while end > size1
            && let Some(middle) = split(start, end)
        {
            if size1 <= middle {
                proof.push(self.node(middle, end)?);
                end = middle;
            } else {
                proof.push(self.node(start, middle)?);
                start = middle;
            }
        }
        // The old tree is `0..size1`: if that is the subtree we arrived at, the verifier knows its root.
        if start > 0 {
            proof.push(self.node(start, end)?);
        }
        proof.reverse();
        Ok(proof)
    }

    fn expect_size(&self, size: u64) -> Result<(), ProofError> {
        let held = self.size();
        if size <= held { Ok(()) } else { Err(ProofError::SizeOutOfRange { size, held }) }
    }

    /// Like [`Self::subtree`], for ranges that were checked to be in the tree.
    fn node(&self, start: u64, end: u64) -> Result<Hash, ProofError> {
        self.subtree(start, end).ok_or(ProofError::SizeOutOfRange { size: end, held: self.size() })
    }

    /// Root over the leaves `start..end`, where `start` is a multiple of the largest power of two in
    /// the range's length; `None` if the range is empty or not in the tree.
    fn subtree(&self, start: u64, end: u64) -> Option<Hash> {
        let length = end.checked_sub(start)?;
        if length.is_power_of_two() {
            let height = length.trailing_zeros();
            let level = self.levels.get(usize::try_from(height).ok()?)?;
            return level.get(usize::try_from(start >> height).ok()?).copied();
        }
        let middle = split(start, end)?;
        Some(merkle::node_hash(&self.subtree(start, middle)?, &self.subtree(middle, end)?))
    }
}

impl Extend<Hash> for Tree {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaf_hashes: I) {
        leaf_hashes.into_iter().for_each(|hash| self.append(hash));
    }
}

impl FromIterator<Hash> for Tree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaf_hashes: I) -> Self {
        let mut tree = Self::new();
        tree.extend(leaf_hashes);
        tree
    }
}

/// Where the tree over `start..end` divides: after the largest power of two below its length.
/// `None` for a range of fewer than two leaves.
fn split(start: u64, end: u64) -> Option<u64> {
    let last = end.checked_sub(start)?.checked_sub(1)?;
    start.checked_add(1_u64.checked_shl(last.checked_ilog2()?)?)
}
