//! Proposals: what approvers are asked to allow.

use alloc::{string::String, vec::Vec};

use crate::{
    code::Code,
    digest::Digest,
    error::ParseError,
    json::{Fields, ObjectWriter, Value},
    limits,
    name::{Environment, Principal, Scope},
    policy::{Plane, Policy},
    statement::{self, IN_TOTO, Statement, Subject},
    time::{Timestamp, Window},
};

/// The predicate type.
pub const PROPOSAL: &str = "urn:placet:proposal:v1";

/// The wish to run a training output somewhere for some time (governance plane).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The organisation.
    pub domain: Digest,
    /// The model and its weights.
    pub subject: Subject,
    /// The digest of the training output.
    pub training_output: Digest,
    /// Where it shall run; at least one.
    pub environments: Vec<Environment>,
    /// For what it shall run; at least one.
    pub scopes: Vec<Scope>,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// From when until before when it shall run.
    pub window: Window,
    /// The policy under which it was made.
    pub policy: PolicyRef,
    /// Who proposes.
    pub proposed_by: Principal,
    /// The proposal that this one replaces.
    pub supersedes: Option<Digest>,
    /// Why; free text.
    pub note: String,
}

/// A policy by version and digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyRef {
    /// Its version.
    pub version: u64,
    /// The digest of its payload.
    pub digest: Digest,
}

impl PolicyRef {
    pub(crate) fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "policy")?;
        let policy =
            Self { version: fields.integer("version", 1..=u64::MAX)?, digest: fields.digest("digest")? };
        fields.finish()?;
        Ok(policy)
    }

    pub(crate) fn to_json(self) -> String {
        ObjectWriter::new().integer("version", self.version).display("digest", &self.digest).finish()
    }
}

impl Proposal {
    /// Whether the proposal is for `environment` and has not run out: it runs there, or may come to.
    #[must_use]
    pub fn may_run_in(&self, environment: &Environment, now: Timestamp) -> bool {
        self.environments.contains(environment) && now < self.window.not_after
    }

    /// The environments and scopes that the proposal names, each with each.
    pub fn places(&self) -> impl Iterator<Item = (&Environment, &Scope)> {
        self.environments
            .iter()
            .flat_map(|environment| self.scopes.iter().map(move |scope| (environment, scope)))
    }

    /// The payload bytes.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let predicate = ObjectWriter::new()
            .display("domain", &self.domain)
            .string("model_id", self.subject.model_id.as_str())
            .display("training_output", &self.training_output)
            .strings("environments", &self.environments)
            .strings("scopes", &self.scopes)
            .display("proposed_at", &self.proposed_at)
            .display("not_before", &self.window.not_before)
            .display("expires_at", &self.window.not_after)
            .raw("policy", self.policy.to_json())
            .string("proposed_by", self.proposed_by.as_str())
            .optional("supersedes", self.supersedes)
            .string("note", &self.note);
        statement::write(&self.subject, PROPOSAL, predicate)
    }
}

impl Statement for Proposal {
    const PAYLOAD_TYPE: &'static str = IN_TOTO;

    fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (subject, mut fields) = statement::parse(payload, PROPOSAL, limits::PAYLOAD)?;
        let proposal = Self {
            domain: fields.digest("domain")?,
            training_output: fields.digest("training_output")?,
            environments: fields.some_identifiers("environments", limits::PLACES)?,
            scopes: fields.some_identifiers("scopes", limits::PLACES)?,
            proposed_at: fields.time("proposed_at")?,
            window: fields.window("not_before", "expires_at")?,
            policy: PolicyRef::parse(fields.required("policy")?)?,
            proposed_by: fields.identifier("proposed_by")?,
            supersedes: fields.optional_digest("supersedes")?,
            note: fields.text("note")?,
            subject,
        };
        let same_model = fields.string("model_id", 256)? == proposal.subject.model_id.as_str();
        fields.annotations()?;
        fields.finish()?;
        if same_model { Ok(proposal) } else { Err(ParseError::invalid("model_id", Code::ModelMismatch)) }
    }

    fn domain(&self) -> Digest {
        self.domain
    }

    fn signer(&self) -> &Principal {
        &self.proposed_by
    }

    fn entitled(&self, policy: &Policy) -> bool {
        policy.stands_in(&self.proposed_by, Plane::Governance)
    }

    fn made_at(&self) -> Timestamp {
        self.proposed_at
    }
}
