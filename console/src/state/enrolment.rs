//! The request of a new key to be named in a policy: its public half, and the proof that somebody holds the rest.
//!
//! It is no evidence of anything but that: whom the key belongs to is what root holders compare by voice, in words.

use placet_core::{json::ObjectWriter, key::Signer, name::Principal, time::Timestamp};

/// What stands before the signed bytes, so that such a signature is none over anything else.
const CONTEXT: &[u8] = b"placet-enrolment-v1\n";
/// The most characters of the two free texts.
pub const LONGEST_TEXT: usize = 256;

/// A request before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The principal's name that is asked for.
    pub name: Principal,
    /// The name to show.
    pub display_name: String,
    /// What the root holders should know.
    pub note: String,
    /// When it is signed.
    pub signed_at: Timestamp,
}

/// Which field is not as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not a principal's name.
    Name,
    /// Empty, or too long.
    DisplayName,
    /// Too long.
    Note,
}

impl Refusal {
    /// What is so, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Name => {
                "1 to 128 lower-case letters, digits and . _ @ : - beginning with a letter or digit."
            }
            Self::DisplayName => "1 to 256 characters.",
            Self::Note => "At most 256 characters.",
        }
    }
}

impl Request {
    /// Reads the fields of the form.
    ///
    /// # Errors
    ///
    /// The first [`Refusal`].
    pub fn new(name: &str, display_name: &str, note: &str, signed_at: Timestamp) -> Result<Self, Refusal> {
        let name = Principal::parse(name.trim()).map_err(|_| Refusal::Name)?;
        let (display_name, note) = (display_name.trim(), note.trim());
        if display_name.is_empty() || display_name.chars().count() > LONGEST_TEXT {
            return Err(Refusal::DisplayName);
        }
        if note.chars().count() > LONGEST_TEXT {
            return Err(Refusal::Note);
        }
        Ok(Self { name, display_name: display_name.into(), note: note.into(), signed_at })
    }

    fn fields(&self, public_key: &str) -> ObjectWriter {
        ObjectWriter::new()
            .string("name", self.name.as_str())
            .string("display_name", &self.display_name)
            .string("public_key", public_key)
            .string("note", &self.note)
            .display("signed_at", &self.signed_at)
    }

    /// The body to send: the fields, and the signature of `key` over them.
    #[must_use]
    pub fn sign(&self, key: &impl Signer) -> String {
        let public = key.public_key().to_hex();
        let message = [CONTEXT, self.fields(&public).finish().as_bytes()].concat();
        let signature: String = key.sign(&message).iter().fold(String::new(), |mut hex, byte| {
            use std::fmt::Write as _;
            // Writing to a `String` cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        self.fields(&public).string("signature", &signature).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::key::verify_signature;
    use placet_testkit::{Key, NOW, time};

    #[test]
    fn the_signature_is_over_the_canonical_form_of_the_other_fields() {
        let key = Key::of("new.person");
        let request = Request::new("new.person", " New Person ", "call me", time(NOW)).unwrap();
        let body: serde_json::Value = serde_json::from_str(&request.sign(&key)).unwrap();
        let signature = body["signature"].as_str().unwrap();
        let bytes: Vec<u8> =
            (0..64).map(|i| u8::from_str_radix(&signature[2 * i..2 * i + 2], 16).unwrap()).collect();
        let public = key.public_key();
        let message = format!(
            "placet-enrolment-v1\n{{\"display_name\":\"New Person\",\"name\":\"new.person\",\"note\":\"call me\",\
             \"public_key\":\"{}\",\"signed_at\":\"{NOW}\"}}",
            public.to_hex()
        );
        assert_eq!(verify_signature(public.as_bytes(), message.as_bytes(), &bytes), Ok(()));
    }

    #[test]
    fn names_that_no_policy_could_hold_are_refused() {
        let new = |name, shown, note| Request::new(name, shown, note, time(NOW)).map(drop);
        assert_eq!(new("Chandra", "C", ""), Err(Refusal::Name));
        assert_eq!(new("", "C", ""), Err(Refusal::Name));
        assert_eq!(new("c", " ", ""), Err(Refusal::DisplayName));
        assert_eq!(new("c", "C", &"x".repeat(257)), Err(Refusal::Note));
    }
}
