//! The lock of PKCS#8: PBES2 of RFC 8018, with scrypt as in RFC 7914 §7.
//!
//! Guards against work factors that exhaust memory or time, and against those that the primitives below do not expect
//! at all (a cost of zero, one that is no power of two): everything is checked before anything is derived.

use crate::{FreshBytes, KeyFileError};
use ::pkcs8::{
    der,
    pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params, Pbkdf2Prf, Salt, ScryptParams},
};
use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::{
    BlockCipherDecrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit, block_padding::Pkcs7,
};
use core::ops::RangeInclusive;
use pbkdf2::pbkdf2_hmac;
use sha2::{Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

/// PBKDF2 iterations that are accepted: at the most some seconds of work.
const ITERATIONS: RangeInclusive<u64> = 1..=5_000_000;
/// scrypt memory in KiB (128·N·r bytes) that is accepted; OpenSSL itself reads up to 32 MiB.
const SCRYPT_KIB: RangeInclusive<u64> = 1..=64 * 1024;
/// scrypt parallelism that is accepted.
const SCRYPT_P: RangeInclusive<u64> = 1..=16;
const BLOCK: usize = 16;

/// How a new file's passphrase becomes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// scrypt with N = 2¹⁴, r = 8, p = 5: the strongest common choice within the 32 MiB that OpenSSL reads.
    Scrypt,
    /// PBKDF2 with HMAC-SHA-256 and 600 000 iterations, for readers that know no scrypt.
    Pbkdf2,
}

/// Why a structure was refused: for an algorithm that is not read, or because it does not parse.
pub(super) fn refusal(error: der::Error) -> KeyFileError {
    match error.kind() {
        der::ErrorKind::OidUnknown { .. } => KeyFileError::UnsupportedAlgorithm { kind: "scheme" },
        _ => KeyFileError::malformed("pkcs8"),
    }
}

/// Decrypts in place.
pub(super) fn decrypt<'a>(
    scheme: &Parameters,
    passphrase: &[u8],
    data: &'a mut [u8],
) -> Result<&'a [u8], KeyFileError> {
    if data.is_empty() || !data.len().is_multiple_of(BLOCK) {
        return Err(KeyFileError::malformed("pkcs8 encrypted data"));
    }
    let mut key = Zeroizing::new([0; 32]);
    let key = key
        .get_mut(..scheme.encryption.key_size())
        .ok_or(KeyFileError::UnsupportedAlgorithm { kind: "cipher" })?;
    derive(&scheme.kdf, passphrase, key)?;
    match &scheme.encryption {
        EncryptionScheme::Aes128Cbc { iv } => decrypt_cbc::<Aes128>(key, iv, data),
        EncryptionScheme::Aes192Cbc { iv } => decrypt_cbc::<Aes192>(key, iv, data),
        EncryptionScheme::Aes256Cbc { iv } => decrypt_cbc::<Aes256>(key, iv, data),
        _ => Err(KeyFileError::UnsupportedAlgorithm { kind: "cipher" }),
    }
}

/// Encrypts with a new salt and initialisation vector.
pub(super) fn encrypt(
    derivation: Derivation,
    passphrase: &[u8],
    plain: &[u8],
    fresh: FreshBytes,
) -> Result<(Parameters, Vec<u8>), KeyFileError> {
    let malformed = KeyFileError::malformed("pkcs8");
    let (salt, iv) = fresh.split();
    let iv = *iv.first_chunk::<BLOCK>().ok_or(malformed.clone())?;
    let salt = Salt::new(salt).map_err(refusal)?;
    let kdf = match derivation {
        Derivation::Scrypt => Kdf::Scrypt(ScryptParams {
            salt,
            cost_parameter: 1 << 14,
            block_size: 8,
            parallelization: 5,
            key_length: None,
        }),
        Derivation::Pbkdf2 => Kdf::Pbkdf2(Pbkdf2Params {
            salt,
            iteration_count: 600_000,
            key_length: None,
            prf: Pbkdf2Prf::HmacWithSha256,
        }),
    };
    let mut key = Zeroizing::new([0; 32]);
    derive(&kdf, passphrase, key.as_mut_slice())?;
    // Padding always adds between one byte and a block.
    let mut data = Zeroizing::new(plain.to_vec());
    data.resize(plain.len().saturating_add(BLOCK), 0);
    let encrypted = cbc::Encryptor::<Aes256>::new((&*key).into(), (&iv).into())
        .encrypt_padded::<Pkcs7>(&mut data, plain.len())
        .map_err(|_| malformed)?
        .to_vec();
    let encryption = EncryptionScheme::Aes256Cbc { iv };
    Ok((Parameters { kdf, encryption }, encrypted))
}

fn decrypt_cbc<'a, C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8; BLOCK],
    data: &'a mut [u8],
) -> Result<&'a [u8], KeyFileError> {
    cbc::Decryptor::<C>::new_from_slices(key, iv)
        .map_err(|_| KeyFileError::malformed("pkcs8 encryption"))?
        .decrypt_padded::<Pkcs7>(data)
        .map_err(|_| KeyFileError::PassphraseWrong)
}

/// Derives `key` within the bounds of this module.
fn derive(kdf: &Kdf, passphrase: &[u8], key: &mut [u8]) -> Result<(), KeyFileError> {
    if kdf.key_length().is_some_and(|length| usize::from(length) != key.len()) {
        return Err(KeyFileError::malformed("pkcs8 key length"));
    }
    match kdf {
        Kdf::Pbkdf2(params) => {
            bounded("pbkdf2 iterations", params.iteration_count.into(), &ITERATIONS)?;
            let hmac = match params.prf {
                Pbkdf2Prf::HmacWithSha256 => pbkdf2_hmac::<Sha256>,
                Pbkdf2Prf::HmacWithSha384 => pbkdf2_hmac::<Sha384>,
                Pbkdf2Prf::HmacWithSha512 => pbkdf2_hmac::<Sha512>,
                _ => {
                    return Err(KeyFileError::UnsupportedAlgorithm { kind: "key derivation" });
                }
            };
            hmac(passphrase, params.salt.as_bytes(), params.iteration_count, key);
            Ok(())
        }
        Kdf::Scrypt(params) => {
            let malformed = KeyFileError::malformed("scrypt parameters");
            let (n, r, p) =
                (params.cost_parameter, u32::from(params.block_size), u32::from(params.parallelization));
            // RFC 7914 §6: N is a power of two and greater than one.
            if n < 2 || !n.is_power_of_two() || r == 0 {
                return Err(malformed);
            }
            let kib = n.saturating_mul(r.into()).div_ceil(8);
            bounded("scrypt memory in KiB", kib, &SCRYPT_KIB)?;
            bounded("scrypt parallelism", p.into(), &SCRYPT_P)?;
            let log_n = u8::try_from(n.ilog2()).map_err(|_| malformed.clone())?;
            let work = scrypt::Params::new(log_n, r, p).map_err(|_| malformed.clone())?;
            scrypt::scrypt(passphrase, params.salt.as_bytes(), &work, key).map_err(|_| malformed)
        }
        _ => Err(KeyFileError::UnsupportedAlgorithm { kind: "key derivation" }),
    }
}

fn bounded(name: &'static str, found: u64, range: &RangeInclusive<u64>) -> Result<(), KeyFileError> {
    if range.contains(&found) {
        return Ok(());
    }
    Err(KeyFileError::Parameters { name, found, min: *range.start(), max: *range.end() })
}
