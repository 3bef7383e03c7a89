//! What an envelope says about a signature, and what is no envelope.

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};

use super::Envelope;
use crate::{
    code::Code,
    key::{PublicKey, Signer},
    limits,
};

struct Key(SigningKey, PublicKey);

impl Key {
    fn new(seed: u8) -> Self {
        let secret = SigningKey::from_bytes(&[seed; 32]);
        let public = PublicKey::from_bytes(secret.verifying_key().as_bytes()).unwrap();
        Self(secret, public)
    }
}

impl Signer for Key {
    fn public_key(&self) -> &PublicKey {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// An envelope over `{}` with these entries of key id and signature.
fn envelope(entries: &[(String, String)]) -> Envelope {
    let entries: Vec<_> =
        entries.iter().map(|(id, sig)| format!(r#"{{"keyid":"{id}","sig":"{sig}"}}"#)).collect();
    let text = format!(r#"{{"payloadType":"t","payload":"e30=","signatures":[{}]}}"#, entries.join(","));
    Envelope::parse(text.as_bytes()).unwrap()
}

fn refusal(text: &str) -> Code {
    Envelope::parse(text.as_bytes()).unwrap_err().code()
}

#[test]
fn the_encoding_that_is_signed_is_the_one_of_the_protocol() {
    // The example of secure-systems-lab/dsse, protocol.md.
    let envelope = Envelope::unsigned("http://example.com/HelloWorld", b"hello world".into());
    assert_eq!(
        envelope.pre_authentication_encoding(),
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    );
    assert_eq!(Envelope::unsigned("", Vec::new()).pre_authentication_encoding(), b"DSSEv1 0  0 ");
    // Lengths are of bytes, not of characters.
    let accented = Envelope::unsigned("é", "é".into());
    assert_eq!(accented.pre_authentication_encoding(), "DSSEv1 2 é 2 é".as_bytes());
}

#[test]
fn the_order_of_entries_does_not_change_what_is_said_of_them() {
    let key = Key::new(1);
    let id = key.1.key_id().to_string();
    let good = Base64::encode_string(
        &key.sign(&Envelope::unsigned("t", b"{}".into()).pre_authentication_encoding()),
    );
    let wrong = Base64::encode_string(&key.sign(b"another message"));
    let entry = |sig: &str| (id.clone(), sig.into());
    let (malformed, wrong, good) = (entry("unsigned"), entry(&wrong), entry(&good));
    for [a, b] in [[&malformed, &wrong], [&wrong, &malformed]] {
        let envelope = envelope(&[a.clone(), b.clone()]);
        assert_eq!(envelope.check_signature(&key.1), Err(Code::SignatureMalformed));
    }
    for [a, b] in [[&good, &wrong], [&wrong, &good]] {
        assert_eq!(envelope(&[a.clone(), b.clone()]).check_signature(&key.1), Ok(()));
    }
    assert_eq!(envelope(&[]).check_signature(&key.1), Err(Code::SignerMismatch));
}

#[test]
fn a_signature_under_another_key_id_is_not_tried() {
    let (key, other) = (Key::new(1), Key::new(2));
    let sig = Base64::encode_string(&key.sign(&envelope(&[]).pre_authentication_encoding()));
    let (id, other_id) = (key.1.key_id().to_string(), other.1.key_id().to_string());
    let ids = [other_id, id.to_uppercase(), id.replace("sha256:", ""), key.1.to_hex(), String::new()];
    for wrong in ids {
        let envelope = envelope(&[(wrong.clone(), sig.clone())]);
        assert_eq!(envelope.check_signature(&key.1), Err(Code::SignerMismatch), "{wrong}");
    }
    assert_eq!(envelope(&[(id, sig)]).check_signature(&key.1), Ok(()));
}

#[test]
fn a_signature_covers_type_and_payload() {
    let key = Key::new(1);
    let signed = Envelope::sign("t", b"{}".into(), &key);
    for (kind, payload) in [("u", "e30="), ("t", "e30g"), ("t", ""), ("", "e30=")] {
        let text = signed
            .to_json()
            .replace(r#""payloadType":"t""#, &format!(r#""payloadType":"{kind}""#))
            .replace(r#""payload":"e30=""#, &format!(r#""payload":"{payload}""#));
        let changed = Envelope::parse(text.as_bytes()).unwrap();
        assert_eq!(changed.check_signature(&key.1), Err(Code::SignatureInvalid), "{kind} {payload}");
    }
    assert_eq!(Envelope::parse(signed.to_json().as_bytes()), Ok(signed));
}

#[test]
fn a_signature_made_elsewhere_is_added_only_if_it_verifies() {
    let (key, mut envelope) = (Key::new(1), Envelope::unsigned("t", b"{}".into()));
    let good = key.sign(&envelope.pre_authentication_encoding());
    let untouched = envelope.clone();
    assert_eq!(envelope.add_made_signature(&key.1, &key.sign(b"other")), Err(Code::SignatureInvalid));
    assert_eq!(envelope, untouched);
    assert_eq!(envelope.add_made_signature(&key.1, &good), Ok(()));
    // Signing again takes the place of the first signature.
    envelope.add_signature(&key);
    assert_eq!((envelope.signature_count(), envelope.check_signature(&key.1)), (1, Ok(())));
}

#[test]
fn merging_takes_over_signatures_of_the_same_payload_only() {
    let (one, two) = (Key::new(1), Key::new(2));
    let merged = |mut a: Envelope, b: Envelope| {
        a.merge(b);
        a
    };
    let by = |key: &Key| Envelope::sign("t", b"{}".into(), key);
    let both = merged(by(&one), by(&two));
    assert_eq!(both, merged(by(&two), by(&one)));
    assert_eq!(merged(both.clone(), both.clone()).signature_count(), 2);
    for other in [Envelope::sign("t", b"[]".into(), &two), Envelope::sign("u", b"{}".into(), &two)] {
        assert_eq!(merged(by(&one), other), by(&one));
    }
}

#[test]
fn base64_that_is_not_canonical_is_refused() {
    for payload in ["e30", "e30==", "e31=", "e30=\\n", " e30=", "e3 0=", "e-_=", "e30=e30=", "=", "ё30=", "e"]
    {
        let text = format!(r#"{{"payloadType":"t","payload":"{payload}","signatures":[]}}"#);
        assert_eq!(refusal(&text), Code::InvalidBase64, "{payload}");
    }
}

#[test]
fn what_is_no_envelope_is_refused() {
    let sized = |count: usize| {
        let entries = alloc::vec![r#"{"keyid":"","sig":""}"#; count].join(",");
        format!(r#"{{"payloadType":"t","payload":"","signatures":[{entries}]}}"#)
    };
    assert!(Envelope::parse(sized(limits::SIGNATURES).as_bytes()).is_ok());
    for (text, code) in [
        ("[]", Code::WrongType),
        ("{}", Code::MissingField),
        (r#"{"payload":"","signatures":[]}"#, Code::MissingField),
        (r#"{"payloadType":"t","signatures":[]}"#, Code::MissingField),
        (r#"{"payloadType":"t","payload":""}"#, Code::MissingField),
        (r#"{"payloadType":null,"payload":"","signatures":[]}"#, Code::WrongType),
        (r#"{"payloadType":"t","payload":0,"signatures":[]}"#, Code::WrongType),
        (r#"{"payloadType":"t","payload":"","signatures":{}}"#, Code::WrongType),
        (r#"{"payloadType":"t","payload":"","signatures":["sig"]}"#, Code::WrongType),
        (r#"{"payloadType":"t","payload":"","signatures":[{"keyid":""}]}"#, Code::MissingField),
        (r#"{"payloadType":"t","payload":"","signatures":[{"sig":""}]}"#, Code::MissingField),
        (
            r#"{"payloadType":"t","payload":"","signatures":[{"keyid":"","sig":"","alg":"none"}]}"#,
            Code::UnknownField,
        ),
        (r#"{"payloadType":"t","payload":"","signatures":[],"alg":"none"}"#, Code::UnknownField),
        (r#"{"payloadType":"t","payload":"","payload":"","signatures":[]}"#, Code::DuplicateKey),
        (&sized(limits::SIGNATURES + 1), Code::TooMany),
        (&" ".repeat(limits::ENVELOPE + 1), Code::TooLarge),
    ] {
        assert_eq!(refusal(text), code, "{}", text.get(..100).unwrap_or(text));
    }
}
