//! What can be wrong with a key file.
//!
//! No variant carries a secret: an error may be logged.

use core::fmt;

/// Why a key file was not read, or not written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file is of none of the formats that are read.
    UnknownFormat,
    /// The file is longer than a key file can be.
    TooLarge {
        /// The file's length in bytes.
        length: usize,
        /// The greatest length in bytes that is read.
        limit: usize,
    },
    /// The file does not follow its format.
    Malformed {
        /// The part that could not be read.
        part: &'static str,
    },
    /// The file is locked, and no passphrase (or an empty one) was given.
    PassphraseRequired,
    /// The passphrase does not open the file, or the file was altered after it was locked: the two look alike.
    PassphraseWrong,
    /// A new passphrase is empty or white space.
    PassphraseEmpty,
    /// A new passphrase is longer than is accepted.
    PassphraseTooLong {
        /// The passphrase's length in bytes.
        length: usize,
        /// The greatest length in bytes.
        limit: usize,
    },
    /// The file holds a key of another algorithm, or one that stays in a hardware token.
    NotEd25519,
    /// The file is marked for another use than signing.
    NotForSigning,
    /// The file holds a public key alone.
    PublicOnly,
    /// The file holds more than one key.
    SeveralKeys {
        /// How many keys the file says it holds.
        count: u32,
    },
    /// A work factor is outside what is accepted: too low to protect the key, or high enough to exhaust the machine.
    Parameters {
        /// The work factor's name.
        name: &'static str,
        /// The file's value.
        found: u64,
        /// The least accepted value.
        min: u64,
        /// The greatest accepted value.
        max: u64,
    },
    /// The file is locked with an algorithm that is not read.
    UnsupportedAlgorithm {
        /// The kind of algorithm, such as the cipher.
        kind: &'static str,
    },
    /// The machine cannot give the memory that unlocking needs.
    OutOfMemory {
        /// The memory in KiB.
        needed_kib: u32,
    },
    /// The public key in the file is not that of its secret key.
    PublicMismatch {
        /// The public key that the file states.
        stated: [u8; 32],
        /// The public key of the file's secret key.
        derived: [u8; 32],
    },
    /// The seed is one byte repeated, as an unfilled buffer is, or the stated public key is of small order.
    Weak,
    /// A key's name or comment is empty, too long, or not printable ASCII.
    Name,
    /// The key made a signature that does not verify under its own public key.
    SelfTestFailed,
}

impl KeyFileError {
    /// The stable code of this error, the same in every language that Placet speaks.
    ///
    /// ```
    /// assert_eq!(placet_keys::KeyFileError::PassphraseRequired.code(), "key_file_passphrase_required");
    /// ```
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFormat => "key_file_unknown_format",
            Self::TooLarge { .. } => "key_file_too_large",
            Self::Malformed { .. } => "key_file_malformed",
            Self::PassphraseRequired => "key_file_passphrase_required",
            Self::PassphraseWrong => "key_file_passphrase_wrong",
            Self::PassphraseEmpty => "key_file_passphrase_empty",
            Self::PassphraseTooLong { .. } => "key_file_passphrase_too_long",
            Self::NotEd25519 => "key_file_not_ed25519",
            Self::NotForSigning => "key_file_not_for_signing",
            Self::PublicOnly => "key_file_public_only",
            Self::SeveralKeys { .. } => "key_file_several_keys",
            Self::Parameters { .. } | Self::UnsupportedAlgorithm { .. } => "key_file_parameters",
            Self::OutOfMemory { .. } => "key_file_out_of_memory",
            Self::PublicMismatch { .. } => "key_file_public_mismatch",
            Self::Weak => "key_file_weak",
            Self::Name => "key_file_name",
            Self::SelfTestFailed => "key_file_self_test_failed",
        }
    }

    /// `part` could not be read.
    pub(crate) fn malformed(part: &'static str) -> Self {
        Self::Malformed { part }
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFormat => f.write_str("not a key file of a known format"),
            Self::TooLarge { length, limit } => {
                write!(f, "{length} bytes are too long for a key file, at most {limit} are read")
            }
            Self::Malformed { part } => write!(f, "malformed key file: {part}"),
            Self::PassphraseRequired => f.write_str("the key file is locked and needs its passphrase"),
            Self::PassphraseWrong => f.write_str("the passphrase is wrong or the key file was altered"),
            Self::PassphraseEmpty => f.write_str("the passphrase is empty"),
            Self::PassphraseTooLong { length, limit } => {
                write!(f, "a passphrase of {length} bytes is too long, at most {limit} are accepted")
            }
            Self::NotEd25519 => f.write_str("the key is not an Ed25519 key that a file holds"),
            Self::NotForSigning => f.write_str("the key is marked for another use than signing"),
            Self::PublicOnly => f.write_str("the file holds the public key alone, not the secret key"),
            Self::SeveralKeys { count } => write!(f, "the file holds {count} keys instead of one"),
            Self::Parameters { name, found, min, max } => {
                write!(f, "the key file's {name} is {found}, accepted are {min} to {max}")
            }
            Self::UnsupportedAlgorithm { kind } => {
                write!(f, "the key file is locked with an unsupported {kind}")
            }
            Self::OutOfMemory { needed_kib } => {
                write!(f, "unlocking the key file needs {needed_kib} KiB of memory, which are not free")
            }
            Self::PublicMismatch { .. } => {
                f.write_str("the public key in the file is not that of its secret key")
            }
            Self::Weak => f.write_str("the key is one that anybody could guess"),
            Self::Name => {
                f.write_str("a key's name is 1 to 64 printable ASCII characters with no space at either end")
            }
            Self::SelfTestFailed => f.write_str("the key's own signature does not verify"),
        }
    }
}

impl core::error::Error for KeyFileError {}
