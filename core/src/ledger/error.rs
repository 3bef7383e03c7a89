//! What can be wrong with a proof, a checkpoint or a log policy, each with a stable code.

use core::{error, fmt};

use crate::code::Code;

/// Why a Merkle proof proves nothing, or could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProofError {
    /// The tree of `size` leaves has no leaf `index`.
    IndexOutOfRange {
        /// Number of the leaf, from 0.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The later tree is smaller than the earlier one.
    TreeShrunk {
        /// Leaves of the earlier tree.
        size1: u64,
        /// Leaves of the later tree.
        size2: u64,
    },
    /// The proof ends below the root.
    TooShort {
        /// Hashes in the proof.
        found: usize,
    },
    /// The proof goes on beyond the root.
    TooLong {
        /// Hashes in the proof.
        found: usize,
    },
    /// The proof leads to another root than that of the tree of `size` leaves.
    RootMismatch {
        /// Leaves of the tree whose root differs.
        size: u64,
    },
    /// A proof was asked for a tree that is larger than what is held.
    SizeOutOfRange {
        /// Leaves asked for.
        size: u64,
        /// Leaves held.
        held: u64,
    },
    /// A compact range of this size has another number of peaks.
    PeakCount {
        /// Hashes given.
        found: usize,
        /// Complete subtrees of the tree.
        required: u32,
    },
    /// The tree cannot grow further.
    TreeFull,
}

impl ProofError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::IndexOutOfRange { .. } => Code::LedgerIndexOutOfRange,
            Self::TreeShrunk { .. } => Code::LedgerTreeShrunk,
            Self::TooShort { .. } => Code::LedgerProofTooShort,
            Self::TooLong { .. } => Code::LedgerProofTooLong,
            Self::RootMismatch { .. } => Code::LedgerRootMismatch,
            Self::SizeOutOfRange { .. } => Code::LedgerSizeOutOfRange,
            Self::PeakCount { .. } => Code::LedgerPeakCount,
            Self::TreeFull => Code::LedgerTreeFull,
        }
    }
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IndexOutOfRange { index, size } => {
                write!(f, "leaf {index} is not in a tree of {size} leaves")
            }
            Self::TreeShrunk { size1, size2 } => {
                write!(f, "the ledger shrank from {size1} to {size2} leaves")
            }
            Self::TooShort { found } => {
                write!(f, "the proof of {found} hashes ends below the root")
            }
            Self::TooLong { found } => {
                write!(f, "the proof of {found} hashes goes beyond the root")
            }
            Self::RootMismatch { size } => {
                write!(f, "the proof leads to another root than that of the tree of {size} leaves")
            }
            Self::SizeOutOfRange { size, held } => {
                write!(f, "a tree of {held} leaves never held {size}")
            }
            Self::PeakCount { found, required } => {
                write!(f, "a compact range of this size has {required} peaks, found {found}")
            }
            Self::TreeFull => f.write_str("the tree cannot hold another leaf"),
        }
    }
}

impl error::Error for ProofError {}

/// Why bytes are no checkpoint, or a checkpoint is not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The note is longer than is read.
    TooLong {
        /// Length in bytes.
        found: usize,
        /// Greatest length in bytes.
        limit: usize,
    },
    /// The note is not UTF-8.
    NotUtf8 {
        /// Number of bytes that are.
        valid_up_to: usize,
    },
    /// The note holds a control character other than the newline.
    ControlCharacter {
        /// Position in bytes.
        offset: usize,
    },
    /// No blank line divides text and signatures, or no signature follows it.
    Unsigned,
    /// A signature line is not `— name base64`, or the note does not end with a newline.
    SignatureLine {
        /// Number of the signature line, from 1.
        number: usize,
    },
    /// More signature lines than are read.
    TooManySignatures {
        /// Greatest number of lines.
        limit: usize,
    },
    /// The text has fewer than three lines.
    MissingLine,
    /// A line of the text is empty.
    EmptyLine,
    /// The origin is empty or holds a control character.
    Origin,
    /// The tree size is not a canonical decimal number up to [`MAX_TREE_SIZE`](super::MAX_TREE_SIZE).
    TreeSize,
    /// The root hash is not canonical base64 of 32 bytes.
    RootHash,
    /// The checkpoint is of another log.
    OriginMismatch,
    /// The log's key did not sign.
    LogSignatureMissing,
    /// The signature under the log's name and key id does not verify.
    LogSignatureInvalid,
    /// Too few of the known witnesses cosigned.
    WitnessThresholdNotMet {
        /// Witnesses with a valid cosignature, each counted once.
        found: usize,
        /// Witnesses that the log policy demands.
        required: usize,
    },
}

