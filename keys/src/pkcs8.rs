//! PKCS#8 in PEM, as OpenSSL and Node write and read it.
//!
//! RFC 5208 and RFC 5958 for the structure, RFC 8410 for Ed25519 in it, RFC 8018 for the lock (PBES2).
//! Guards against a stated public key that is another one, and against a lock whose work factors exhaust the machine.
//!
//! A locked file carries no authentication: a reader cannot tell a wrong passphrase from an altered file, and a file
//! altered with care opens to another key. Compare the public key with the expected one before use.

mod pbes2;

use crate::{FreshBytes, KeyFileError, SecretKey, passphrase::check, pem, secret_key::seed_from};
use ::pkcs8::{
    AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef,
    der::{Decode, Encode, asn1::OctetStringRef},
};
use zeroize::Zeroizing;

pub use pbes2::Derivation;

const PLAIN_LABEL: &str = "PRIVATE KEY";
const LOCKED_LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// The line width that RFC 7468 §2 demands.
const LINE_WIDTH: usize = 64;

/// `id-Ed25519`, RFC 8410 §3.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Reads a file that is not locked, of version 1, or of version 2 with its public key.
///
/// # Errors
/// [`KeyFileError::Malformed`], [`KeyFileError::NotEd25519`], [`KeyFileError::PublicMismatch`] and
/// [`KeyFileError::Weak`].
pub fn read(file: &[u8]) -> Result<SecretKey, KeyFileError> {
    from_der(&pem::decode(file, PLAIN_LABEL)?)
}

/// Reads a file locked with PBES2: scrypt, or PBKDF2 with HMAC-SHA-256, -384 or -512; AES-CBC with 128, 192 or 256
/// bits. Work factors are bounded from above alone: OpenSSL's own default is low.
///
/// # Errors
/// Those of [`read`], and [`KeyFileError::PassphraseWrong`], [`KeyFileError::Parameters`],
/// [`KeyFileError::UnsupportedAlgorithm`].
pub fn read_encrypted(file: &[u8], passphrase: &[u8]) -> Result<SecretKey, KeyFileError> {
    let der = pem::decode(file, LOCKED_LABEL)?;
    let info = EncryptedPrivateKeyInfoRef::from_der(&der).map_err(pbes2::refusal)?;
    let scheme =
        info.encryption_algorithm.pbes2().ok_or(KeyFileError::UnsupportedAlgorithm { kind: "scheme" })?;
    let mut data = Zeroizing::new(info.encrypted_data.as_bytes().to_vec());
    let plain = pbes2::decrypt(scheme, passphrase, &mut data)?;
    from_der(plain).map_err(|error| match error {
        // One in 256 wrong passphrases leaves padding that looks right, and noise before it.
        KeyFileError::Malformed { .. } => KeyFileError::PassphraseWrong,
        error => error,
    })
}

/// Writes a file that is not locked, of version 1, byte for byte as OpenSSL does.
///
/// # Errors
/// None in practice; encoding to memory is fallible in type only.
pub fn write(key: &SecretKey) -> Result<Zeroizing<String>, KeyFileError> {
    pem::encode(PLAIN_LABEL, LINE_WIDTH, &to_der(key)?)
}

/// Writes a file locked with PBES2 and AES-256-CBC, which OpenSSL and Node read.
///
/// # Errors
/// Those of [`passphrase::check`](crate::passphrase::check).
pub fn write_encrypted(
    key: &SecretKey,
    passphrase: &[u8],
    derivation: Derivation,
    fresh: FreshBytes,
) -> Result<Zeroizing<String>, KeyFileError> {
    check(passphrase)?;
    let malformed = |_| KeyFileError::malformed("pkcs8");
    let (scheme, data) = pbes2::encrypt(derivation, passphrase, &to_der(key)?, fresh)?;
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: scheme.into(),
        encrypted_data: OctetStringRef::new(&data).map_err(malformed)?,
    };
    pem::encode(LOCKED_LABEL, LINE_WIDTH, &info.to_der().map_err(malformed)?)
}

/// Reads a `OneAsymmetricKey`, whose key is an octet string in an octet string (RFC 8410 §7).
fn from_der(der: &[u8]) -> Result<SecretKey, KeyFileError> {
    let malformed = |_| KeyFileError::malformed("pkcs8");
    let info = PrivateKeyInfoRef::from_der(der).map_err(malformed)?;
    if info.algorithm.oid != ED25519 {
        return Err(KeyFileError::NotEd25519);
    }
    // RFC 8410 §3: the parameters must be absent.
    if info.algorithm.parameters.is_some() {
        return Err(KeyFileError::malformed("pkcs8 algorithm"));
    }
    let inner = <&OctetStringRef>::from_der(info.private_key.as_bytes()).map_err(malformed)?;
    let seed = seed_from(inner.as_bytes()).ok_or(KeyFileError::malformed("pkcs8 private key"))?;
    let Some(stated) = info.public_key else {
        return SecretKey::from_seed(seed);
    };
    let stated = stated
        .as_bytes()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(KeyFileError::malformed("pkcs8 public key"))?;
    SecretKey::from_pair(seed, stated)
}

/// Writes a `OneAsymmetricKey` of version 1, which every reader knows.
fn to_der(key: &SecretKey) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let malformed = |_| KeyFileError::malformed("pkcs8");
    let seed = OctetStringRef::new(key.seed()).map_err(malformed)?;
    let inner = Zeroizing::new(seed.to_der().map_err(malformed)?);
    let algorithm = AlgorithmIdentifierRef { oid: ED25519, parameters: None };
    let private_key = OctetStringRef::new(&inner).map_err(malformed)?;
    let info = PrivateKeyInfoRef::new(algorithm, private_key);
    info.to_der().map(Zeroizing::new).map_err(malformed)
}

#[cfg(test)]
mod tests;
