//! Keys are named as OpenSSL, OpenSSH and the BIP-39 list would name them, and bad ones are refused.

use alloc::{format, string::String, vec::Vec};
use std::{
    env, fs,
    io::Write as _,
    process::{Command, Stdio, id},
};

use super::{KeyId, PublicKey, verify_signature, words};
use crate::{code::Code, digest::Digest};

/// Runs a program and returns what it prints.
fn run(program: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    output.stdout
}

#[test]
fn a_key_id_is_the_hash_of_what_openssl_writes() {
    let secret = run("openssl", &["genpkey", "-algorithm", "ed25519"], b"");
    let der = run("openssl", &["pkey", "-pubout", "-outform", "DER"], &secret);
    let bytes: [u8; 32] = der[der.len() - 32..].try_into().unwrap();
    let key = PublicKey::from_bytes(&bytes).unwrap();
    assert_eq!(key.key_id().digest(), Digest::of(&der));
    assert_eq!(KeyId::parse(&format!("{}", key.key_id())), Some(key.key_id()));
    assert_eq!(PublicKey::parse_hex(&key.to_hex()), Ok(key));
}

#[test]
fn a_fingerprint_is_the_one_that_ssh_keygen_prints() {
    let file = env::temp_dir().join(format!("placet-fingerprint-{}", id()));
    let path = file.to_str().unwrap();
    run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], b"");
    let public = fs::read_to_string(file.with_extension("pub")).unwrap();
    let printed = String::from_utf8(run("ssh-keygen", &["-lf", path], b"")).unwrap();
    for file in [file.clone(), file.with_extension("pub")] {
        fs::remove_file(file).unwrap();
    }
    let blob = public.split(' ').nth(1).unwrap().trim();
    let blob = <base64ct::Base64 as base64ct::Encoding>::decode_vec(blob).unwrap();
    let key = PublicKey::from_bytes(&blob[blob.len() - 32..].try_into().unwrap()).unwrap();
    assert_eq!(printed.split(' ').nth(1).unwrap(), key.fingerprint());
    // The words say the same digest.
    assert_eq!(key.words(), words(&Digest::of(&blob)));
}

#[test]
fn words_are_those_of_the_mnemonics_in_bip_39() {
    // The first 88 bits of 128 are the first eight words (BIP-39, test vectors).
    for (byte, expected) in [
        (0x00, "abandon abandon abandon abandon abandon abandon abandon abandon"),
        (0x7f, "legal winner thank year wave sausage worth useful"),
        (0x80, "letter advice cage absurd amount doctor acoustic avoid"),
        (0xff, "zoo zoo zoo zoo zoo zoo zoo zoo"),
    ] {
        assert_eq!(words(&Digest::from_bytes([byte; 32])), expected);
    }
    let mut bytes = [0; 32];
    for (target, byte) in
        bytes.iter_mut().zip(b"\x9e\x88\x5d\x95\x2a\xd3\x62\xca\xeb\x4e\xfe\x34\xa8\xe9\x1b\xd2")
    {
        *target = *byte;
    }
    assert_eq!(words(&Digest::from_bytes(bytes)), "ozone drill grab fiber curtain grace pudding thank");
    // Nothing behind the first 88 bits is said, and every bit of them is.
    let mut changed = bytes;
    changed[11..].fill(0);
    assert_eq!(words(&Digest::from_bytes(changed)), words(&Digest::from_bytes(bytes)));
    for bit in 0..88 {
        let mut changed = bytes;
        changed[bit / 8] ^= 0x80 >> (bit % 8);
        assert_ne!(words(&Digest::from_bytes(changed)), words(&Digest::from_bytes(bytes)), "bit {bit}");
    }
}

/// The encodings of the eight points of small order, and those that are not canonical (Chalkias, Garillot, Nikolaenko,
/// "Taming the many `EdDSA`s", table 3).
const SMALL_ORDER: [&str; 14] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

fn refusal(hex: &str) -> Option<Code> {
    PublicKey::parse_hex(hex).err().map(|error| error.code())
}

#[test]
fn a_key_of_small_order_is_refused_in_every_encoding() {
    for hex in SMALL_ORDER {
        let code = refusal(hex);
        assert!(matches!(code, Some(Code::SmallOrderKey | Code::InvalidPublicKey)), "{hex}: {code:?}");
        let bytes = super::parse_hex32(hex).unwrap();
        assert!(verify_signature(&bytes, b"any message", &[0; 64]).is_err(), "{hex}");
    }
    assert_eq!(refusal(SMALL_ORDER[2]), Some(Code::SmallOrderKey));
    assert_eq!(refusal(SMALL_ORDER[4]), Some(Code::SmallOrderKey));
}

#[test]
fn a_key_that_is_no_canonical_point_is_refused() {
    let good = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert_eq!(refusal(good), None);
    for hex in [
        // y = 2, which no point has.
        "0200000000000000000000000000000000000000000000000000000000000000",
        // y = p + 3: 3 is a point's y, but not written so.
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "",
        &good[2..],
        &format!("{good}00"),
        &good.to_uppercase(),
        &format!("0x{}", &good[2..]),
        &format!("{} ", &good[1..]),
        &good.replacen('d', "é", 1)[..64],
    ] {
        assert_eq!(refusal(hex), Some(Code::InvalidPublicKey), "{hex}");
    }
}

#[test]
fn a_key_or_signature_of_another_length_is_refused() {
    let key =
        PublicKey::parse_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a").unwrap();
    for length in [0, 31, 33, 64] {
        assert_eq!(verify_signature(&alloc::vec![7; length], b"", &[0; 64]), Err(Code::InvalidPublicKey));
    }
    for length in [0, 32, 63, 65, 128] {
        let signature = alloc::vec![0; length];
        assert_eq!(verify_signature(key.as_bytes(), b"", &signature), Err(Code::SignatureMalformed));
        assert_eq!(key.verify(b"", &signature), Err(Code::SignatureMalformed));
    }
    assert_eq!(key.verify(b"", &[0; 64]), Err(Code::SignatureInvalid));
}

#[test]
fn a_key_id_is_read_in_one_form_only() {
    let hex = "0".repeat(64);
    assert!(KeyId::parse(&format!("sha256:{hex}")).is_some());
    for text in [
        hex.clone(),
        format!("sha256:{}", &hex[1..]),
        format!("sha256:{hex}0"),
        format!("SHA256:{hex}"),
        format!("sha512:{hex}"),
        format!("sha256:{}", "A".repeat(64)),
        format!("sha256:{}", "é".repeat(32)),
        format!("sha256:+{}", &hex[1..]),
        format!(" sha256:{hex}"),
    ] {
        assert_eq!(KeyId::parse(&text), None, "{text}");
    }
}
