//! OpenSSH's private key file, `openssh-key-v1`, as `ssh-keygen` writes and reads it.
//!
//! Source: `PROTOCOL.key` of OpenSSH. The file states its public key three times and its seed once; guards against a
//! file in which they differ, against a second key behind the first, and against a count of rounds that never ends.

mod wire;

use crate::{
    FreshBytes, KeyFileError, SecretKey,
    passphrase::{check, check_name},
    pem,
    secret_key::seed_from,
};
use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, StreamCipher, block_padding::NoPadding};
use core::ops::RangeInclusive;
use wire::{Reader, put};
use zeroize::Zeroizing;

const LABEL: &str = "OPENSSH PRIVATE KEY";
/// The line width of `ssh-keygen`.
const LINE_WIDTH: usize = 70;
const MAGIC: &[u8] = b"openssh-key-v1\0";
const ED25519: &[u8] = b"ssh-ed25519";
const NONE: &[u8] = b"none";
const BCRYPT: &[u8] = b"bcrypt";
const AES_CTR: &[u8] = b"aes256-ctr";
/// What `ssh-keygen` wrote before OpenSSH 8.
const AES_CBC: &[u8] = b"aes256-cbc";

/// Rounds of bcrypt-pbkdf that are accepted. `ssh-keygen` writes 16 or 24, `-a` asks for more.
const ROUNDS: RangeInclusive<u32> = 1..=512;
/// Rounds of a new file.
const NEW_ROUNDS: u32 = 64;
const BLOCK: usize = 16;
/// The block size that a file pads to when it is not locked.
const PLAIN_BLOCK: usize = 8;

/// Reads a file, locked or not. The locks are bcrypt-pbkdf with `aes256-ctr` or `aes256-cbc`.
///
/// # Errors
/// [`KeyFileError::Malformed`], [`KeyFileError::SeveralKeys`], [`KeyFileError::NotEd25519`] (also for a key in a
/// hardware token), [`KeyFileError::PassphraseRequired`], [`KeyFileError::PassphraseWrong`],
/// [`KeyFileError::Parameters`], [`KeyFileError::UnsupportedAlgorithm`], [`KeyFileError::PublicMismatch`] and
/// [`KeyFileError::Weak`].
pub fn read(file: &[u8], passphrase: Option<&[u8]>) -> Result<SecretKey, KeyFileError> {
    let bytes = pem::decode(file, LABEL)?;
    let bytes = bytes.strip_prefix(MAGIC).ok_or(KeyFileError::malformed("openssh magic"))?;
    let mut reader = Reader::new(bytes);
    let lock = Lock::read(&mut reader)?;
    let count = reader.number()?;
    if count != 1 {
        return Err(KeyFileError::SeveralKeys { count });
    }
    let stated = read_public(reader.string()?)?;
    let mut private = Zeroizing::new(reader.string()?.to_vec());
    reader.finish()?;
    if !private.len().is_multiple_of(lock.block()) {
        return Err(KeyFileError::malformed("openssh private part"));
    }
    let Some(cipher) = lock.cipher else {
        return read_private(&private, stated, KeyFileError::malformed("openssh check number"));
    };
    let passphrase = passphrase.ok_or(KeyFileError::PassphraseRequired)?;
    let (key, iv) = derive(passphrase, lock.salt, lock.rounds)?;
    match cipher {
        Cipher::Ctr => apply_ctr(&key, &iv, &mut private),
        Cipher::Cbc => {
            cbc::Decryptor::<Aes256>::new((&*key).into(), (&iv).into())
                .decrypt_padded::<NoPadding>(&mut private)
                .map_err(|_| KeyFileError::malformed("openssh private part"))?;
        }
    }
    read_private(&private, stated, KeyFileError::PassphraseWrong)
}

