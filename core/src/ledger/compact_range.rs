//! The root of a growing tree in logarithmic memory: for a log's writer, and for a monitor that reads
//! every entry once.

use alloc::vec::Vec;

use super::{Hash, ProofError, merkle};

/// The complete subtrees that a tree falls into, largest first: enough to append and to know the root.
///
/// ```
/// use placet_core::ledger::{CompactRange, merkle};
///
/// let (a, b) = (merkle::leaf_hash(b"a"), merkle::leaf_hash(b"b"));
/// let mut range = CompactRange::new();
/// assert_eq!(range.root(), merkle::empty_root());
/// range.append(a)?;
/// range.append(b)?;
/// assert_eq!(range.root(), merkle::node_hash(&a, &b));
/// # Ok::<(), placet_core::ledger::ProofError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactRange {
    size: u64,
    /// One root for each bit that is set in `size`, from the highest bit down.
    peaks: Vec<Hash>,
}

impl CompactRange {
    /// The range over no leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// Continues from what [`size`](Self::size) and [`peaks`](Self::peaks) gave.
    ///
    /// The hashes are taken on trust: whoever stores them compares the root with the last checkpoint.
    ///
    /// # Errors
    /// [`ProofError::PeakCount`] if a tree of `size` leaves does not fall into that many subtrees.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, ProofError> {
        let (found, required) = (peaks.len(), size.count_ones());
        if found == required as usize {
            Ok(Self { size, peaks })
        } else {
            Err(ProofError::PeakCount { found, required })
        }
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf; amortised over many, one inner node is hashed for each.
    ///
    /// # Errors
    /// [`ProofError::TreeFull`] after `u64::MAX` leaves; the range is then unchanged.
    pub fn append(&mut self, leaf_hash: Hash) -> Result<(), ProofError> {
        let size = self.size.checked_add(1).ok_or(ProofError::TreeFull)?;
        let mut hash = leaf_hash;
        // Every trailing one bit of the old size is a subtree that the new leaf completes a pair with.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = merkle::node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = size;
        Ok(())
    }

    /// Root of the tree over all leaves appended so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| merkle::node_hash(&left, &right))
            .unwrap_or_else(merkle::empty_root)
    }
}
