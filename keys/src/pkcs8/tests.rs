use super::*;
use crate::open;
use ::pkcs8::{
    der::asn1::{AnyRef, BitStringRef},
    pkcs5::pbes2::{EncryptionScheme, Kdf, Parameters, Pbkdf2Params, Pbkdf2Prf, Salt, ScryptParams},
};

fn key() -> SecretKey {
    SecretKey::from_seed(Zeroizing::new(*b"placet test-only seed, no secret")).unwrap()
}

fn code(file: &str, passphrase: Option<&[u8]>) -> &'static str {
    open(file.as_bytes(), passphrase).unwrap_err().code()
}

/// A locked file with this derivation around `data`.
fn locked(kdf: Kdf, data: &[u8]) -> Zeroizing<String> {
    let encryption = EncryptionScheme::Aes256Cbc { iv: [7; 16] };
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: Parameters { kdf, encryption }.into(),
        encrypted_data: OctetStringRef::new(data).unwrap(),
    };
    pem::encode(LOCKED_LABEL, LINE_WIDTH, &info.to_der().unwrap()).unwrap()
}

fn scrypt(n: u64, r: u16, p: u16) -> Kdf {
    Kdf::Scrypt(ScryptParams {
        salt: Salt::new([7; 16]).unwrap(),
        cost_parameter: n,
        block_size: r,
        parallelization: p,
        key_length: None,
    })
}

fn pbkdf2(iteration_count: u32, key_length: Option<u16>, prf: Pbkdf2Prf) -> Kdf {
    Kdf::Pbkdf2(Pbkdf2Params { salt: Salt::new([7; 16]).unwrap(), iteration_count, key_length, prf })
}

/// A plain file of this structure.
fn plain(
    algorithm: AlgorithmIdentifierRef,
    private_key: &[u8],
    public_key: Option<&[u8]>,
) -> Zeroizing<String> {
    let mut info = PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(private_key).unwrap());
    info.public_key = public_key.map(|key| BitStringRef::from_bytes(key).unwrap());
    pem::encode(PLAIN_LABEL, LINE_WIDTH, &info.to_der().unwrap()).unwrap()
}

const ALGORITHM: AlgorithmIdentifierRef = AlgorithmIdentifierRef { oid: ED25519, parameters: None };

/// The seed of [`key`] as RFC 8410 nests it.
fn nested() -> Vec<u8> {
    [&[0x04, 0x20], key().seed().as_slice()].concat()
}

#[test]
fn work_factors_exhaust_memory_or_time_or_panic() {
    for (n, r, p, code_of) in [
        (1 << 20, 8, 1, "key_file_parameters"),
        (1 << 62, 8, 1, "key_file_parameters"),
        (1 << 63, u16::MAX, u16::MAX, "key_file_parameters"),
        (1 << 14, 8, 17, "key_file_parameters"),
        (1 << 14, 8, u16::MAX, "key_file_parameters"),
        (1 << 14, 8, 0, "key_file_parameters"),
        (1 << 14, 0, 1, "key_file_malformed"),
        (0, 8, 1, "key_file_malformed"),
        (1, 8, 1, "key_file_malformed"),
        (3, 8, 1, "key_file_malformed"),
        (u64::MAX, 8, 1, "key_file_malformed"),
    ] {
        assert_eq!(code(&locked(scrypt(n, r, p), &[0; 48]), Some(b"x")), code_of, "{n} {r} {p}");
    }
    for iterations in [0, 5_000_001, u32::MAX] {
        let kdf = pbkdf2(iterations, None, Pbkdf2Prf::HmacWithSha256);
        assert_eq!(code(&locked(kdf, &[0; 48]), Some(b"x")), "key_file_parameters", "{iterations}");
    }
}

#[test]
fn unread_algorithm_or_wrong_length_is_derived_from() {
    let sha1 = pbkdf2(1, None, Pbkdf2Prf::HmacWithSha1);
    assert_eq!(code(&locked(sha1, &[0; 48]), Some(b"x")), "key_file_parameters");
    let short = pbkdf2(1, Some(16), Pbkdf2Prf::HmacWithSha256);
    assert_eq!(code(&locked(short, &[0; 48]), Some(b"x")), "key_file_malformed");
    for length in [0, 1, 47] {
        let kdf = pbkdf2(1, None, Pbkdf2Prf::HmacWithSha256);
        assert_eq!(code(&locked(kdf, &vec![0; length]), Some(b"x")), "key_file_malformed", "{length}");
    }
}

#[test]
fn seed_of_another_length_or_nesting_is_taken() {
    assert_eq!(
        open(plain(ALGORITHM, &nested(), None).as_bytes(), None).unwrap().public_key(),
        key().public_key()
    );
    let seed = *key().seed();
    let long = [&[0x04, 0x21, 0], seed.as_slice()].concat();
    let short = [&[0x04, 0x1f], &seed[1..]].concat();
    let trailing = [nested().as_slice(), &[0]].concat();
    for private_key in [seed.as_slice(), &long, &short, &trailing, &[]] {
        assert_eq!(code(&plain(ALGORITHM, private_key, None), None), "key_file_malformed");
    }
    let zero = [&[0x04, 0x20], [0; 32].as_slice()].concat();
    assert_eq!(code(&plain(ALGORITHM, &zero, None), None), "key_file_weak");
}

#[test]
fn parameters_of_ed25519_are_ignored() {
    let with_null = AlgorithmIdentifierRef { oid: ED25519, parameters: Some(AnyRef::NULL) };
    assert_eq!(code(&plain(with_null, &nested(), None), None), "key_file_malformed");
}

#[test]
fn stated_public_key_is_ignored() {
    let public = key().public_key();
    let file = plain(ALGORITHM, &nested(), Some(&public));
    assert_eq!(open(file.as_bytes(), None).unwrap().public_key(), public);
    let mut other = public;
    other[0] ^= 1;
    assert_eq!(code(&plain(ALGORITHM, &nested(), Some(&other)), None), "key_file_public_mismatch");
    assert_eq!(code(&plain(ALGORITHM, &nested(), Some(&public[1..])), None), "key_file_malformed");
    assert_eq!(code(&plain(ALGORITHM, &nested(), Some(&[0; 32])), None), "key_file_weak");
}

#[test]
fn trailing_der_is_ignored() {
    let der = to_der(&key()).unwrap();
    let file = pem::encode(PLAIN_LABEL, LINE_WIDTH, &[der.as_slice(), &[0]].concat()).unwrap();
    assert_eq!(code(&file, None), "key_file_malformed");
}

#[test]
fn blank_passphrase_locks_a_file() {
    for derivation in [Derivation::Scrypt, Derivation::Pbkdf2] {
        let locked = write_encrypted(&key(), b" ", derivation, FreshBytes::new([7; 40]));
        assert_eq!(locked.unwrap_err(), KeyFileError::PassphraseEmpty);
    }
}
