//! What was sent in: an envelope, and its signatures one by one.
//!
//! Guards the database against junk: of the signatures only those are stored that verify under a key of the principals
//! who are named, so that nobody can fill an envelope with entries of their own.

use base64ct::{Base64, Encoding as _};
use placet_core::{envelope::Envelope, key::PublicKey};
use serde::Deserialize;

use crate::error::Refusal;

/// A parsed envelope, nothing of it verified.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) envelope: Envelope,
    /// Key ids and the 64 bytes that stand beside them.
    signatures: Vec<(String, [u8; 64])>,
}

#[derive(Deserialize)]
struct Signatures {
    signatures: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    keyid: String,
    sig: String,
}

impl Submission {
    /// Reads an envelope.
    ///
    /// # Errors
    ///
    /// [`Refusal`] where the bytes are none.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let envelope = Envelope::parse(bytes)?;
        // The strict reader took these bytes, so no other reader sees anything else in them.
        let entries = serde_json::from_slice::<Signatures>(bytes).map(|read| read.signatures);
        let signature = |entry: Entry| {
            let bytes = Base64::decode_vec(&entry.sig).ok()?;
            Some((entry.keyid, <[u8; 64]>::try_from(bytes).ok()?))
        };
        let signatures = entries.unwrap_or_default().into_iter().filter_map(signature).collect();
        Ok(Self { envelope, signatures })
    }

    /// Takes over into `envelope` what was sent with valid signatures under `keys`; says whether any was new.
    pub(crate) fn add_valid_signatures<'a>(
        &self,
        envelope: &mut Envelope,
        keys: impl IntoIterator<Item = &'a PublicKey>,
    ) -> bool {
        let before = envelope.signature_count();
        for key in keys {
            let key_id = key.key_id().to_string();
            for (_, signature) in self.signatures.iter().filter(|(named, _)| *named == key_id) {
                let mut larger = envelope.clone();
                // The same key may sign the same bytes in more than one way: the first one stays.
                if larger.add_made_signature(key, signature).is_ok()
                    && larger.signature_count() > envelope.signature_count()
                {
                    *envelope = larger;
                }
            }
        }
        envelope.signature_count() > before
    }

    /// The envelope with no signatures but the valid ones under `keys`.
    pub(crate) fn cleaned<'a>(&self, keys: impl IntoIterator<Item = &'a PublicKey>) -> Envelope {
        let payload = self.envelope.unverified_payload().to_vec();
        let mut envelope = Envelope::unsigned(self.envelope.payload_type(), payload);
        self.add_valid_signatures(&mut envelope, keys);
        envelope
    }
}
