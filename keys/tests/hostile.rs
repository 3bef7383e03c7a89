//! Damaged files: every one gives a coded error or the key it always held, and none a panic.

use base64ct::{Base64, Encoding};
use placet_keys::{MAX_FILE_LEN, detect, locked::LockedKey, open};

const PASSPHRASE: &[u8] = b"test-only passphrase";

/// Files that are read, cheap to open in their number; `locked.json` is damaged in its own test.
const FILES: [&str; 10] = [
    "openssl-plain.pem",
    "openssl-pbkdf2-aes256.pem",
    "openssl-scrypt.pem",
    "rfc8410-v2.pem",
    "node-locked.pem",
    "node-private.jwk",
    "webcrypto-private.jwk",
    "ssh-plain",
    "ssh-locked",
    "ssh-locked-cbc",
];

/// Formats that state their public key outside or inside: a damaged file never opens to another key.
const STATES_PUBLIC_KEY: [&str; 6] = [
    "rfc8410-v2.pem",
    "node-private.jwk",
    "webcrypto-private.jwk",
    "ssh-plain",
    "ssh-locked",
    "ssh-locked-cbc",
];

/// Files that take tens of milliseconds to open, and are damaged in fewer places.
const COSTLY: [&str; 3] = ["openssl-scrypt.pem", "ssh-locked", "ssh-locked-cbc"];

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/test-only-keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Opens a damaged file and checks what comes out.
fn attack(name: &str, damaged: &[u8], right: [u8; 32]) {
    match open(damaged, Some(PASSPHRASE)) {
        Ok(key) if STATES_PUBLIC_KEY.contains(&name) => {
            assert_eq!(key.public_key(), right, "{name}: another key");
        }
        Ok(key) => key.self_test().unwrap(),
        Err(error) => assert!(error.code().starts_with("key_file_")),
    }
}

#[test]
fn truncated_file_opens() {
    for name in FILES.into_iter().chain(["locked.json"]) {
        let whole = file(name);
        let length = whole.trim_ascii_end().len();
        for end in 0..length {
            let error = open(&whole[..end], Some(PASSPHRASE)).expect_err(name);
            assert!(error.code().starts_with("key_file_"), "{name} {end}");
        }
    }
}

#[test]
fn flipped_character_panics_or_changes_a_stated_key() {
    for name in FILES {
        let whole = file(name);
        let right = open(&whole, Some(PASSPHRASE)).unwrap().public_key();
        let step = if COSTLY.contains(&name) { 29 } else { 1 };
        for position in (0..whole.len()).step_by(step) {
            for flip in [0x01, 0x20, 0x80] {
                let mut damaged = whole.clone();
                damaged[position] ^= flip;
                attack(name, &damaged, right);
            }
        }
    }
}

#[test]
fn flipped_byte_inside_the_pem_panics_or_changes_a_stated_key() {
    for name in FILES.into_iter().filter(|name| !name.contains("jwk")) {
        let text = String::from_utf8(file(name)).unwrap();
        let right = open(text.as_bytes(), Some(PASSPHRASE)).unwrap().public_key();
        let lines: Vec<&str> = text.lines().collect();
        let (first, last) = (lines[0], lines[lines.len() - 1]);
        let bytes = Base64::decode_vec(&lines[1..lines.len() - 1].concat()).unwrap();
        let pem = |bytes: &[u8]| {
            // One long line: the width is the writer's choice.
            format!("{first}\n{}\n{last}\n", Base64::encode_string(bytes))
        };
        assert_eq!(open(pem(&bytes).as_bytes(), Some(PASSPHRASE)).unwrap().public_key(), right);
        let step = if COSTLY.contains(&name) { 17 } else { 1 };
        for position in (0..bytes.len()).step_by(step) {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1 << (position % 8);
            attack(name, pem(&damaged).as_bytes(), right);
            damaged[position] = 0xff;
            attack(name, pem(&damaged).as_bytes(), right);
            attack(name, pem(&bytes[..position]).as_bytes(), right);
        }
    }
}

#[test]
fn flipped_character_of_a_locked_file_goes_unnoticed() {
    let whole = file("locked.json");
    let right = LockedKey::parse(&whole).unwrap();
    for position in 0..whole.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut damaged = whole.clone();
            damaged[position] ^= flip;
            // What parses to other values does not unlock: the tests of the format show that for every member.
            if let Ok(parsed) = LockedKey::parse(&damaged) {
                let between_members = whole[position].is_ascii_whitespace();
                assert!(between_members || parsed != right, "{position}");
            }
        }
    }
}

#[test]
fn file_that_is_too_long_is_parsed() {
    let mut long = file("locked.json");
    long.resize(MAX_FILE_LEN, b' ');
    assert!(LockedKey::parse(&long).is_ok());
    long.push(b' ');
    for result in [detect(&long).err(), LockedKey::parse(&long).err(), open(&long, None).err()] {
        assert_eq!(result.unwrap().code(), "key_file_too_large");
    }
}

#[test]
fn nesting_overflows_the_stack() {
    for (open_with, name) in [("[", "arrays"), ("{\"a\":", "objects")] {
        let deep = format!("{{\"kty\":\"OKP\",\"x\":{}", open_with.repeat(10_000));
        assert_eq!(open(deep.as_bytes(), None).unwrap_err().code(), "key_file_malformed", "{name}");
    }
}

#[test]
fn anything_else_is_taken_for_a_key() {
    for other in [
        b"".as_slice(),
        b"\xef\xbb\xbf{}",
        b"{}",
        b"{\"format\":\"placet-locked-key-v1\",\"kty\":\"OKP\"}",
        b"[]",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN ",
        b"-----BEGIN -----",
        b"\x30\x2e\x02\x01\x00",
        b"PuTTY-User-Key-File-3: ssh-ed25519",
        b"untrusted comment: minisign secret key",
    ] {
        assert_eq!(open(other, None).unwrap_err().code(), "key_file_unknown_format");
    }
    for other in [
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END PRIVATE KEY-----",
        "{",
    ] {
        assert_eq!(open(other.as_bytes(), Some(b"x")).unwrap_err().code(), "key_file_malformed", "{other}");
    }
}
