//! From the bytes of any key file to a key.
//!
//! Guards against a file that is read as something it is not: the format follows from how the file begins, never from
//! what happens to parse, and every reader refuses what its format does not know.

use crate::{KeyFileError, SecretKey, jwk, locked, openssh, pem, pkcs8};
use serde::Deserialize;
use std::borrow::Cow;

/// The longest file that is read, in bytes: some hundred times what a single Ed25519 key takes.
pub const MAX_FILE_LEN: usize = 64 * 1024;

/// The formats that are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFileFormat {
    /// `-----BEGIN PRIVATE KEY-----`, not locked ([`pkcs8`]).
    Pkcs8,
    /// `-----BEGIN ENCRYPTED PRIVATE KEY-----`, locked with a passphrase ([`pkcs8`]).
    Pkcs8Encrypted,
    /// `-----BEGIN OPENSSH PRIVATE KEY-----`, locked or not ([`openssh`]).
    OpenSsh,
    /// A JSON Web Key, not locked ([`jwk`]).
    Jwk,
    /// Placet's own passphrase-locked file ([`locked`]).
    Locked,
}

/// The two members that tell the JSON formats apart; the reader of the format checks all of them.
#[derive(Deserialize)]
struct Probe<'a> {
    #[serde(borrow)]
    format: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kty: Option<Cow<'a, str>>,
}

/// Tells the format of a key file by its first line, or by its `format` or `kty` member.
///
/// White space around the file is ignored; any other text before the key is not.
///
/// # Errors
/// [`KeyFileError::TooLarge`], [`KeyFileError::UnknownFormat`], [`KeyFileError::Malformed`] for broken JSON, and for
/// files that are well known and of no use here: [`KeyFileError::PublicOnly`] and [`KeyFileError::NotEd25519`].
///
/// ```
/// use placet_keys::{KeyFileFormat, detect};
/// assert_eq!(detect(b"-----BEGIN PRIVATE KEY-----\nMC4CAQ"), Ok(KeyFileFormat::Pkcs8));
/// ```
pub fn detect(file: &[u8]) -> Result<KeyFileFormat, KeyFileError> {
    if file.len() > MAX_FILE_LEN {
        return Err(KeyFileError::TooLarge { length: file.len(), limit: MAX_FILE_LEN });
    }
    let file = file.trim_ascii();
    if file.starts_with(b"{") {
        return detect_json(file);
    }
    // `ssh-ed25519`, and `sk-ssh-ed25519@openssh.com` of a hardware token.
    if file.starts_with(b"ssh-") || file.starts_with(b"sk-ssh-") {
        return Err(KeyFileError::PublicOnly);
    }
    match pem::label(file) {
        Some(b"PRIVATE KEY") => Ok(KeyFileFormat::Pkcs8),
        Some(b"ENCRYPTED PRIVATE KEY") => Ok(KeyFileFormat::Pkcs8Encrypted),
        Some(b"OPENSSH PRIVATE KEY") => Ok(KeyFileFormat::OpenSsh),
        Some(b"PUBLIC KEY") => Err(KeyFileError::PublicOnly),
        Some(b"RSA PRIVATE KEY" | b"EC PRIVATE KEY" | b"DSA PRIVATE KEY") => Err(KeyFileError::NotEd25519),
        _ => Err(KeyFileError::UnknownFormat),
    }
}

fn detect_json(file: &[u8]) -> Result<KeyFileFormat, KeyFileError> {
    let probe: Probe = serde_json::from_slice(file).map_err(|_| KeyFileError::malformed("json"))?;
    match (probe.format.as_deref(), probe.kty) {
        (Some(locked::FORMAT), None) => Ok(KeyFileFormat::Locked),
        (None, Some(_)) => Ok(KeyFileFormat::Jwk),
        _ => Err(KeyFileError::UnknownFormat),
    }
}

/// Reads a key file of any format.
///
/// The passphrase is taken byte for byte, with no Unicode normalisation, and is ignored where the file is not locked.
/// An empty passphrase counts as none.
///
/// # Errors
/// Every [`KeyFileError`] that concerns reading; [`KeyFileError::PassphraseRequired`] is the one to ask and try again
/// on. Nothing is derived from the passphrase before the file's work factors are within bounds.
pub fn open(file: &[u8], passphrase: Option<&[u8]>) -> Result<SecretKey, KeyFileError> {
    let passphrase =
        passphrase.filter(|passphrase| !passphrase.is_empty()).ok_or(KeyFileError::PassphraseRequired);
    match detect(file)? {
        KeyFileFormat::Pkcs8 => pkcs8::read(file),
        KeyFileFormat::Pkcs8Encrypted => pkcs8::read_encrypted(file, passphrase?),
        KeyFileFormat::OpenSsh => openssh::read(file, passphrase.ok()),
        KeyFileFormat::Jwk => jwk::read(file),
        KeyFileFormat::Locked => locked::LockedKey::parse(file)?.unlock(passphrase?),
    }
}
