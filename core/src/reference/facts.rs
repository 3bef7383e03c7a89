//! The integrity facts: the summary of an approval that the library merges into an agent's facts.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};

use super::{
    approval::{ModelApproval, read, texts_of},
    python::{self, DictWriter, Layout},
    time::{DateTime, isoformat_of},
};
use crate::{error::ParseError, json::Fields};

/// `{"governance": {…}}` with its eleven keys. A claim: nothing of it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrityFacts {
    /// The id of the approval.
    pub approval_id: String,
    /// The model.
    pub model_id: String,
    /// The digest of its weights, as free text.
    pub weights_hash: String,
    /// The first approver.
    pub approved_by: String,
    /// When it was approved.
    pub approved_at: DateTime,
    /// The first moment at which it no longer holds; none: never.
    pub expires_at: Option<DateTime>,
    /// `active` or `revoked`.
    pub status: String,
    /// The governance profile.
    pub profile: String,
    /// Whether there are enough approvers, by the word of who wrote the facts.
    pub has_quorum: bool,
    /// Where it holds; none: everywhere.
    pub approved_environments: Option<Vec<String>>,
    /// For what it holds; none: for everything.
    pub approved_scopes: Option<Vec<String>>,
}

impl IntegrityFacts {
    /// The facts of an approval. `has_quorum` is what the writer can answer for, such as a permit of
    /// [`verify`](super::verify()); the library writes [`ModelApproval::claims_quorum`].
    #[must_use]
    pub fn of(approval: &ModelApproval, has_quorum: bool) -> Self {
        let terms = approval.terms().clone();
        Self {
            approval_id: terms.approval_id,
            model_id: terms.model_id,
            weights_hash: terms.weights_hash,
            approved_by: terms.approved_by,
            approved_at: terms.approved_at,
            expires_at: terms.expires_at,
            status: approval.status().into(),
            profile: terms.profile,
            has_quorum,
            approved_environments: terms.approved_environments,
            approved_scopes: terms.approved_scopes,
        }
    }

    /// Reads an object whose only key is `governance`, with exactly the keys that the library writes.
    ///
    /// # Errors
    ///
    /// [`ParseError`] with the code of the first rule that is broken.
    pub fn parse(facts: &[u8]) -> Result<Self, ParseError> {
        let mut outer = read(facts, "facts")?;
        let mut fields = Fields::of(outer.required("governance")?, "governance")?;
        let facts = Self {
            approval_id: fields.text("approval_id")?,
            model_id: fields.text("model_id")?,
            weights_hash: fields.text("weights_hash")?,
            approved_by: fields.text("approved_by")?,
            approved_at: fields.isoformat("approved_at")?,
            expires_at: fields.or_null("expires_at", isoformat_of)?,
            status: fields.text("status")?,
            profile: fields.text("profile")?,
            has_quorum: fields.boolean("has_quorum")?,
            approved_environments: fields.or_null("approved_environments", texts_of)?,
            approved_scopes: fields.or_null("approved_scopes", texts_of)?,
        };
        fields.finish()?;
        outer.finish()?;
        Ok(facts)
    }

    /// The facts, byte for byte as Python's `json.dumps` writes them.
    #[must_use]
    pub fn to_json(&self) -> String {
        let layout = Layout::Default;
        let expires_at = self.expires_at.map(|time| time.to_string());
        let governance = DictWriter::new(layout)
            .string("approval_id", &self.approval_id)
            .string("model_id", &self.model_id)
            .string("weights_hash", &self.weights_hash)
            .string("approved_by", &self.approved_by)
            .string("approved_at", &self.approved_at.to_string())
            .item("expires_at", &python::optional(expires_at.as_deref()))
            .string("status", &self.status)
            .string("profile", &self.profile)
            .item("has_quorum", python::boolean(self.has_quorum))
            .item("approved_environments", &python::strings(layout, self.approved_environments.as_deref()))
            .item("approved_scopes", &python::strings(layout, self.approved_scopes.as_deref()))
            .finish();
        DictWriter::new(layout).item("governance", &governance).finish()
    }
}
