//! The evidence ledger: an append-only Merkle tree whose head the log signs and witnesses cosign.
//!
//! Guards against a registry that hides, alters or reorders evidence, or shows two histories.
//! Reading order: [`merkle`] checks proofs, [`LogPolicy`] says whose word counts,
//! [`SignedCheckpoint`] turns a note into a verified [`Checkpoint`]. [`Tree`] and [`CompactRange`]
//! are for whoever writes the ledger. Nothing here signs: whoever holds a key signs
//! [`TreeHead::to_text`] (or [`WitnessKey::cosigned_message`]) and has the line written by the key.
//!
//! Sources: RFC 6962 §2.1 and RFC 9162 §2.1 (tree and proofs), C2SP signed-note, tlog-checkpoint and
//! tlog-cosignature.

mod checkpoint;
mod compact_range;
mod cosignature;
mod error;
mod log_policy;
pub mod merkle;
mod note;
mod tree;

pub use checkpoint::{Checkpoint, LogKey, MAX_TREE_SIZE, SignedCheckpoint, TreeHead};
pub use compact_range::CompactRange;
pub use cosignature::{Cosignature, WitnessKey};
pub use error::{CheckpointError, LogPolicyError, ProofError};
pub use log_policy::LogPolicy;
pub use note::{MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES};
pub use tree::Tree;

/// A SHA-256 hash of a leaf, of an inner node or of a whole tree.
pub type Hash = [u8; 32];