impl CheckpointError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::TooLong { .. } => Code::CheckpointTooLong,
            Self::NotUtf8 { .. } => Code::CheckpointNotUtf8,
            Self::ControlCharacter { .. } => Code::CheckpointControlCharacter,
            Self::Unsigned => Code::CheckpointUnsigned,
            Self::SignatureLine { .. } => Code::CheckpointSignatureLine,
            Self::TooManySignatures { .. } => Code::CheckpointTooManySignatures,
            Self::MissingLine => Code::CheckpointMissingLine,
            Self::EmptyLine => Code::CheckpointEmptyLine,
            Self::Origin => Code::CheckpointOrigin,
            Self::TreeSize => Code::CheckpointTreeSize,
            Self::RootHash => Code::CheckpointRootHash,
            Self::OriginMismatch => Code::CheckpointOriginMismatch,
            Self::LogSignatureMissing => Code::CheckpointLogSignatureMissing,
            Self::LogSignatureInvalid => Code::CheckpointLogSignatureInvalid,
            Self::WitnessThresholdNotMet { .. } => Code::CheckpointWitnessThresholdNotMet,
        }
    }
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { found, limit } => {
                write!(f, "the checkpoint is {found} bytes long, at most {limit} are read")
            }
            Self::NotUtf8 { valid_up_to } => {
                write!(f, "the checkpoint is not UTF-8 from byte {valid_up_to}")
            }
            Self::ControlCharacter { offset } => {
                write!(f, "the checkpoint has a control character at byte {offset}")
            }
            Self::Unsigned => f.write_str("the checkpoint has no signature lines"),
            Self::SignatureLine { number } => {
                write!(f, "signature line {number} of the checkpoint is malformed")
            }
            Self::TooManySignatures { limit } => {
                write!(f, "the checkpoint has more than {limit} signature lines")
            }
            Self::MissingLine => f.write_str("the checkpoint's text has fewer than three lines"),
            Self::EmptyLine => f.write_str("a line of the checkpoint's text is empty"),
            Self::Origin => f.write_str("the origin is empty or holds a control character"),
            Self::TreeSize => f.write_str("the tree size is not a canonical number within the limit"),
            Self::RootHash => f.write_str("the root hash is not canonical base64 of 32 bytes"),
            Self::OriginMismatch => f.write_str("the checkpoint is of another log"),
            Self::LogSignatureMissing => f.write_str("the log did not sign the checkpoint"),
            Self::LogSignatureInvalid => f.write_str("the log's signature does not verify"),
            Self::WitnessThresholdNotMet { found, required } => {
                write!(f, "{found} of the {required} required witnesses cosigned the checkpoint")
            }
        }
    }
}

impl error::Error for CheckpointError {}

/// Why a log policy cannot be in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogPolicyError {
    /// The origin is empty or holds a control character.
    Origin,
    /// A key name is empty or holds a space, a plus sign or a control character.
    KeyName,
    /// One public key occurs twice, or is the log's and a witness's.
    DuplicateKey {
        /// Number of the witness that repeats it, from 0.
        witness: usize,
    },
    /// More witnesses than are allowed.
    TooManyWitnesses {
        /// Witnesses given.
        found: usize,
        /// Greatest number.
        limit: usize,
    },
    /// More witnesses are required than there are.
    Threshold {
        /// Witnesses required.
        threshold: usize,
        /// Witnesses given.
        witnesses: usize,
    },
}

impl LogPolicyError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Origin => Code::LogOrigin,
            Self::KeyName => Code::LogKeyName,
            Self::DuplicateKey { .. } => Code::LogDuplicateKey,
            Self::TooManyWitnesses { .. } => Code::LogTooManyWitnesses,
            Self::Threshold { .. } => Code::LogThreshold,
        }
    }
}

impl fmt::Display for LogPolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin => f.write_str("the log's origin is empty or holds a control character"),
            Self::KeyName => f.write_str("a key name is empty or holds a space, plus or control character"),
            Self::DuplicateKey { witness } => {
                write!(f, "the key of witness {witness} occurs before")
            }
            Self::TooManyWitnesses { found, limit } => {
                write!(f, "{found} witnesses given, at most {limit} are allowed")
            }
            Self::Threshold { threshold, witnesses } => {
                write!(f, "{threshold} witnesses required of {witnesses}")
            }
        }
    }
}

impl error::Error for LogPolicyError {}
