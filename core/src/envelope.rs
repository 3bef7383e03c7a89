//! DSSE v1 envelopes (secure-systems-lab/dsse, `protocol.md` and `envelope.md`): signed bytes and their type.
//!
//! The payload of an envelope that was only parsed is private: it is handed out by [`verify`](crate::verify) together
//! with whose signature stands under it.

use alloc::{
    borrow::ToOwned as _,
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use base64ct::{Base64, Encoding as _};

use crate::{
    code::Code,
    digest::Digest,
    error::ParseError,
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    key::{PublicKey, Signer},
    limits,
    sort::sort,
};

/// A parsed envelope, nothing of it verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<Signature>,
}

/// One entry of `signatures`, as it came: a hint at a key, and base64 that may be anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Signature {
    key_id: String,
    base64: String,
}

impl Envelope {
    /// Reads an envelope.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are no envelope or exceed a limit. A signature entry that holds no signature is
    /// no error: it never counts, and it never blocks the others.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > limits::ENVELOPE {
            return Err(ParseError::TooLarge { field: "envelope", limit: limits::ENVELOPE });
        }
        Self::from_value(Value::parse(bytes)?)
    }

    /// Reads an envelope that stands inside another document.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub fn from_value(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "envelope")?;
        let payload_type = fields.string("payloadType", 256)?;
        let base64 = fields.required("payload")?.as_str();
        let base64 = base64.ok_or(ParseError::WrongType { field: "payload", expected: "a string" })?;
        if base64.len() > limits::ENVELOPE {
            return Err(ParseError::TooLarge { field: "payload", limit: limits::LARGE_PAYLOAD });
        }
        let payload = Base64::decode_vec(&base64);
        let payload = payload.map_err(|_| ParseError::invalid("payload", Code::InvalidBase64))?;
        let entries = fields.list("signatures", limits::SIGNATURES)?;
        fields.finish()?;
        let signatures = entries.into_iter().map(Signature::from_value).collect::<Result<_, _>>()?;
        Ok(Self { payload_type, payload, signatures })
    }

    /// An envelope that nobody has signed yet.
    #[must_use]
    pub fn unsigned(payload_type: &str, payload: Vec<u8>) -> Self {
        Self { payload_type: payload_type.to_owned(), payload, signatures: Vec::new() }
    }

    /// Signs `payload`: the signature covers its pre-authentication encoding.
    #[must_use]
    pub fn sign(payload_type: &str, payload: Vec<u8>, signer: &impl Signer) -> Self {
        let mut envelope = Self::unsigned(payload_type, payload);
        envelope.add_signature(signer);
        envelope
    }

    /// Adds the signature of `signer` over the same payload, replacing an entry that names the same key.
    pub fn add_signature(&mut self, signer: &impl Signer) {
        let signature = signer.sign(&self.pre_authentication_encoding());
        self.insert(signer.public_key(), &signature);
    }

    /// Adds a signature that was made elsewhere (by a token, a service, a browser's key store), if it is one.
    ///
    /// # Errors
    ///
    /// [`Code::SignatureInvalid`] where it does not verify under `key`; the envelope is then as it was.
    pub fn add_made_signature(&mut self, key: &PublicKey, signature: &[u8; 64]) -> Result<(), Code> {
        key.verify(&self.pre_authentication_encoding(), signature)?;
        self.insert(key, signature);
        Ok(())
    }

    fn insert(&mut self, key: &PublicKey, signature: &[u8; 64]) {
        let key_id = key.key_id().to_string();
        self.signatures.retain(|entry| entry.key_id != key_id);
        self.signatures.push(Signature { key_id, base64: Base64::encode_string(signature) });
    }

    /// Takes over the signatures of another envelope with the same payload and type, each once.
    pub fn merge(&mut self, other: Self) {
        if other.payload_type == self.payload_type && other.payload == self.payload {
            self.signatures.extend(other.signatures);
            sort(&mut self.signatures);
            self.signatures.dedup();
        }
    }

    /// The same payload under one signature of each of these keys that has signed it, and no other entry.
    pub(crate) fn only_signed_by<'a>(&self, keys: impl Iterator<Item = &'a PublicKey>) -> Self {
        let message = self.pre_authentication_encoding();
        let mut signatures = Vec::new();
        for key in keys {
            let key_id = key.key_id().to_string();
            let signed = |entry: &&Signature| {
                let signature = Base64::decode_vec(&entry.base64).ok();
                entry.key_id == key_id
                    && signature.is_some_and(|signature| key.verify(&message, &signature).is_ok())
            };
            signatures.extend(self.signatures.iter().find(signed).cloned());
        }
        sort(&mut signatures);
        signatures.dedup();
        signatures.truncate(limits::SIGNATURES);
        Self { signatures, ..self.clone() }
    }

    /// The digest of the payload bytes: the document's identity, whatever its signatures.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.payload)
    }

    /// The payload's type, as claimed and covered by the signatures.
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// How many signature entries there are, good or bad.
    #[must_use]
    pub fn signature_count(&self) -> usize {
        self.signatures.len()
    }

    /// The payload bytes that nobody has vouched for: for showing and storing, never for deciding.
    #[must_use]
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// That trying every signature of these envelopes is bounded work (attack: a small document that takes minutes).
    pub(crate) fn check_work<'a>(
        envelopes: impl Iterator<Item = &'a Self>,
        limit: usize,
    ) -> Result<(), ParseError> {
        let (mut signatures, mut bytes) = (0_usize, 0_usize);
        for envelope in envelopes {
            let count = envelope.signatures.len();
            signatures = signatures.saturating_add(count);
            bytes = bytes.saturating_add(envelope.payload.len().saturating_mul(count));
        }
        if signatures > limit {
            return Err(ParseError::TooMany { field: "signatures", limit });
        }
        if bytes > limits::SIGNED_BYTES {
            return Err(ParseError::TooLarge { field: "signatures", limit: limits::SIGNED_BYTES });
        }
        Ok(())
    }

    /// The envelope as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let signatures = self.signatures.iter().fold(ArrayWriter::new(), |array, entry| {
            array.raw(
                &ObjectWriter::new().string("keyid", &entry.key_id).string("sig", &entry.base64).finish(),
            )
        });
        ObjectWriter::new()
            .string("payload", &Base64::encode_string(&self.payload))
            .string("payloadType", &self.payload_type)
            .raw("signatures", signatures.finish())
            .finish()
    }

    /// The bytes that are signed: `DSSEv1 len(type) type len(payload) payload`.
    #[must_use]
    pub fn pre_authentication_encoding(&self) -> Vec<u8> {
        let (kind, payload) = (&self.payload_type, &self.payload);
        let mut bytes = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
        bytes.extend_from_slice(payload);
        bytes
    }

    /// Whether an entry names `key`, which says nothing about who made it.
    pub(crate) fn names_key(&self, key: &PublicKey) -> bool {
        let key_id = key.key_id().to_string();
        self.signatures.iter().any(|entry| entry.key_id == key_id)
    }

    /// Whether one of the signatures that name `key` verifies under it; the code says why none does.
    ///
    /// Only entries that carry the key's id are tried (attack: trial verification lets a relabelled signature count).
    /// Of several codes it is the first of the table, so that the order of the entries does not matter.
    ///
    /// # Errors
    ///
    /// [`Code::SignerMismatch`] where no entry names the key, otherwise what is wrong with the entry that does.
    pub fn check_signature(&self, key: &PublicKey) -> Result<(), Code> {
        let key_id = key.key_id().to_string();
        let mut broken = Code::SignerMismatch;
        let mut encoding = None;
        for entry in self.signatures.iter().filter(|entry| entry.key_id == key_id) {
            let signature = Base64::decode_vec(&entry.base64).map_err(|_| Code::SignatureMalformed);
            let message = encoding.get_or_insert_with(|| self.pre_authentication_encoding());
            match signature.and_then(|signature| key.verify(message, &signature)) {
                Ok(()) => return Ok(()),
                Err(code) => broken = broken.min(code),
            }
        }
        Err(broken)
    }
}

impl Signature {
    fn from_value(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "signature")?;
        let entry = Self { key_id: fields.string("keyid", 1024)?, base64: fields.string("sig", 1024)? };
        fields.finish()?;
        Ok(entry)
    }
}

#[cfg(test)]
mod tests;
