//! `ModelApproval`: the signed terms of an approval, and around them what nobody signed.

use alloc::{
    borrow::ToOwned as _,
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{
    python::{self, DictWriter, Layout},
    time::{DateTime, isoformat_of},
};
use crate::{
    code::Code,
    digest::{Digest, hex},
    document::string_of,
    error::ParseError,
    json::{Fields, Value},
    key::Signer,
    limits,
    proposal::Proposal,
    time::Timestamp,
};

/// The status of a record that nobody has revoked; it is not signed, so it proves nothing.
pub(super) const ACTIVE: &str = "active";
/// The status of a revoked record.
pub(super) const REVOKED: &str = "revoked";

/// The eleven fields that the signatures cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The id of the approval; `approval:` and 16 hex digits where the library chose it.
    pub approval_id: String,
    /// The model.
    pub model_id: String,
    /// The digest of its weights, as free text.
    pub weights_hash: String,
    /// The first approver, by their own word.
    pub approved_by: String,
    /// When it was approved.
    pub approved_at: DateTime,
    /// The first moment at which it no longer holds; none: never, which is denied.
    pub expires_at: Option<DateTime>,
    /// The governance profile under which it was approved.
    pub profile: String,
    /// An id that ties it to other records.
    pub correlation_id: Option<String>,
    /// Where it holds; none: everywhere.
    pub approved_environments: Option<Vec<String>>,
    /// For what it holds; none: for everything.
    pub approved_scopes: Option<Vec<String>>,
    /// How many approvers the record itself asks for.
    pub required_approvers: i64,
}

impl Terms {
    /// The terms by which the library would run what `proposal` proposes, with the proposal's digest as correlation id:
    /// information, no more.
    ///
    /// `approved_at` is not before the proposal's window, as the record has no other start.
    #[must_use]
    pub fn of_proposal(
        proposal: &Proposal,
        digest: Digest,
        approved_by: &str,
        approved_at: Timestamp,
        required_approvers: u32,
    ) -> Self {
        let id = digest.to_hex();
        Self {
            approval_id: format!("approval:{}", id.get(..16).unwrap_or(&id)),
            model_id: proposal.subject.model_id.as_str().to_owned(),
            weights_hash: proposal.subject.weights.digest.to_string(),
            approved_by: approved_by.to_owned(),
            approved_at: approved_at.max(proposal.window.not_before).into(),
            expires_at: Some(proposal.window.not_after.into()),
            profile: "default".to_owned(),
            approved_environments: Some(
                proposal.environments.iter().map(|name| name.as_str().to_owned()).collect(),
            ),
            approved_scopes: Some(proposal.scopes.iter().map(|name| name.as_str().to_owned()).collect()),
            required_approvers: required_approvers.into(),
            correlation_id: Some(id),
        }
    }

    /// The signed text and its digest.
    #[must_use]
    pub fn canonical(&self) -> Canonical {
        let expires_at = self.expires_at.map(|time| time.to_string());
        let layout = Layout::Compact;
        // Keys in the order of `sort_keys`.
        let text = DictWriter::new(layout)
            .string("approval_id", &self.approval_id)
            .string("approved_at", &self.approved_at.to_string())
            .string("approved_by", &self.approved_by)
            .item("approved_environments", &python::strings(layout, self.approved_environments.as_deref()))
            .item("approved_scopes", &python::strings(layout, self.approved_scopes.as_deref()))
            .item("correlation_id", &python::optional(self.correlation_id.as_deref()))
            .item("expires_at", &python::optional(expires_at.as_deref()))
            .string("model_id", &self.model_id)
            .string("profile", &self.profile)
            .item("required_approvers", &self.required_approvers.to_string())
            .string("weights_hash", &self.weights_hash)
            .finish();
        let digest = Digest::of(text.as_bytes());
        Canonical { text, digest }
    }
}

/// What the signatures of a record cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The canonical JSON of the eleven fields, ASCII only.
    pub text: String,
    /// Its SHA-256; the library writes it as 64 lower-case hex digits without a prefix.
    pub digest: Digest,
}

impl Canonical {
    /// The signed bytes: the 64 hex digits of the digest, and nothing that says for what they are.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        self.digest.to_hex().into_bytes()
    }
}

