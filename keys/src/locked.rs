//! Placet's own passphrase-locked key file, `placet-locked-key-v1`.
//!
//! Guards a seed at rest: in a browser's storage, on a disk, in a backup. The passphrase goes through Argon2id
//! (RFC 9106), the result is the key of XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), and the file's name and public
//! key are its associated data, so that a name cannot be moved to another key.
//!
//! A file is one flat JSON object with exactly these members, bytes in padded base64:
//!
//! ```json
//! {
//!   "format": "placet-locked-key-v1",
//!   "name": "laptop",
//!   "public_key": "32 bytes",
//!   "kdf": "argon2id",
//!   "memory_kib": 65536,
//!   "iterations": 3,
//!   "parallelism": 1,
//!   "salt": "16 bytes",
//!   "cipher": "xchacha20-poly1305",
//!   "nonce": "24 bytes",
//!   "ciphertext": "48 bytes: the seed and the tag"
//! }
//! ```
//!
//! The associated data is the text of `format`, a zero byte, the 32 bytes of the public key, and the name. The work
//! factors need not be part of it: other factors derive another key.

use crate::{
    FreshBytes, KeyFileError, SecretKey,
    passphrase::{check, check_name},
};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64ct::{Base64, Encoding};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, aead::AeadInOut};
use core::{fmt, ops::RangeInclusive};
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

/// The value of the `format` member.
pub const FORMAT: &str = "placet-locked-key-v1";

const KDF: &str = "argon2id";
const CIPHER: &str = "xchacha20-poly1305";

/// The memory that a new file takes to unlock, in KiB (64 MiB).
pub const MEMORY_KIB: u32 = 64 * 1024;
/// The passes over that memory.
pub const ITERATIONS: u32 = 3;
/// The lanes of that memory.
pub const PARALLELISM: u32 = 1;

/// Accepted memory in KiB: never less than new files take, and no more than a phone's browser can give.
pub const MEMORY_KIB_RANGE: RangeInclusive<u32> = MEMORY_KIB..=256 * 1024;
/// Accepted passes.
pub const ITERATIONS_RANGE: RangeInclusive<u32> = ITERATIONS..=10;
/// Accepted lanes.
pub const PARALLELISM_RANGE: RangeInclusive<u32> = PARALLELISM..=4;

/// A locked key file, read and checked but not opened.
///
/// Its name and public key are claims until [`unlock`](Self::unlock) succeeds: show them to tell files apart, decide
/// nothing by them.
#[derive(Clone, PartialEq, Eq)]
pub struct LockedKey {
    name: String,
    public_key: [u8; 32],
    work: Work,
    salt: [u8; 16],
    nonce: [u8; 24],
    ciphertext: [u8; 32],
    tag: [u8; 16],
}

/// The work factors of Argon2id, within bounds.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Work {
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
}

/// The JSON object. It is flat because a derived reader would take an array for a nested object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[expect(dead_code, reason = "`detect` checks it; every known member is named here")]
    format: String,
    name: String,
    public_key: String,
    kdf: String,
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
    salt: String,
    cipher: String,
    nonce: String,
    ciphertext: String,
}

impl LockedKey {
    /// Locks `key` under `passphrase`, with the work factors of this version.
    ///
    /// Takes a few hundred milliseconds and 64 MiB, as unlocking does.
    ///
    /// # Errors
    /// [`KeyFileError::Name`] (1 to 64 printable ASCII characters, no space at either end), the errors of
    /// [`passphrase::check`](crate::passphrase::check), and [`KeyFileError::OutOfMemory`].
    pub fn lock(
        key: &SecretKey,
        name: &str,
        passphrase: &[u8],
        fresh: FreshBytes,
    ) -> Result<Self, KeyFileError> {
        check_name(name)?;
        check(passphrase)?;
        let (salt, nonce) = fresh.split();
        let work = Work { memory_kib: MEMORY_KIB, iterations: ITERATIONS, parallelism: PARALLELISM };
        let public_key = key.public_key();
        let mut seed = Zeroizing::new(*key.seed());
        let tag = work
            .cipher(passphrase, &salt)?
            .encrypt_inout_detached(
                &nonce.into(),
                &associated_data(name, &public_key),
                seed.as_mut_slice().into(),
            )
            .map_err(|_| KeyFileError::malformed("ciphertext"))?;
        Ok(Self { name: name.to_owned(), public_key, work, salt, nonce, ciphertext: *seed, tag: tag.into() })
    }

