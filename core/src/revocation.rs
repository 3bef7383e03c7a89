//! Revocations of proposals, weights and keys: terminal and at once.

use alloc::{string::String, vec::Vec};

use crate::{
    digest::Digest,
    error::ParseError,
    json::{Fields, ObjectWriter, Value},
    key::KeyId,
    limits,
    name::Principal,
    policy::{Plane, Policy},
    statement::{self, IN_TOTO, Statement, Subject},
    time::Timestamp,
};

/// The predicate type of a revocation of a proposal or of weights.
pub const REVOCATION: &str = "urn:placet:revocation:v1";
/// The payload type of a revocation of a key.
pub const KEY_REVOCATION: &str = "application/vnd.placet.key-revocation+json";

/// Why something is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// It is dangerous.
    Security,
    /// The model no longer behaves as it did.
    Drift,
    /// Something newer takes its place.
    Superseded,
    /// The policy no longer allows it.
    Policy,
    /// Another reason, which the text tells.
    Other,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 5] = [Self::Security, Self::Drift, Self::Superseded, Self::Policy, Self::Other];

    /// The value of the field `reason_code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Drift => "drift",
            Self::Superseded => "superseded",
            Self::Policy => "policy",
            Self::Other => "other",
        }
    }

    /// Reads the value of the field `reason_code`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// What a revocation of a model ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// One proposal with all its approvals.
    Proposal(Digest),
    /// Weights, in every proposal.
    Weights(Digest),
}

impl Target {
    fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "target")?;
        let build: fn(Digest) -> Self = fields.one_of("kind", |kind| match kind {
            "proposal" => Some(Self::Proposal as fn(Digest) -> Self),
            "weights" => Some(Self::Weights),
            _ => None,
        })?;
        let target = build(fields.digest("value")?);
        fields.finish()?;
        Ok(target)
    }

    fn to_json(self) -> String {
        let (kind, value) = match self {
            Self::Proposal(digest) => ("proposal", digest),
            Self::Weights(digest) => ("weights", digest),
        };
        ObjectWriter::new().string("kind", kind).display("value", &value).finish()
    }
}

/// The end of a proposal or of weights (governance plane; monitoring where the policy lets it).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The organisation.
    pub domain: Digest,
    /// The model and its weights.
    pub subject: Subject,
    /// What ends.
    pub target: Target,
    /// Why, as one of a few words.
    pub reason_code: Reason,
    /// Why; free text.
    pub reason: String,
    /// Who says so.
    pub revoked_by: Principal,
    /// When it was signed; it holds whenever that was.
    pub revoked_at: Timestamp,
    /// The digest of a drift report or another document.
    pub evidence: Option<Digest>,
}

impl Revocation {
    /// The payload bytes.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let predicate = ObjectWriter::new()
            .display("domain", &self.domain)
            .raw("target", self.target.to_json())
            .string("reason_code", self.reason_code.as_str())
            .string("reason", &self.reason)
            .string("revoked_by", self.revoked_by.as_str())
            .display("revoked_at", &self.revoked_at)
            .optional("evidence", self.evidence);
        statement::write(&self.subject, REVOCATION, predicate)
    }
}

impl Statement for Revocation {
    const PAYLOAD_TYPE: &'static str = IN_TOTO;

    fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (subject, mut fields) = statement::parse(payload, REVOCATION, limits::PAYLOAD)?;
        let revocation = Self {
            domain: fields.digest("domain")?,
            target: Target::parse(fields.required("target")?)?,
            reason_code: fields.one_of("reason_code", Reason::parse)?,
            reason: fields.text("reason")?,
            revoked_by: fields.identifier("revoked_by")?,
            revoked_at: fields.time("revoked_at")?,
            evidence: fields.optional_digest("evidence")?,
            subject,
        };
        fields.annotations()?;
        fields.finish()?;
        Ok(revocation)
    }

    fn domain(&self) -> Digest {
        self.domain
    }

    fn signer(&self) -> &Principal {
        &self.revoked_by
    }

    /// Governance may revoke whatever was proposed. A monitor alone may stop one proposal, where the policy lets it,
    /// for drift, and with evidence (attack: one monitor that revokes a whole model).
    fn entitled(&self, policy: &Policy) -> bool {
        let automatic = policy.auto_revoke.is_some()
            && matches!(self.target, Target::Proposal(_))
            && self.reason_code == Reason::Drift
            && self.evidence.is_some();
        policy.stands_in(&self.revoked_by, Plane::Governance)
            || (automatic && policy.stands_in(&self.revoked_by, Plane::Monitoring))
    }

    fn made_at(&self) -> Timestamp {
        self.revoked_at
    }
}

/// The end of a key, by its own principal or by a member of the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRevocation {
    /// The organisation.
    pub domain: Digest,
    /// The key that ends.
    pub key: KeyId,
    /// Why, as one of a few words.
    pub reason_code: Reason,
    /// Why; free text.
    pub reason: String,
    /// Who says so.
    pub revoked_by: Principal,
    /// When it was signed; it holds whenever that was.
    pub revoked_at: Timestamp,
}

impl KeyRevocation {
    /// The payload bytes.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        ObjectWriter::new()
            .display("domain", &self.domain)
            .display("key", &self.key)
            .string("reason_code", self.reason_code.as_str())
            .string("reason", &self.reason)
            .string("revoked_by", self.revoked_by.as_str())
            .display("revoked_at", &self.revoked_at)
            .finish()
            .into_bytes()
    }
}

impl Statement for KeyRevocation {
    const PAYLOAD_TYPE: &'static str = KEY_REVOCATION;

    fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        if payload.len() > limits::PAYLOAD {
            return Err(ParseError::TooLarge { field: "payload", limit: limits::PAYLOAD });
        }
        let mut fields = Fields::of(Value::parse(payload)?, "key revocation")?;
        let revocation = Self {
            domain: fields.digest("domain")?,
            key: fields.key_id("key")?,
            reason_code: fields.one_of("reason_code", Reason::parse)?,
            reason: fields.text("reason")?,
            revoked_by: fields.identifier("revoked_by")?,
            revoked_at: fields.time("revoked_at")?,
        };
        fields.annotations()?;
        fields.finish()?;
        Ok(revocation)
    }

    fn domain(&self) -> Digest {
        self.domain
    }

    fn signer(&self) -> &Principal {
        &self.revoked_by
    }

    /// The key's own principal or a member of the root, and never a key of the root or of the list signers (attack: one
    /// approver who locks out another, or everybody).
    fn entitled(&self, policy: &Policy) -> bool {
        let own = policy.owner(self.key) == Some(&self.revoked_by);
        (own || policy.root.principals.contains(&self.revoked_by)) && !policy.is_anchor(self.key)
    }

    fn made_at(&self) -> Timestamp {
        self.revoked_at
    }
}