/// Writes a file that is not locked. `comment` is what `ssh-keygen -l` shows.
///
/// # Errors
/// [`KeyFileError::Name`] for a comment that is not 1 to 64 printable ASCII characters.
pub fn write(key: &SecretKey, comment: &str, fresh: FreshBytes) -> Result<Zeroizing<String>, KeyFileError> {
    let (_, check) = fresh.split();
    let private = private_part(key, comment, check_number(&check), PLAIN_BLOCK)?;
    assemble(key, NONE, NONE, &[], &private)
}

/// Writes a file locked with bcrypt-pbkdf (64 rounds) and `aes256-ctr`.
///
/// # Errors
/// [`KeyFileError::Name`], and those of [`passphrase::check`](crate::passphrase::check).
pub fn write_encrypted(
    key: &SecretKey,
    comment: &str,
    passphrase: &[u8],
    fresh: FreshBytes,
) -> Result<Zeroizing<String>, KeyFileError> {
    check(passphrase)?;
    let (salt, check) = fresh.split();
    let mut private = private_part(key, comment, check_number(&check), BLOCK)?;
    let (key_bytes, iv) = derive(passphrase, &salt, NEW_ROUNDS)?;
    apply_ctr(&key_bytes, &iv, &mut private);
    let mut options = Vec::new();
    put(&mut options, &salt);
    options.extend(NEW_ROUNDS.to_be_bytes());
    assemble(key, AES_CTR, BCRYPT, &options, &private)
}

/// How a file is locked: `ciphername`, `kdfname` and `kdfoptions`.
struct Lock<'a> {
    cipher: Option<Cipher>,
    salt: &'a [u8],
    rounds: u32,
}

enum Cipher {
    Ctr,
    Cbc,
}

impl<'a> Lock<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, KeyFileError> {
        let (cipher, kdf, options) = (reader.string()?, reader.string()?, reader.string()?);
        let cipher = match (cipher, kdf, options) {
            (NONE, NONE, []) => {
                return Ok(Self { cipher: None, salt: &[], rounds: 0 });
            }
            (NONE, ..) | (_, NONE, _) => return Err(KeyFileError::malformed("openssh cipher")),
            (AES_CTR, BCRYPT, _) => Cipher::Ctr,
            (AES_CBC, BCRYPT, _) => Cipher::Cbc,
            (_, BCRYPT, _) => return Err(KeyFileError::UnsupportedAlgorithm { kind: "cipher" }),
            _ => {
                return Err(KeyFileError::UnsupportedAlgorithm { kind: "key derivation" });
            }
        };
        let mut options = Reader::new(options);
        let (salt, rounds) = (options.string()?, options.number()?);
        options.finish()?;
        Ok(Self { cipher: Some(cipher), salt, rounds })
    }

    /// The size that the private part is padded to.
    fn block(&self) -> usize {
        if self.cipher.is_some() { BLOCK } else { PLAIN_BLOCK }
    }
}

/// The public part: the algorithm's name and the key.
fn read_public(part: &[u8]) -> Result<[u8; 32], KeyFileError> {
    let mut reader = Reader::new(part);
    if reader.string()? != ED25519 {
        return Err(KeyFileError::NotEd25519);
    }
    let key = reader.string()?;
    reader.finish()?;
    key.try_into().map_err(|_| KeyFileError::malformed("openssh public key"))
}