    /// Reads a file without opening it.
    ///
    /// # Errors
    /// [`KeyFileError::TooLarge`], [`KeyFileError::UnknownFormat`] if `format` is another one,
    /// [`KeyFileError::Malformed`] for JSON with other, missing or repeated members, [`KeyFileError::Name`],
    /// [`KeyFileError::Parameters`] for work factors out of bounds, and [`KeyFileError::UnsupportedAlgorithm`].
    pub fn parse(file: &[u8]) -> Result<Self, KeyFileError> {
        if crate::detect(file)? != crate::KeyFileFormat::Locked {
            return Err(KeyFileError::UnknownFormat);
        }
        let document: Document = serde_json::from_slice(file).map_err(|_| KeyFileError::malformed("json"))?;
        if document.kdf != KDF {
            return Err(KeyFileError::UnsupportedAlgorithm { kind: "key derivation" });
        }
        if document.cipher != CIPHER {
            return Err(KeyFileError::UnsupportedAlgorithm { kind: "cipher" });
        }
        check_name(&document.name)?;
        let work = Work {
            memory_kib: bounded("memory_kib", document.memory_kib, &MEMORY_KIB_RANGE)?,
            iterations: bounded("iterations", document.iterations, &ITERATIONS_RANGE)?,
            parallelism: bounded("parallelism", document.parallelism, &PARALLELISM_RANGE)?,
        };
        let sealed: [u8; 48] = decode(&document.ciphertext, "ciphertext")?;
        let (ciphertext, tag) = split(&sealed).ok_or(KeyFileError::malformed("ciphertext"))?;
        Ok(Self {
            public_key: decode(&document.public_key, "public_key")?,
            work,
            salt: decode(&document.salt, "salt")?,
            nonce: decode(&document.nonce, "nonce")?,
            ciphertext,
            tag,
            name: document.name,
        })
    }

    /// The name that the file gives its key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key that the file states.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.public_key
    }

    /// Opens the file. The key's name and public key are then proven to be those that were locked with it.
    ///
    /// # Errors
    /// [`KeyFileError::PassphraseWrong`], also for a file that was altered after it was locked,
    /// [`KeyFileError::OutOfMemory`], [`KeyFileError::PublicMismatch`] and [`KeyFileError::Weak`].
    pub fn unlock(&self, passphrase: &[u8]) -> Result<SecretKey, KeyFileError> {
        let associated_data = associated_data(&self.name, &self.public_key);
        let mut seed = Zeroizing::new(self.ciphertext);
        self.work
            .cipher(passphrase, &self.salt)?
            .decrypt_inout_detached(
                &self.nonce.into(),
                &associated_data,
                seed.as_mut_slice().into(),
                &self.tag.into(),
            )
            .map_err(|_| KeyFileError::PassphraseWrong)?;
        SecretKey::from_pair(seed, self.public_key)
    }

    /// The file's text, for the disk, the browser's storage and the backup.
    #[must_use]
    pub fn to_json(&self) -> String {
        let sealed = [self.ciphertext.as_slice(), &self.tag].concat();
        format!(
            r#"{{
  "format": "{FORMAT}",
  "name": {name},
  "public_key": "{public_key}",
  "kdf": "{KDF}",
  "memory_kib": {memory_kib},
  "iterations": {iterations},
  "parallelism": {parallelism},
  "salt": "{salt}",
  "cipher": "{CIPHER}",
  "nonce": "{nonce}",
  "ciphertext": "{ciphertext}"
}}
"#,
            name = serde_json::Value::from(self.name.as_str()),
            public_key = Base64::encode_string(&self.public_key),
            memory_kib = self.work.memory_kib,
            iterations = self.work.iterations,
            parallelism = self.work.parallelism,
            salt = Base64::encode_string(&self.salt),
            nonce = Base64::encode_string(&self.nonce),
            ciphertext = Base64::encode_string(&sealed),
        )
    }
}

impl fmt::Debug for LockedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockedKey").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Work {
    /// Derives the cipher's key. The memory holds what the key follows from, so it is wiped, too.
    fn cipher(self, passphrase: &[u8], salt: &[u8; 16]) -> Result<XChaCha20Poly1305, KeyFileError> {
        let out_of_memory = KeyFileError::OutOfMemory { needed_kib: self.memory_kib };
        let malformed = |_| KeyFileError::malformed("argon2id");
        let params =
            Params::new(self.memory_kib, self.iterations, self.parallelism, Some(32)).map_err(malformed)?;
        // A machine without the memory gets an error and not an abort.
        let mut memory = Vec::new();
        memory.try_reserve_exact(params.block_count()).map_err(|_| out_of_memory)?;
        memory.resize(params.block_count(), Block::new());
        let mut memory = Zeroizing::new(memory);
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(passphrase, salt, key.as_mut_slice(), memory.as_mut_slice())
            .map_err(malformed)?;
        let mut cipher_key = (*key).into();
        let cipher = XChaCha20Poly1305::new(&cipher_key);
        cipher_key.zeroize();
        Ok(cipher)
    }
}

/// What the tag covers besides the seed.
fn associated_data(name: &str, public_key: &[u8; 32]) -> Vec<u8> {
    [FORMAT.as_bytes(), b"\0", public_key, name.as_bytes()].concat()
}

fn bounded(name: &'static str, found: u32, range: &RangeInclusive<u32>) -> Result<u32, KeyFileError> {
    if range.contains(&found) {
        return Ok(found);
    }
    Err(KeyFileError::Parameters {
        name,
        found: found.into(),
        min: (*range.start()).into(),
        max: (*range.end()).into(),
    })
}

/// Decodes padded base64 of exactly `N` bytes.
fn decode<const N: usize>(text: &str, part: &'static str) -> Result<[u8; N], KeyFileError> {
    Base64::decode_vec(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(KeyFileError::malformed(part))
}

/// Splits the sealed bytes into ciphertext and tag.
fn split(sealed: &[u8; 48]) -> Option<([u8; 32], [u8; 16])> {
    let (ciphertext, tag) = sealed.split_first_chunk()?;
    Some((*ciphertext, tag.try_into().ok()?))
}

#[cfg(test)]
mod tests;
