//! Merkle tree hashes and the two proofs about them: RFC 6962 §2.1, RFC 9162 §2.1.3.2 and §2.1.4.2.
//!
//! Guards against a leaf that is not in the tree and against a tree whose past was rewritten. A proof
//! is accepted only if it is exactly as long as the sizes demand, and sizes are any `u64`.
//!
//! A root does not commit to the size of its tree: some true proofs also pass under another size. Sizes
//! and roots come together, from a verified [`Checkpoint`](super::Checkpoint) or from the state.

use sha2::{Digest, Sha256};

use super::{Hash, ProofError};

/// Starts the hash of a leaf, so that no leaf can pose as an inner node.
const LEAF_PREFIX: [u8; 1] = [0];
/// Starts the hash of an inner node.
const NODE_PREFIX: [u8; 1] = [1];

/// The root of the tree without leaves: the hash of nothing (RFC 9162 §2.1.1).
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The hash of a leaf that holds `data`.
///
/// In this ledger `data` is the 32 bytes of an accepted payload's digest.
///
/// ```
/// use placet_core::ledger::merkle::{empty_root, leaf_hash, verify_inclusion};
///
/// let leaf = leaf_hash(&[7; 32]);
/// assert_ne!(leaf, empty_root());
/// assert_eq!(verify_inclusion(&leaf, 0, 1, &[], &leaf), Ok(())); // a single leaf is its own root
/// ```
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update(LEAF_PREFIX).chain_update(data).finalize().into()
}

/// The hash of the inner node over `left` and `right`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update(NODE_PREFIX).chain_update(left).chain_update(right).finalize().into()
}

/// Verifies that the leaf with `leaf_hash` is number `index` (from 0) of the tree of `size` leaves
/// and root `root`, after RFC 9162 §2.1.3.2.
///
/// # Errors
/// [`ProofError::IndexOutOfRange`] if the tree has no such leaf (an empty tree has none),
/// [`ProofError::TooShort`] or [`ProofError::TooLong`] if `proof` is not exactly the leaf's path, and
/// [`ProofError::RootMismatch`] if the path leads to another root.
pub fn verify_inclusion(
    leaf_hash: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    let Some(last) = size.checked_sub(1).filter(|last| index <= *last) else {
        return Err(ProofError::IndexOutOfRange { index, size });
    };
    let mut path = Path { node: index, last };
    let mut hash = *leaf_hash;
    for sibling in proof {
        hash = match path.climb().ok_or(ProofError::TooLong { found: proof.len() })? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    path.finish(proof)?;
    expect_root(&hash, size, root)
}

/// Verifies that the tree of `size1` leaves and root `root1` is the beginning of the tree of `size2`
/// leaves and root `root2`, after RFC 9162 §2.1.4.2.
///
/// The RFC defines the proof for `0 < size1 < size2`. Beyond that there is nothing to prove and the
/// proof must be empty: a tree is consistent with itself, and every tree extends the empty one. The
/// root of an empty tree must be [`empty_root`].
///
/// # Errors
/// [`ProofError::TreeShrunk`] if `size1 > size2`, [`ProofError::TooShort`] or
/// [`ProofError::TooLong`] if `proof` has another length than the sizes demand, and
/// [`ProofError::RootMismatch`] with the size of the tree whose root the proof does not lead to. Two
/// roots for one size are such a mismatch: the log has forked.
pub fn verify_consistency(
    size1: u64,
    root1: &Hash,
    size2: u64,
    root2: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if size1 > size2 {
        return Err(ProofError::TreeShrunk { size1, size2 });
    }
    let (Some(node), Some(last)) = (size1.checked_sub(1), size2.checked_sub(1)) else {
        expect_no_proof(proof)?;
        expect_root(&empty_root(), 0, root1)?;
        return if size2 == 0 { expect_root(&empty_root(), 0, root2) } else { Ok(()) };
    };
    if size1 == size2 {
        expect_no_proof(proof)?;
        return expect_root(root1, size2, root2);
    }

    // Up to here both trees hold the same complete subtree: start from its root, which is the old
    // tree itself when that is complete and otherwise the first hash of the proof.
    let mut path = Path { node, last };
    path.skip_complete();
    let (start, rest) = match proof.split_first() {
        Some(_) if size1.is_power_of_two() => (root1, proof),
        Some((first, rest)) => (first, rest),
        None => return Err(ProofError::TooShort { found: 0 }),
    };
    let (mut old, mut new) = (*start, *start);
    for sibling in rest {
        match path.climb().ok_or(ProofError::TooLong { found: proof.len() })? {
            Side::Left => {
                old = node_hash(sibling, &old);
                new = node_hash(sibling, &new);
            }
            Side::Right => new = node_hash(&new, sibling),
        }
    }
    path.finish(proof)?;
    expect_root(&old, size1, root1)?;
    expect_root(&new, size2, root2)
}

/// Where a proof's next hash stands beside the path.
enum Side {
    Left,
    Right,
}

/// A way from a node up to the root: `fn` and `sn` of RFC 9162.
struct Path {
    /// Number of the current node in its level.
    node: u64,
    /// Number of the last node in that level.
    last: u64,
}

impl Path {
    /// Leaves the levels on which the node closes a complete subtree.
    fn skip_complete(&mut self) {
        self.ascend(self.node.trailing_ones());
    }

    /// Climbs past one sibling and says where it stands; `None` at the root, which has none.
    fn climb(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        if self.node & 1 == 0 && self.node < self.last {
            self.ascend(1);
            return Some(Side::Right);
        }
        // The last node of a level may lack a sibling for some levels: it rises unchanged until it is
        // a right child. (Node 0 cannot be the last here, since `last` is not 0.)
        self.ascend(self.node.trailing_zeros().saturating_add(1));
        Some(Side::Left)
    }

    /// Checks that the path ended at the root and not below it.
    fn finish(&self, proof: &[Hash]) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::TooShort { found: proof.len() }) }
    }

    fn ascend(&mut self, levels: u32) {
        self.node = self.node.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }
}

fn expect_no_proof(proof: &[Hash]) -> Result<(), ProofError> {
    if proof.is_empty() { Ok(()) } else { Err(ProofError::TooLong { found: proof.len() }) }
}

fn expect_root(computed: &Hash, size: u64, root: &Hash) -> Result<(), ProofError> {
    if computed == root { Ok(()) } else { Err(ProofError::RootMismatch { size }) }
}
