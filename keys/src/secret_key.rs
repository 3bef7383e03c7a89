//! An Ed25519 secret key in memory.
//!
//! Guards the seed: it is wiped when the key is dropped, it cannot be printed, cloned, compared or serialised, and the
//! only ways out of this crate are the file writers. Source: RFC 8032 §5.1.

use crate::KeyFileError;
use core::fmt;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// What [`SecretKey::self_test`] signs. No Placet document begins like this: envelopes sign `DSSEv1 …`.
const SELF_TEST_MESSAGE: &[u8] = b"placet key self-test, not a document";

/// An Ed25519 secret key, wiped from memory when it is dropped.
///
/// ```
/// use placet_keys::SecretKey;
/// use zeroize::Zeroizing;
///
/// // The secret key of RFC 8032 §7.1, test 1.
/// # fn unhex(s: &str) -> [u8; 32] {
/// #     core::array::from_fn(|i| u8::from_str_radix(&s[2 * i..2 * i + 2], 16).unwrap())
/// # }
/// let seed = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
/// let key = SecretKey::from_seed(Zeroizing::new(seed))?;
/// assert_eq!(key.public_key()[..4], [0xd7, 0x5a, 0x98, 0x01]);
/// assert_eq!(key.sign(b"")[..4], [0xe5, 0x56, 0x43, 0x00]);
/// # Ok::<(), placet_keys::KeyFileError>(())
/// ```
///
/// A secret cannot be copied by accident:
///
/// ```compile_fail
/// fn copy(key: &placet_keys::SecretKey) -> placet_keys::SecretKey {
///     key.clone()
/// }
/// ```
pub struct SecretKey {
    /// Boxed, so that moving a `SecretKey` copies a pointer and leaves no seed behind on the stack.
    key: Box<SigningKey>,
}

impl SecretKey {
    /// Makes a key of 32 bytes drawn from a cryptographic random generator.
    ///
    /// # Errors
    /// [`KeyFileError::Weak`] if the seed is one byte repeated: a buffer that no generator has filled.
    #[expect(clippy::needless_pass_by_value, reason = "taking the seed wipes the caller's copy")]
    pub fn from_seed(seed: Zeroizing<[u8; 32]>) -> Result<Self, KeyFileError> {
        let first = seed.first();
        if seed.iter().all(|byte| Some(byte) == first) {
            return Err(KeyFileError::Weak);
        }
        Ok(Self { key: Box::new(SigningKey::from_bytes(&seed)) })
    }

    /// The public key: the 32 bytes of RFC 8032 §5.1.5.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Signs `message` with Ed25519 (pure, no context), RFC 8032 §5.1.6.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// Signs a fixed text and verifies the signature as strictly as a verifier does.
    ///
    /// # Errors
    /// [`KeyFileError::SelfTestFailed`] if the signature does not verify.
    pub fn self_test(&self) -> Result<(), KeyFileError> {
        VerifyingKey::from_bytes(&self.public_key())
            .and_then(|public_key| {
                let signature = Signature::from_bytes(&self.sign(SELF_TEST_MESSAGE));
                public_key.verify_strict(SELF_TEST_MESSAGE, &signature)
            })
            .map_err(|_| KeyFileError::SelfTestFailed)
    }

    /// The seed, for the file writers of this crate.
    pub(crate) fn seed(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The seed of a file together with what the file states as its public key.
    pub(crate) fn from_pair(seed: Zeroizing<[u8; 32]>, stated: [u8; 32]) -> Result<Self, KeyFileError> {
        let key = Self::from_seed(seed)?;
        let derived = key.public_key();
        if stated == derived {
            Ok(key)
        } else if VerifyingKey::from_bytes(&stated).is_ok_and(|key| key.is_weak()) {
            // A small-order key verifies every message in a lax verifier: no accident, name it as what it is.
            Err(KeyFileError::Weak)
        } else {
            Err(KeyFileError::PublicMismatch { stated, derived })
        }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").finish_non_exhaustive()
    }
}

/// Copies a slice into a seed that wipes itself.
pub(crate) fn seed_from(bytes: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut seed = Zeroizing::new([0; 32]);
    if bytes.len() != seed.len() {
        return None;
    }
    seed.copy_from_slice(bytes);
    Some(seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::Verifier;

    const SEED: [u8; 32] = *b"placet test-only seed, no secret";

    fn key() -> SecretKey {
        SecretKey::from_seed(Zeroizing::new(SEED)).unwrap()
    }

    #[test]
    fn unfilled_buffer_is_no_seed() {
        for byte in [0, 7, 255] {
            let error = SecretKey::from_seed(Zeroizing::new([byte; 32])).unwrap_err();
            assert_eq!(error, KeyFileError::Weak);
        }
    }

    #[test]
    fn dropped_key_stays_in_memory() {
        // Wiping cannot be watched from safe code: that the type which holds the seed promises it is what is checked.
        fn promises<T: zeroize::ZeroizeOnDrop>() {}
        promises::<SigningKey>();
    }

    #[test]
    fn debug_output_tells_no_secret() {
        assert_eq!(format!("{:?}", key()), "SecretKey { .. }");
    }

    #[test]
    fn self_test_and_signature_verify() {
        let key = key();
        key.self_test().unwrap();
        let public_key = VerifyingKey::from_bytes(&key.public_key()).unwrap();
        let signature = Signature::from_bytes(&key.sign(b"message"));
        public_key.verify_strict(b"message", &signature).unwrap();
        assert!(public_key.verify(b"massage", &signature).is_err());
    }

    #[test]
    fn stated_public_key_must_be_the_derived_one() {
        let pair = |stated| SecretKey::from_pair(Zeroizing::new(SEED), stated).map(|_| ());
        let derived = key().public_key();
        assert_eq!(pair(derived), Ok(()));
        let mut stated = derived;
        stated[31] ^= 1;
        assert_eq!(pair(stated), Err(KeyFileError::PublicMismatch { stated, derived }));
        // The identity, of order 1.
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(pair(identity), Err(KeyFileError::Weak));
    }
}
