//! Signed notes: a text and the signature lines below it (C2SP signed-note).
//!
//! Guards against two readings of one note: anything but the exact form is refused whole. The text
//! stays inside the ledger module until a signature of a known key has been verified.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use super::{CheckpointError, LogPolicyError};
use crate::{code::Code, key::PublicKey};

/// Longest note that is read, in bytes: room for [`MAX_NOTE_SIGNATURES`] of the largest kinds in use.
pub const MAX_NOTE_BYTES: usize = 512 * 1024;
/// Most signature lines that are read, as in the Go project's reader; the specification asks for 16 at least.
pub const MAX_NOTE_SIGNATURES: usize = 100;

const SIGNATURE_PREFIX: &str = "— ";
const KEY_ID_LENGTH: usize = 4;

/// A note in its exact form, with nothing verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignedNote {
    /// The signed text with its final newline.
    pub(super) text: String,
    pub(super) signatures: Vec<NoteSignature>,
}

/// What a signature line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoteSignature {
    name: String,
    key_id: [u8; KEY_ID_LENGTH],
    signature: Vec<u8>,
}

impl SignedNote {
    /// Parses a note: text, blank line, signature lines, each ending in a newline.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(CheckpointError::TooLong { found: bytes.len(), limit: MAX_NOTE_BYTES });
        }
        let note = core::str::from_utf8(bytes)
            .map_err(|error| CheckpointError::NotUtf8 { valid_up_to: error.valid_up_to() })?;
        if let Some((offset, _)) = note.char_indices().find(|(_, c)| c.is_control() && *c != '\n') {
            return Err(CheckpointError::ControlCharacter { offset });
        }

        // The last blank line divides, since the text may hold blank lines and signatures may not.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(CheckpointError::Unsigned)?;
        if lines.is_empty() {
            return Err(CheckpointError::Unsigned);
        }
        let mut signatures = Vec::new();
        for (number, line) in (1..).zip(lines.split_inclusive('\n')) {
            if number > MAX_NOTE_SIGNATURES {
                return Err(CheckpointError::TooManySignatures { limit: MAX_NOTE_SIGNATURES });
            }
            let signature = NoteSignature::parse(line).ok_or(CheckpointError::SignatureLine { number })?;
            signatures.push(signature);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let line = line.strip_prefix(SIGNATURE_PREFIX)?.strip_suffix('\n')?;
        let (name, encoded) = line.split_once(' ')?;
        let bytes = Base64::decode_vec(encoded).ok()?;
        let (key_id, signature) = bytes.split_first_chunk()?;
        (is_key_name(name) && !signature.is_empty()).then(|| Self {
            name: name.to_string(),
            key_id: *key_id,
            signature: signature.to_vec(),
        })
    }
}

/// A key that signs notes under a name: the log's or a witness's.
///
/// Name and key id together tell whose signature a line is; the id depends on the kind of signature,
/// so that one kind can never be taken for the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoteKey {
    name: String,
    key_id: [u8; KEY_ID_LENGTH],
    public_key: PublicKey,
}

impl NoteKey {
    /// A key whose signatures are of the kind `signature_type`.
    pub(super) fn new(name: &str, signature_type: u8, public_key: PublicKey) -> Result<Self, LogPolicyError> {
        if !is_key_name(name) {
            return Err(LogPolicyError::KeyName);
        }
        let hash: [u8; 32] = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', signature_type])
            .chain_update(public_key.as_bytes())
            .finalize()
            .into();
        let [a, b, c, d, ..] = hash;
        Ok(Self { name: name.to_string(), key_id: [a, b, c, d], public_key })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) const fn key_id(&self) -> [u8; KEY_ID_LENGTH] {
        self.key_id
    }

    pub(super) const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The signature bytes of every line under this key's name and id.
    pub(super) fn signatures<'a>(&self, note: &'a SignedNote) -> impl Iterator<Item = &'a [u8]> {
        note.signatures
            .iter()
            .filter(|line| line.name == self.name && line.key_id == self.key_id)
            .map(|line| line.signature.as_slice())
    }

    /// Verifies that `signature` over `message` is this key's.
    pub(super) fn verify(&self, message: &str, signature: &[u8]) -> Result<(), Code> {
        self.public_key.verify(message.as_bytes(), signature)
    }

    /// The line that carries `signature`, with its newline.
    pub(super) fn line(&self, signature: &[u8]) -> String {
        let bytes = [&self.key_id[..], signature].concat();
        format!("{SIGNATURE_PREFIX}{} {}\n", self.name, Base64::encode_string(&bytes))
    }
}

/// Whether a note can name a key so: not empty, no Unicode space, no plus sign, no control character.
fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}
