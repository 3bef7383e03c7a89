use super::*;
use crate::open;

const D: &str = "cGxhY2V0IHRlc3Qtb25seSBzZWVkLCBubyBzZWNyZXQ";

fn key() -> SecretKey {
    SecretKey::from_seed(Zeroizing::new(*b"placet test-only seed, no secret")).unwrap()
}

fn x() -> String {
    Base64UrlUnpadded::encode_string(&key().public_key())
}

/// A JWK with these members after a right `kty`, `crv` and `x`.
fn with(members: &str) -> String {
    format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"{members}}}"#, x())
}

fn code(file: &str) -> &'static str {
    open(file.as_bytes(), None).map_or_else(|error| error.code(), |_| "read")
}

#[test]
fn our_own_jwk_changes_on_the_way() {
    let file = write(&key());
    assert_eq!(*file, format!("{}\n", with(&format!(r#","d":"{D}""#))));
    assert_eq!(open(file.as_bytes(), None).unwrap().seed(), key().seed());
}

#[test]
fn marks_for_another_use_are_ignored() {
    for (members, expected) in [
        ("", "read"),
        (r#","use":"sig","alg":"EdDSA","key_ops":["verify","sign"],"kid":"k","ext":false"#, "read"),
        (r#","alg":"Ed25519","x5t":"ignored, as RFC 7517 demands","oth":{"a":[1]}"#, "read"),
        (r#","use":"enc""#, "key_file_not_for_signing"),
        (r#","key_ops":["verify"]"#, "key_file_not_for_signing"),
        (r#","key_ops":[]"#, "key_file_not_for_signing"),
        (r#","alg":"ES256""#, "key_file_not_ed25519"),
        (r#","use":1"#, "key_file_malformed"),
    ] {
        assert_eq!(code(&with(&format!(r#","d":"{D}"{members}"#))), expected, "{members}");
    }
}

#[test]
fn one_of_two_values_is_chosen() {
    let other = D.replace('c', "d");
    for members in [
        format!(r#","d":"{D}","d":"{other}""#),
        format!(r#","d":"{D}","kty":"OKP""#),
        format!(r#","d":"{D}","x":"{}""#, x()),
        format!(r#","d":"{D}","use":"sig","use":"enc""#),
    ] {
        assert_eq!(code(&with(&members)), "key_file_malformed", "{members}");
    }
}

#[test]
fn other_encodings_of_the_seed_are_taken() {
    for d in [
        format!("{D}="),
        // The last character holds two spare bits, which must be zero.
        D.replace("XQ", "XR"),
        D[1..].to_owned(),
        format!("{D}AA"),
        D.replacen('c', "\\u0063", 1),
        D.replacen('c', " c", 1),
        String::new(),
    ] {
        assert_eq!(code(&with(&format!(r#","d":"{d}""#))), "key_file_malformed", "{d}");
    }
    assert_eq!(code(&with(r#","d":null"#)), "key_file_public_only");
    assert_eq!(code(&with(r#","d":12"#)), "key_file_malformed");
}

#[test]
fn key_of_another_kind_or_without_its_public_key_is_read() {
    let d = format!(r#""d":"{D}""#);
    assert_eq!(code(&format!(r#"{{"kty":"OKP","crv":"X25519","x":"{}",{d}}}"#, x())), "key_file_not_ed25519");
    assert_eq!(code(&format!(r#"{{"kty":"EC","crv":"Ed25519","x":"{}",{d}}}"#, x())), "key_file_not_ed25519");
    assert_eq!(code(&format!(r#"{{"kty":"OKP","x":"{}",{d}}}"#, x())), "key_file_not_ed25519");
    assert_eq!(code(&format!(r#"{{"kty":"OKP","crv":"Ed25519",{d}}}"#)), "key_file_malformed");
    let other = Base64UrlUnpadded::encode_string(&[9; 32]);
    let file = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{other}",{d}}}"#);
    assert_eq!(code(&file), "key_file_public_mismatch");
    assert_eq!(
        code(&with("").replace(&x(), &"A".repeat(43)).replace('}', &format!(",{d}}}"))),
        "key_file_weak"
    );
}

#[test]
fn array_of_values_is_taken_for_the_object() {
    let file = format!(r#"["OKP","Ed25519","{}","{D}",null,null,null]"#, x());
    assert_eq!(read(file.as_bytes()).unwrap_err(), KeyFileError::malformed("jwk"));
    assert_eq!(code(&file), "key_file_unknown_format");
}