/// Reads a record and gives what its signatures cover.
///
/// # Errors
///
/// As [`ModelApproval::parse`].
pub fn canonical(record: &[u8]) -> Result<Canonical, ParseError> {
    ModelApproval::parse(record).map(|approval| approval.terms.canonical())
}

/// A record of an approval. Its signatures are claims until [`verify`](super::verify()) has seen them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelApproval {
    terms: Terms,
    signature: String,
    status: String,
    approver_signatures: Vec<(String, String)>,
}

impl ModelApproval {
    /// An approval that nobody has signed yet.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidInteger`] where it asks for no approver or for more than can sign, and
    /// [`Code::RecordNeverExpires`]: the library would take such a record, [`verify`](super::verify()) would not.
    pub fn new(terms: Terms) -> Result<Self, ParseError> {
        let required = usize::try_from(terms.required_approvers);
        if !required.is_ok_and(|required| (1..=limits::SIGNATURES).contains(&required)) {
            return Err(ParseError::invalid("required_approvers", Code::InvalidInteger));
        }
        if terms.expires_at.is_none() {
            return Err(ParseError::invalid("expires_at", Code::RecordNeverExpires));
        }
        Ok(Self {
            terms,
            signature: String::new(),
            status: ACTIVE.to_owned(),
            approver_signatures: Vec::new(),
        })
    }

    /// Reads a record that holds exactly the fields that the library writes.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the code of the first rule that is broken. What the library would repair or let pass (a field
    /// that is missing or of another type, a time in another form, an unknown field) is refused.
    pub fn parse(record: &[u8]) -> Result<Self, ParseError> {
        let mut fields = read(record, "record")?;
        let approval = Self {
            terms: Terms {
                approval_id: fields.text("approval_id")?,
                model_id: fields.text("model_id")?,
                weights_hash: fields.text("weights_hash")?,
                approved_by: fields.text("approved_by")?,
                approved_at: fields.isoformat("approved_at")?,
                expires_at: fields.or_null("expires_at", isoformat_of)?,
                profile: fields.text("profile")?,
                correlation_id: fields.or_null("correlation_id", text_of)?,
                approved_environments: fields.or_null("approved_environments", texts_of)?,
                approved_scopes: fields.or_null("approved_scopes", texts_of)?,
                required_approvers: python_integer(fields.required("required_approvers")?)?,
            },
            signature: fields.text("signature")?,
            status: fields.text("status")?,
            approver_signatures: signatures(fields.required("approver_signatures")?)?,
        };
        fields.finish()?;
        Ok(approval)
    }

    /// What the signatures cover.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The single signature of the first approver, which names no key and is no evidence of a quorum.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// `active` or `revoked`, by the word of whoever held the record last.
    #[must_use]
    pub fn status(&self) -> &str {
        &self.status
    }

    /// Names and what stands as their signatures, in the order of the record.
    pub fn approver_signatures(&self) -> impl Iterator<Item = (&str, &str)> {
        self.approver_signatures.iter().map(|(name, signature)| (name.as_str(), signature.as_str()))
    }

    /// What the library calls `has_quorum`: there are as many entries as the record asks for, whatever they are. Never
    /// evidence.
    #[must_use]
    pub fn claims_quorum(&self) -> bool {
        let entries = i64::try_from(self.approver_signatures.len());
        entries.is_ok_and(|entries| entries >= self.terms.required_approvers)
    }

    /// Signs for `approver`, as the library does; the first signature stands as the record's own, too.
    ///
    /// # Errors
    ///
    /// [`ParseError::TooMany`] over [`limits::SIGNATURES`].
    pub fn sign(&mut self, approver: &str, signer: &impl Signer) -> Result<(), ParseError> {
        let signature = hex(&signer.sign(&self.terms.canonical().message()));
        if let Some((_, old)) = self.approver_signatures.iter_mut().find(|(name, _)| name == approver) {
            old.clone_from(&signature);
        } else if self.approver_signatures.len() < limits::SIGNATURES {
            self.approver_signatures.push((approver.to_owned(), signature.clone()));
        } else {
            return Err(ParseError::TooMany { field: "approver_signatures", limit: limits::SIGNATURES });
        }
        if self.signature.is_empty() {
            self.signature = signature;
        }
        Ok(())
    }

    /// Marks the record as revoked. Anybody can undo it, as nothing of it is signed.
    pub fn revoke(&mut self) {
        REVOKED.clone_into(&mut self.status);
    }

