//! Files that other tools made, read as they are.

use base64ct::{Base64, Encoding};
use placet_keys::{KeyFileFormat, detect, locked::LockedKey, open, pkcs8};
use std::fmt::Write;

const PASSPHRASE: &[u8] = b"test-only passphrase";

/// Every file that is read, whether it is locked, and the prefix of its public key's file.
const READ: [(&str, KeyFileFormat, bool, &str); 14] = [
    ("openssl-plain.pem", KeyFileFormat::Pkcs8, false, "openssl"),
    ("openssl-pbkdf2-aes256.pem", KeyFileFormat::Pkcs8Encrypted, true, "openssl"),
    ("openssl-pbkdf2-sha512-aes128.pem", KeyFileFormat::Pkcs8Encrypted, true, "openssl"),
    ("openssl-scrypt.pem", KeyFileFormat::Pkcs8Encrypted, true, "openssl"),
    ("rfc8410-v1.pem", KeyFileFormat::Pkcs8, false, "rfc8410"),
    ("rfc8410-v2.pem", KeyFileFormat::Pkcs8, false, "rfc8410"),
    ("node-locked.pem", KeyFileFormat::Pkcs8Encrypted, true, "node"),
    ("node-private.jwk", KeyFileFormat::Jwk, false, "node"),
    ("webcrypto-private.jwk", KeyFileFormat::Jwk, false, "webcrypto"),
    ("ssh-plain", KeyFileFormat::OpenSsh, false, "ssh-plain"),
    ("ssh-locked", KeyFileFormat::OpenSsh, true, "ssh-locked"),
    ("ssh-locked-cbc", KeyFileFormat::OpenSsh, true, "ssh-locked-cbc"),
    ("locked.json", KeyFileFormat::Locked, true, "node"),
    ("openssl-plain-crlf.pem", KeyFileFormat::Pkcs8, false, "openssl"),
];

/// Files that are recognised and refused.
const REFUSED: [(&str, &str); 11] = [
    ("openssl-public.pem", "key_file_public_only"),
    ("node-public.jwk", "key_file_public_only"),
    ("ssh-plain.pub", "key_file_public_only"),
    ("openssl-x25519.pem", "key_file_not_ed25519"),
    ("openssl-p256.pem", "key_file_not_ed25519"),
    ("openssl-sec1.pem", "key_file_not_ed25519"),
    ("ssh-ecdsa", "key_file_not_ed25519"),
    ("ssh-locked-chacha", "key_file_parameters"),
    ("openssl-pbkdf2-sha1.pem", "key_file_parameters"),
    ("openssl-des3.pem", "key_file_parameters"),
    ("README.md", "key_file_unknown_format"),
];

fn file(name: &str) -> Vec<u8> {
    if name == "openssl-plain-crlf.pem" {
        return text("openssl-plain.pem").replace('\n', "\r\n").into_bytes();
    }
    let path = format!("{}/tests/test-only-keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(name: &str) -> String {
    String::from_utf8(file(name)).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The public key as the tool that made the file told it.
fn public_key(prefix: &str) -> String {
    if !prefix.starts_with("ssh") {
        return text(&format!("{prefix}.pub.hex")).trim().to_owned();
    }
    let line = text(&format!("{prefix}.pub"));
    let bytes = Base64::decode_vec(line.split(' ').nth(1).unwrap()).unwrap();
    hex(&bytes[bytes.len() - 32..])
}

#[test]
fn file_of_another_tool_opens_to_another_key() {
    for (name, format, locked, prefix) in READ {
        assert_eq!(detect(&file(name)), Ok(format), "{name}");
        let key =
            open(&file(name), locked.then_some(PASSPHRASE)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(hex(&key.public_key()), public_key(prefix), "{name}");
        key.self_test().unwrap();
    }
}

#[test]
fn locked_file_opens_without_its_passphrase() {
    for (name, _, locked, _) in READ {
        if !locked {
            // A passphrase that is not needed does no harm.
            open(&file(name), Some(b"not needed")).unwrap();
            continue;
        }
        let code = |passphrase| open(&file(name), passphrase).unwrap_err().code();
        assert_eq!(code(None), "key_file_passphrase_required", "{name}");
        assert_eq!(code(Some(b"")), "key_file_passphrase_required", "{name}");
        assert_eq!(code(Some(b"test-only passphrase ")), "key_file_passphrase_wrong", "{name}");
    }
}

#[test]
fn foreign_file_is_refused_under_the_wrong_code() {
    for (name, code) in REFUSED {
        let error = open(&file(name), Some(PASSPHRASE)).unwrap_err();
        assert_eq!(error.code(), code, "{name}: {error}");
    }
}

#[test]
fn our_plain_pkcs8_differs_from_that_of_openssl() {
    let key = open(&file("openssl-plain.pem"), None).unwrap();
    assert_eq!(*pkcs8::write(&key).unwrap(), text("openssl-plain.pem"));
}

#[test]
fn locked_file_of_another_implementation_changes_when_it_is_written_back() {
    let file = text("locked.json");
    let locked = LockedKey::parse(file.as_bytes()).unwrap();
    assert_eq!(locked.name(), "test-only");
    assert_eq!(hex(&locked.public_key()), public_key("node"));
    assert_eq!(locked.to_json(), file);
}

#[test]
fn white_space_around_a_file_is_ignored_and_text_is_not() {
    for (name, _, locked, _) in READ {
        let passphrase = locked.then_some(PASSPHRASE);
        let around = |before: &str, after: &str| [before.as_bytes(), &file(name), after.as_bytes()].concat();
        open(&around("\r\n \t", "\n\n \r\n"), passphrase).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (before, after) in [("", "x"), ("x\n", ""), ("", "\0"), ("\u{feff}", ""), ("", &text(name))] {
            let error = open(&around(before, after), passphrase).unwrap_err();
            assert!(
                ["key_file_malformed", "key_file_unknown_format"].contains(&error.code()),
                "{name} {before:?} {after:?}: {error}"
            );
        }
    }
}
