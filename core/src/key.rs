//! Ed25519 public keys (RFC 8032): accepted in one encoding only, named by what they are.

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use base64ct::{Base64Unpadded, Encoding as _};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

use crate::{
    code::Code,
    digest::{Digest, hex, parse_hex32},
    error::ParseError,
};

/// What stands before the 32 key bytes in the DER `SubjectPublicKeyInfo` of an Ed25519 key (RFC 8410 §4).
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The id of a key: the SHA-256 of its DER `SubjectPublicKeyInfo`, recomputed from the key and never taken on trust.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Digest);

impl KeyId {
    /// Reads `sha256:` and 64 lower-case hex digits; anything else is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Digest::parse(text).map(Self)
    }

    /// The id that is this digest.
    #[must_use]
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest that the id is.
    #[must_use]
    pub const fn digest(self) -> Digest {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A public key in the one canonical encoding of a point that is not of small order.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: KeyId,
}

impl PublicKey {
    /// Accepts 32 bytes that are the canonical encoding of a point (RFC 8032 §5.1.3).
    ///
    /// # Errors
    ///
    /// [`Code::InvalidPublicKey`] where they encode no point, or in another than its canonical way;
    /// [`Code::SmallOrderKey`] where the point is of small order, as then every message has a valid signature.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, ParseError> {
        let refuse = |code| ParseError::invalid("public_key", code);
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| refuse(Code::InvalidPublicKey))?;
        if key.is_weak() {
            return Err(refuse(Code::SmallOrderKey));
        }
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(refuse(Code::InvalidPublicKey));
        }
        let mut spki = Sha256::new();
        spki.update(SPKI_PREFIX);
        spki.update(bytes);
        let id = KeyId(Digest::from_bytes(spki.finalize().into()));
        Ok(Self { key, id })
    }

    /// Reads 64 lower-case hex digits.
    ///
    /// # Errors
    ///
    /// As [`Self::from_bytes`].
    pub fn parse_hex(text: &str) -> Result<Self, ParseError> {
        let bytes = parse_hex32(text).ok_or(ParseError::invalid("public_key", Code::InvalidPublicKey))?;
        Self::from_bytes(&bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The 64 lower-case hex digits by which a policy names the key.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex(self.as_bytes())
    }

    /// The id by which a signature names the key.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.id
    }

    /// The fingerprint as `ssh-keygen -l` prints it: `SHA256:` and unpadded base64. It is another hash than the key id.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", Base64Unpadded::encode_string(self.ssh_digest().as_bytes()))
    }

    /// The fingerprint as eight words to read out aloud.
    #[must_use]
    pub fn words(&self) -> String {
        words(&self.ssh_digest())
    }

    /// SHA-256 over the key as ssh encodes it (RFC 8709 §4): two length-prefixed strings.
    fn ssh_digest(&self) -> Digest {
        let mut blob = Vec::with_capacity(51);
        blob.extend_from_slice(b"\0\0\0\x0bssh-ed25519\0\0\0\x20");
        blob.extend_from_slice(self.as_bytes());
        Digest::of(&blob)
    }

    /// Verifies a signature as [`verify_signature`] does.
    ///
    /// # Errors
    ///
    /// [`Code::SignatureMalformed`] or [`Code::SignatureInvalid`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Code> {
        verify_strict(&self.key, message, signature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

/// Whoever holds a secret key and signs with it: a key in memory, a token, a service.
pub trait Signer {
    /// The public half of the key.
    fn public_key(&self) -> &PublicKey;

    /// The Ed25519 signature over `message` (RFC 8032 §5.1.6).
    fn sign(&self, message: &[u8]) -> [u8; 64];
}

/// Verifies one Ed25519 signature exactly as `verify_strict` of ed25519-dalek: cofactorless, `S` canonical, neither the
/// key nor `R` of small order.
///
/// A low-level check for auditors: it knows no policy, so a valid signature alone proves nothing about entitlement.
///
/// # Errors
///
/// [`Code::InvalidPublicKey`], [`Code::SmallOrderKey`], [`Code::SignatureMalformed`] (not 64 bytes) or
/// [`Code::SignatureInvalid`].
pub fn verify_signature(public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Code> {
    let key = VerifyingKey::try_from(public_key).map_err(|_| Code::InvalidPublicKey)?;
    if key.is_weak() {
        return Err(Code::SmallOrderKey);
    }
    verify_strict(&key, message, signature)
}

/// The only place where a signature is verified.
fn verify_strict(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> Result<(), Code> {
    let signature = signature.try_into().map_err(|_| Code::SignatureMalformed)?;
    key.verify_strict(message, &signature).map_err(|_| Code::SignatureInvalid)
}

/// The first 88 bits of a digest as eight words of the English BIP-39 list, to compare by eye or ear.
///
/// ```
/// use placet_core::{digest::Digest, key::words};
///
/// assert_eq!(words(&Digest::of(b"")).split(' ').count(), 8);
/// ```
#[must_use]
pub fn words(digest: &Digest) -> String {
    let list = bip39::Language::English.word_list();
    let bits = digest.as_bytes().iter().take(11);
    let mut number = bits.fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    let mut words = Vec::with_capacity(8);
    for _ in 0..8 {
        let index = usize::try_from(number & 0x7FF).unwrap_or_default();
        words.extend(list.get(index).copied());
        number >>= 11;
    }
    words.reverse();
    words.join(" ")
}

#[cfg(test)]
mod tests;
