//! in-toto Statements v1 (in-toto attestation, `spec/v1/statement.md`): what is said about a model, and who says it.

use alloc::{string::String, vec::Vec};

use crate::{
    code::Code,
    digest::Digest,
    error::ParseError,
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    name::{ModelId, Principal},
    policy::Policy,
    time::Timestamp,
    weights::{Weights, WeightsKind},
};

/// The payload type of every statement about a model.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";
/// The `_type` of every statement about a model.
const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";

/// A document that one named principal signs.
pub trait Statement: Sized {
    /// The `payloadType` of its envelope.
    const PAYLOAD_TYPE: &'static str;

    /// Reads the payload.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are not exactly such a document.
    fn parse(payload: &[u8]) -> Result<Self, ParseError>;

    /// The domain for which it was made.
    fn domain(&self) -> Digest;

    /// Who says so.
    fn signer(&self) -> &Principal;

    /// Whether `policy` lets its signer say so.
    fn entitled(&self, policy: &Policy) -> bool;

    /// When it was made, as its signer says.
    fn made_at(&self) -> Timestamp;
}

/// The one model that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The model's name.
    pub model_id: ModelId,
    /// Its exact weights.
    pub weights: Weights,
}

impl Subject {
    fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "subject")?;
        let model_id = fields.identifier("name")?;
        let members = fields.required("digest")?.members();
        let mut members = members.ok_or(ParseError::WrongType { field: "digest", expected: "an object" })?;
        fields.finish()?;
        let (Some((key, value)), None) = (members.next(), members.next()) else {
            return Err(ParseError::invalid("digest", Code::SubjectCount));
        };
        let kind = WeightsKind::from_digest_key(&key);
        let kind = kind.ok_or(ParseError::invalid("digest", Code::UnknownValue))?;
        let digest = value.as_str().and_then(|text| Digest::parse_hex(&text));
        let digest = digest.ok_or(ParseError::invalid("digest", Code::InvalidDigest))?;
        Ok(Self { model_id, weights: Weights { kind, digest } })
    }

    fn to_json(&self) -> String {
        let Weights { kind, digest } = self.weights;
        let digest = ObjectWriter::new().string(kind.digest_key(), &digest.to_hex()).finish();
        ObjectWriter::new().string("name", self.model_id.as_str()).raw("digest", digest).finish()
    }
}

/// Splits a statement of `predicate_type` into its subject and the fields of its predicate.
pub(crate) fn parse<'a>(
    payload: &'a [u8],
    predicate_type: &str,
    limit: usize,
) -> Result<(Subject, Fields<'a>), ParseError> {
    if payload.len() > limit {
        return Err(ParseError::TooLarge { field: "payload", limit });
    }
    let mut fields = Fields::of(Value::parse(payload)?, "statement")?;
    if fields.text("_type")? != STATEMENT_V1 {
        return Err(ParseError::invalid("_type", Code::WrongStatementType));
    }
    if fields.text("predicateType")? != predicate_type {
        return Err(ParseError::invalid("predicateType", Code::WrongPredicateType));
    }
    let subjects = fields.required("subject")?.elements();
    let mut subjects = subjects.ok_or(ParseError::WrongType { field: "subject", expected: "an array" })?;
    let (Some(subject), None) = (subjects.next(), subjects.next()) else {
        return Err(ParseError::invalid("subject", Code::SubjectCount));
    };
    let predicate = fields.required("predicate")?;
    fields.finish()?;
    Ok((Subject::parse(subject)?, Fields::of(predicate, "predicate")?))
}

/// The `predicateType` of a payload that claims to be a statement, for telling documents apart before one is read.
#[must_use]
pub fn predicate_type(payload: &[u8]) -> Option<String> {
    let value = Value::parse(payload).ok()?;
    let (_, kind) = value.members()?.find(|(key, _)| key == "predicateType")?;
    kind.as_str().map(alloc::borrow::Cow::into_owned)
}

/// Writes a statement as canonical JSON.
pub(crate) fn write(subject: &Subject, predicate_type: &str, predicate: ObjectWriter) -> Vec<u8> {
    ObjectWriter::new()
        .string("_type", STATEMENT_V1)
        .raw("subject", ArrayWriter::new().raw(&subject.to_json()).finish())
        .string("predicateType", predicate_type)
        .raw("predicate", predicate.finish())
        .finish()
        .into_bytes()
}
