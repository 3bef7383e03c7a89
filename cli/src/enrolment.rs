//! A request of a new key to be named by the next policy, as the console writes it and the registry keeps it.
//!
//! It proves that somebody has the secret half, and nothing of who that is: root holders compare the words by voice.

use std::path::Path;

use placet_core::{
    code::Code,
    digest::Digest,
    error::ParseError,
    json::{Fields, ObjectWriter, Value},
    key::PublicKey,
    limits,
    name::Principal,
    summary::escape,
};

use crate::{
    error::{At as _, Error, Result},
    files,
    registry_client::RegistryArgs,
};

/// What is signed begins so that it can be nothing else.
const CONTEXT: &str = "placet-enrolment-v1\n";

/// A request whose signature was verified.
#[derive(Clone, Debug)]
pub(crate) struct Enrolment {
    pub(crate) name: Principal,
    pub(crate) display_name: String,
    pub(crate) public_key: PublicKey,
}

impl Enrolment {
    /// Finds a request: a file, or its number in the registry.
    pub(crate) fn find(reference: &str, registry: &RegistryArgs) -> Result<Self> {
        let path = Path::new(reference);
        let number = reference.parse::<u64>().ok().filter(|_| !path.exists());
        let Some(number) = number else {
            return Self::parse(&files::read(path, limits::TEXT)?).at(path.display());
        };
        let found = registry.required()?.enrolments()?.into_iter();
        let found = found.into_iter().find(|item| item["id"] == number);
        let found = found.ok_or_else(|| {
            Error::new("document_not_found", format!("the registry keeps no enrolment {reference}"))
        })?;
        Self::parse(found.to_string().as_bytes()).at(format_args!("enrolment {reference}"))
    }

    /// Reads a request and verifies that its sender has the key.
    fn parse(bytes: &[u8]) -> Result<Self> {
        let mut fields = Fields::of(Value::parse(bytes).map_err(ParseError::from)?, "enrolment")?;
        let mut text = |field: &'static str| -> std::result::Result<String, ParseError> {
            let value = fields.required(field)?.as_str();
            value.map(String::from).ok_or(ParseError::WrongType { field, expected: "a string" })
        };
        let [name, display_name, public_key, note, signed_at, signature] = [
            text("name")?,
            text("display_name")?,
            text("public_key")?,
            text("note")?,
            text("signed_at")?,
            text("signature")?,
        ];
        // The registry adds its own number.
        let _number = fields.optional("id");
        fields.finish()?;
        let key = PublicKey::parse_hex(&public_key)?;
        let signed = ObjectWriter::new()
            .string("name", &name)
            .string("display_name", &display_name)
            .string("public_key", &public_key)
            .string("note", &note)
            .string("signed_at", &signed_at)
            .finish();
        let malformed = || Error::of(Code::SignatureMalformed, Code::SignatureMalformed.meaning());
        let (r, s) = signature.split_at_checked(64).ok_or_else(malformed)?;
        let half = |hex| Digest::parse_hex(hex).map(|half| *half.as_bytes()).ok_or_else(malformed);
        let signature = [half(r)?, half(s)?].concat();
        key.verify(format!("{CONTEXT}{signed}").as_bytes(), &signature)
            .map_err(|code| Error::of(code, code.meaning()))?;
        Ok(Self { name: Principal::parse(&name)?, display_name, public_key: key })
    }

    /// What is compared by voice.
    pub(crate) fn words(&self) -> String {
        format!(
            "The key of {} ({}); let them read these words to you:\n  {}\n  {}",
            escape(&self.display_name),
            self.name,
            self.public_key.words(),
            self.public_key.fingerprint()
        )
    }
}
