//! Checkpoints: the signed head of the tree (C2SP tlog-checkpoint).
//!
//! Guards against a head that the log did not sign, that is another log's, or that too few witnesses
//! saw. A [`Checkpoint`] exists only as the outcome of [`SignedCheckpoint::verify`].

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use base64ct::{Base64, Encoding};

use super::{
    CheckpointError, Cosignature, Hash, LogPolicy, LogPolicyError, ProofError, merkle,
    note::{NoteKey, SignedNote},
};
use crate::key::PublicKey;

/// Largest tree size that a checkpoint may state: 2⁵³ − 1, as for every integer in a Placet document.
pub const MAX_TREE_SIZE: u64 = (1 << 53) - 1;

const SIGNATURE_TYPE: u8 = 0x01;

/// The key with which a log signs its checkpoints: plain Ed25519, C2SP signature type 0x01.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey(pub(super) NoteKey);

impl LogKey {
    /// The key of the log under `name`, which by custom equals its origin.
    ///
    /// # Errors
    /// [`LogPolicyError::KeyName`] if `name` is empty or holds a space, a plus sign or a control character.
    pub fn new(name: &str, public_key: PublicKey) -> Result<Self, LogPolicyError> {
        NoteKey::new(name, SIGNATURE_TYPE, public_key).map(Self)
    }

    /// Name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// Key id: `SHA-256(name || 0x0A || 0x01 || public key)[..4]`.
    #[must_use]
    pub const fn key_id(&self) -> [u8; 4] {
        self.0.key_id()
    }

    /// The line that adds the log's signature over [`TreeHead::to_text`] to a note.
    #[must_use]
    pub fn signature_line(&self, signature: &[u8; 64]) -> String {
        self.0.line(signature)
    }

    fn verify(&self, note: &SignedNote) -> Result<(), CheckpointError> {
        let mut error = CheckpointError::LogSignatureMissing;
        for signature in self.0.signatures(note) {
            if self.0.verify(&note.text, signature).is_ok() {
                return Ok(());
            }
            error = CheckpointError::LogSignatureInvalid;
        }
        Err(error)
    }
}

/// What a checkpoint states: which log, how many leaves, which root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeHead {
    origin: String,
    size: u64,
    root: Hash,
}

impl TreeHead {
    /// The head of the log `origin` at `size` leaves.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`] if the origin is empty or holds a control character,
    /// [`CheckpointError::TreeSize`] above [`MAX_TREE_SIZE`].
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if !is_origin(origin) {
            return Err(CheckpointError::Origin);
        }
        if size > MAX_TREE_SIZE {
            return Err(CheckpointError::TreeSize);
        }
        Ok(Self { origin: origin.to_string(), size, root })
    }

    /// The text that the log signs: origin, size and root, a line each.
    ///
    /// ```
    /// use placet_core::ledger::{TreeHead, merkle::empty_root};
    ///
    /// let head = TreeHead::new("registry.example/ledger", 0, empty_root())?;
    /// assert_eq!(
    ///     head.to_text(),
    ///     "registry.example/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    /// );
    /// # Ok::<(), placet_core::ledger::CheckpointError>(())
    /// ```
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, Base64::encode_string(&self.root))
    }

    /// The note over this head with `signature_lines`, as [`LogKey::signature_line`] and
    /// [`WitnessKey::signature_line`](super::WitnessKey::signature_line) write them.
    #[must_use]
    pub fn to_note(&self, signature_lines: &[String]) -> String {
        format!("{}\n{}", self.to_text(), signature_lines.concat())
    }

    /// Parses the text of a note. Extension lines have no meaning here and are passed over; they are
    /// signed with the rest.
    fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::MissingLine)?.split('\n');
        if lines.clone().any(str::is_empty) {
            return Err(CheckpointError::EmptyLine);
        }
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::MissingLine);
        };
        let size = parse_size(size).ok_or(CheckpointError::TreeSize)?;
        let root = parse_root(root).ok_or(CheckpointError::RootHash)?;
        Self::new(origin, size, root)
    }
}