    /// The record, byte for byte as Python's `json.dumps` writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Terms { approved_environments, approved_scopes, .. } = &self.terms;
        let expires_at = self.terms.expires_at.map(|time| time.to_string());
        let layout = Layout::Default;
        let signatures = self
            .approver_signatures()
            .fold(DictWriter::new(layout), |dict, (name, text)| dict.string(name, text));
        DictWriter::new(layout)
            .string("approval_id", &self.terms.approval_id)
            .string("model_id", &self.terms.model_id)
            .string("weights_hash", &self.terms.weights_hash)
            .string("approved_by", &self.terms.approved_by)
            .string("approved_at", &self.terms.approved_at.to_string())
            .item("expires_at", &python::optional(expires_at.as_deref()))
            .string("profile", &self.terms.profile)
            .item("correlation_id", &python::optional(self.terms.correlation_id.as_deref()))
            .string("signature", &self.signature)
            .string("status", &self.status)
            .item("approved_environments", &python::strings(layout, approved_environments.as_deref()))
            .item("approved_scopes", &python::strings(layout, approved_scopes.as_deref()))
            .item("required_approvers", &self.terms.required_approvers.to_string())
            .item("approver_signatures", &signatures.finish())
            .finish()
    }
}

/// The fields of a record of a bounded size.
pub(super) fn read<'a>(record: &'a [u8], what: &'static str) -> Result<Fields<'a>, ParseError> {
    if record.len() > limits::PAYLOAD {
        return Err(ParseError::TooLarge { field: what, limit: limits::PAYLOAD });
    }
    Fields::of(Value::parse(record)?, what)
}

impl<'a> Fields<'a> {
    /// Takes a required field that may be `null`, which Python writes for `None`.
    pub(super) fn or_null<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(Value<'a>, &'static str) -> Result<T, ParseError>,
    ) -> Result<Option<T>, ParseError> {
        let value = self.required(field)?;
        if value.is_null() { Ok(None) } else { read(value, field).map(Some) }
    }
}

/// A string of a record.
pub(super) fn text_of(value: Value<'_>, field: &'static str) -> Result<String, ParseError> {
    string_of(value, field, limits::TEXT)
}

/// A list of strings. A string alone is none: the library would look for an environment inside of it.
pub(super) fn texts_of(value: Value<'_>, field: &'static str) -> Result<Vec<String>, ParseError> {
    let elements = value.elements().ok_or(ParseError::WrongType { field, expected: "an array" })?;
    let mut texts = Vec::new();
    for element in elements {
        if texts.len() >= limits::PLACES {
            return Err(ParseError::TooMany { field, limit: limits::PLACES });
        }
        texts.push(text_of(element, field)?);
    }
    Ok(texts)
}

/// An integer that Python writes back as it stands; `true`, `1.0` and `-0` are none.
fn python_integer(value: Value<'_>) -> Result<i64, ParseError> {
    let (negative, digits) = value.raw().strip_prefix('-').map_or((false, value.raw()), |rest| (true, rest));
    let plain = digits.bytes().all(|b| b.is_ascii_digit());
    let magnitude = plain.then(|| digits.parse::<i64>().ok()).flatten().filter(|n| *n < 1 << 53);
    let integer = match magnitude {
        Some(0) if negative => None,
        Some(magnitude) if negative => magnitude.checked_neg(),
        other => other,
    };
    integer.ok_or(ParseError::invalid("required_approvers", Code::InvalidInteger))
}

/// The map of names to signatures, in its order.
fn signatures(value: Value<'_>) -> Result<Vec<(String, String)>, ParseError> {
    const FIELD: &str = "approver_signatures";
    let members = value.members().ok_or(ParseError::WrongType { field: FIELD, expected: "an object" })?;
    let mut signatures = Vec::new();
    for (name, signature) in members {
        if signatures.len() >= limits::SIGNATURES {
            return Err(ParseError::TooMany { field: FIELD, limit: limits::SIGNATURES });
        }
        if name.len() > limits::TEXT {
            return Err(ParseError::TooLarge { field: FIELD, limit: limits::TEXT });
        }
        signatures.push((name.into_owned(), text_of(signature, FIELD)?));
    }
    Ok(signatures)
}