/// The private part, decrypted. Two equal check numbers tell a right passphrase from a wrong one.
fn read_private(part: &[u8], stated: [u8; 32], unequal: KeyFileError) -> Result<SecretKey, KeyFileError> {
    let mut reader = Reader::new(part);
    if reader.number()? != reader.number()? {
        return Err(unequal);
    }
    if reader.string()? != ED25519 {
        return Err(KeyFileError::malformed("openssh private part"));
    }
    let public = reader.string()?;
    let pair = reader.string()?;
    let _comment = reader.string()?;
    // The padding counts up from one: anything else is data that this reader does not know.
    if !reader.rest().iter().zip(1..).all(|(byte, count)| *byte == count) || reader.rest().len() >= BLOCK {
        return Err(KeyFileError::malformed("openssh padding"));
    }
    let (seed, tail) =
        pair.split_first_chunk::<32>().ok_or(KeyFileError::malformed("openssh private key"))?;
    let seed = seed_from(seed).ok_or(KeyFileError::malformed("openssh private key"))?;
    let key = SecretKey::from_pair(seed, stated)?;
    for copy in [public, tail] {
        let copy: [u8; 32] = copy.try_into().map_err(|_| KeyFileError::malformed("openssh public key"))?;
        if copy != stated {
            return Err(KeyFileError::PublicMismatch { stated: copy, derived: key.public_key() });
        }
    }
    Ok(key)
}

/// The private part before encryption, padded.
fn private_part(
    key: &SecretKey,
    comment: &str,
    check: [u8; 4],
    block: usize,
) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    check_name(comment)?;
    let public = key.public_key();
    // Large enough from the start, so that no reallocation leaves a copy behind.
    let mut part = Zeroizing::new(Vec::with_capacity(256));
    part.extend(check);
    part.extend(check);
    put(&mut part, ED25519);
    put(&mut part, &public);
    let mut pair = Zeroizing::new([0; 64]);
    for (to, from) in pair.iter_mut().zip(key.seed().iter().chain(&public)) {
        *to = *from;
    }
    put(&mut part, &*pair);
    put(&mut part, comment.as_bytes());
    for count in 1.. {
        if part.len().is_multiple_of(block) {
            break;
        }
        part.push(count);
    }
    Ok(part)
}

/// The whole file around the private part.
fn assemble(
    key: &SecretKey,
    cipher: &[u8],
    kdf: &[u8],
    kdf_options: &[u8],
    private: &[u8],
) -> Result<Zeroizing<String>, KeyFileError> {
    let mut public = Vec::new();
    put(&mut public, ED25519);
    put(&mut public, &key.public_key());
    let mut file = Zeroizing::new(Vec::with_capacity(1024));
    file.extend(MAGIC);
    put(&mut file, cipher);
    put(&mut file, kdf);
    put(&mut file, kdf_options);
    file.extend(1_u32.to_be_bytes());
    put(&mut file, &public);
    put(&mut file, private);
    pem::encode(LABEL, LINE_WIDTH, &file)
}

/// Derives the cipher's key and initialisation vector.
fn derive(
    passphrase: &[u8],
    salt: &[u8],
    rounds: u32,
) -> Result<(Zeroizing<[u8; 32]>, [u8; BLOCK]), KeyFileError> {
    if !ROUNDS.contains(&rounds) {
        return Err(KeyFileError::Parameters {
            name: "bcrypt rounds",
            found: rounds.into(),
            min: (*ROUNDS.start()).into(),
            max: (*ROUNDS.end()).into(),
        });
    }
    let malformed = KeyFileError::malformed("bcrypt salt");
    let mut derived = Zeroizing::new([0; 48]);
    bcrypt_pbkdf::bcrypt_pbkdf(passphrase, salt, rounds, &mut *derived).map_err(|_| malformed.clone())?;
    let (key, iv) = derived.split_first_chunk::<32>().ok_or(malformed.clone())?;
    Ok((Zeroizing::new(*key), iv.try_into().map_err(|_| malformed)?))
}

/// Encrypts or decrypts, which are the same in counter mode.
fn apply_ctr(key: &[u8; 32], iv: &[u8; BLOCK], data: &mut [u8]) {
    ctr::Ctr128BE::<Aes256>::new(key.into(), iv.into()).apply_keystream(data);
}

/// The check number of a new file, from its fresh bytes.
fn check_number(fresh: &[u8; 24]) -> [u8; 4] {
    let [a, b, c, d, ..] = *fresh;
    [a, b, c, d]
}

#[cfg(test)]
mod tests;
