//! JSON Web Keys: RFC 7517, for Ed25519 as in RFC 8037 and RFC 9864.
//!
//! What `WebCrypto` and Node export and import. Guards against a key that its file gives to another use, and against
//! two values for one member. Members that the RFCs do not define for such a key are ignored, as RFC 7517 §4 demands.
//! A JWK is not locked: keep it no longer than the import takes.

use crate::{KeyFileError, SecretKey, secret_key::seed_from};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// An OKP key. The secret member borrows from the file, so that no copy of it is left in memory.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    kty: Cow<'a, str>,
    #[serde(borrow)]
    crv: Option<Cow<'a, str>>,
    #[serde(borrow)]
    x: Option<Cow<'a, str>>,
    d: Option<&'a str>,
    #[serde(borrow, rename = "use")]
    usage: Option<Cow<'a, str>>,
    #[serde(borrow)]
    key_ops: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow)]
    alg: Option<Cow<'a, str>>,
}

/// Reads a private key.
///
/// # Errors
/// [`KeyFileError::Malformed`], [`KeyFileError::NotEd25519`], [`KeyFileError::PublicOnly`] if `d` is missing,
/// [`KeyFileError::NotForSigning`] if `use` or `key_ops` leave signing out, [`KeyFileError::PublicMismatch`] and
/// [`KeyFileError::Weak`].
pub fn read(file: &[u8]) -> Result<SecretKey, KeyFileError> {
    // A derived reader takes an array of the members' values for the object, too.
    if !file.trim_ascii_start().starts_with(b"{") {
        return Err(KeyFileError::malformed("jwk"));
    }
    let document: Document = serde_json::from_slice(file).map_err(|_| KeyFileError::malformed("jwk"))?;
    if document.kty != "OKP" || document.crv.as_deref() != Some("Ed25519") {
        return Err(KeyFileError::NotEd25519);
    }
    if document.alg.is_some_and(|alg| alg != "EdDSA" && alg != "Ed25519") {
        return Err(KeyFileError::NotEd25519);
    }
    let for_signing = document.usage.is_none_or(|usage| usage == "sig")
        && document.key_ops.is_none_or(|ops| ops.iter().any(|op| op == "sign"));
    if !for_signing {
        return Err(KeyFileError::NotForSigning);
    }
    let seed = decode(document.d.ok_or(KeyFileError::PublicOnly)?, "jwk d")?;
    let stated = document.x.ok_or(KeyFileError::malformed("jwk x"))?;
    SecretKey::from_pair(seed, *decode(&stated, "jwk x")?)
}

/// Writes a private key with the members `kty`, `crv`, `x` and `d`.
#[must_use]
pub fn write(key: &SecretKey) -> Zeroizing<String> {
    let secret = Zeroizing::new(Base64UrlUnpadded::encode_string(key.seed()));
    let public = Base64UrlUnpadded::encode_string(&key.public_key());
    // Large enough from the start, so that no reallocation leaves a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(256));
    for part in [r#"{"kty":"OKP","crv":"Ed25519","x":""#, &public, r#"","d":""#, &secret, "\"}\n"] {
        text.push_str(part);
    }
    text
}

/// Decodes the 32 bytes of a member, unpadded base64url with no spare bits.
fn decode(text: &str, part: &'static str) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let mut bytes = Zeroizing::new([0; 33]);
    Base64UrlUnpadded::decode(text, &mut *bytes).ok().and_then(seed_from).ok_or(KeyFileError::malformed(part))
}

#[cfg(test)]
mod tests;