/// A note in the form of a checkpoint, with nothing verified: it shows nothing of what it states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    head: TreeHead,
    note: SignedNote,
}

impl SignedCheckpoint {
    /// Parses a signed note whose text is a checkpoint.
    ///
    /// Stricter than the specification in two points: no control character at all beside the newline
    /// (it excludes only those below U+0020), and tree sizes up to [`MAX_TREE_SIZE`].
    ///
    /// # Errors
    /// A [`CheckpointError`] that names what is not in the exact form.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(bytes)?;
        Ok(Self { head: TreeHead::parse(&note.text)?, note })
    }

    /// Verifies origin, the log's signature and the witnesses' cosignatures.
    ///
    /// Lines of unknown keys do not count. Neither does a line under a known name and key id that does
    /// not verify, and it does not block: whoever may carry a checkpoint may add junk to it, and one
    /// faulty witness must not outweigh a quorum. (signed-note asks here, with a SHOULD, to reject.)
    ///
    /// # Errors
    /// [`CheckpointError::OriginMismatch`], [`CheckpointError::LogSignatureMissing`],
    /// [`CheckpointError::LogSignatureInvalid`] or [`CheckpointError::WitnessThresholdNotMet`].
    pub fn verify(self, policy: &LogPolicy) -> Result<Checkpoint, CheckpointError> {
        if self.head.origin != policy.origin {
            return Err(CheckpointError::OriginMismatch);
        }
        policy.log.verify(&self.note)?;
        // One step a witness, not a line: however often it signed, it counts once.
        let cosignatures: Vec<_> =
            policy.witnesses.iter().filter_map(|key| key.find_cosignature(&self.note)).collect();
        if cosignatures.len() < policy.threshold {
            return Err(CheckpointError::WitnessThresholdNotMet {
                found: cosignatures.len(),
                required: policy.threshold,
            });
        }
        Ok(Checkpoint { head: self.head, text: self.note.text, cosignatures })
    }
}

/// A verified tree head: the log signed it and enough witnesses cosigned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    head: TreeHead,
    text: String,
    cosignatures: Vec<Cosignature>,
}

impl Checkpoint {
    /// Name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.head.origin
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.head.size
    }

    /// Root of the tree.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.head.root
    }

    /// The text that the log signed and that a witness cosigns, extension lines and all.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The counted cosignatures, one a witness, in the order of the log policy.
    #[must_use]
    pub fn cosignatures(&self) -> &[Cosignature] {
        &self.cosignatures
    }

    /// Verifies that the leaf over `data` is number `index` of the tree.
    ///
    /// # Errors
    /// As [`merkle::verify_inclusion`].
    pub fn verify_inclusion(&self, data: &[u8], index: u64, proof: &[Hash]) -> Result<(), ProofError> {
        merkle::verify_inclusion(&merkle::leaf_hash(data), index, self.size(), proof, self.root())
    }

    /// Verifies that the tree extends an earlier one.
    ///
    /// # Errors
    /// As [`merkle::verify_consistency`].
    pub fn verify_extends(
        &self,
        earlier_size: u64,
        earlier_root: &Hash,
        proof: &[Hash],
    ) -> Result<(), ProofError> {
        merkle::verify_consistency(earlier_size, earlier_root, self.size(), self.root(), proof)
    }
}

/// Whether a log can be called so.
pub(super) fn is_origin(origin: &str) -> bool {
    !origin.is_empty() && !origin.contains(char::is_control)
}

/// A decimal number in its one canonical form: digits, no sign, no leading zero.
fn parse_size(digits: &str) -> Option<u64> {
    let canonical = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    digits.parse().ok().filter(|_| canonical)
}

fn parse_root(encoded: &str) -> Option<Hash> {
    Base64::decode_vec(encoded).ok()?.try_into().ok()
}
