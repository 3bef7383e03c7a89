//! Witness cosignatures (C2SP tlog-cosignature, `cosignature/v1`, signature type 0x04).
//!
//! Guards against a log that shows different histories to different readers: a witness cosigns only
//! what extends everything it has seen of that log.

use alloc::{format, string::String};

use super::{
    LogPolicyError,
    note::{NoteKey, SignedNote},
};
use crate::key::PublicKey;

const SIGNATURE_TYPE: u8 = 0x04;
/// Latest time that a cosignature may carry, in seconds since 1970.
const MAX_TIMESTAMP: u64 = i64::MAX.unsigned_abs();

/// A witness: the name and the Ed25519 key under which it cosigns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey(pub(super) NoteKey);

/// That a known witness cosigned the checkpoint, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosignature {
    witness: String,
    timestamp: u64,
    line: String,
}

impl WitnessKey {
    /// The witness `name` (a schema-less URL by custom) with its Ed25519 public key.
    ///
    /// # Errors
    /// [`LogPolicyError::KeyName`] if `name` is empty or holds a space, a plus sign or a control character.
    pub fn new(name: &str, public_key: PublicKey) -> Result<Self, LogPolicyError> {
        NoteKey::new(name, SIGNATURE_TYPE, public_key).map(Self)
    }

    /// Name of the witness.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// Key id: `SHA-256(name || 0x0A || 0x04 || public key)[..4]`.
    #[must_use]
    pub const fn key_id(&self) -> [u8; 4] {
        self.0.key_id()
    }

    /// The bytes that a witness signs for the checkpoint `text` at `timestamp` (seconds since 1970).
    #[must_use]
    pub fn cosigned_message(timestamp: u64, text: &str) -> String {
        format!("cosignature/v1\ntime {timestamp}\n{text}")
    }

    /// The line that adds this witness's cosignature to a note.
    #[must_use]
    pub fn signature_line(&self, timestamp: u64, signature: &[u8; 64]) -> String {
        self.0.line(&[&timestamp.to_be_bytes()[..], signature].concat())
    }

    /// The latest valid cosignature of this witness; a junk line does not hide a valid one.
    pub(super) fn find_cosignature(&self, note: &SignedNote) -> Option<Cosignature> {
        let verified =
            |bytes: &'_ [u8]| self.verify(bytes, &note.text).map(|timestamp| (timestamp, self.0.line(bytes)));
        let (timestamp, line) = self.0.signatures(note).filter_map(verified).max()?;
        Some(Cosignature { witness: String::from(self.name()), timestamp, line })
    }

    /// Time of the cosignature that `line` carries, if it is this witness's over `text`.
    fn verify(&self, line: &[u8], text: &str) -> Option<u64> {
        let (timestamp, signature) = line.split_first_chunk()?;
        let timestamp = u64::from_be_bytes(*timestamp);
        if timestamp > MAX_TIMESTAMP {
            return None;
        }
        let message = Self::cosigned_message(timestamp, text);
        self.0.verify(&message, signature).ok()?;
        Some(timestamp)
    }
}

impl Cosignature {
    /// Name of the witness.
    #[must_use]
    pub fn witness(&self) -> &str {
        &self.witness
    }

    /// The line of the note that carries it, with its newline.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// When the witness says that it cosigned, in seconds since 1970. No clock was compared.
    #[must_use]
    pub const fn timestamp(&self) -> u64 {
        self.timestamp
    }
}
