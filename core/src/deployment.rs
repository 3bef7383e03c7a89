//! Deployment statements: what a serving process says that it did with a decision. Evidence only.

use alloc::vec::Vec;

use crate::{
    decision::Outcome,
    digest::Digest,
    error::ParseError,
    json::ObjectWriter,
    limits,
    name::{Environment, Principal, Scope},
    policy::{Plane, Policy},
    statement::{self, IN_TOTO, Statement, Subject},
    time::Timestamp,
};

/// The predicate type.
pub const DEPLOYMENT: &str = "urn:placet:deployment:v1";

/// That a model was deployed, or was not, and by which decision (serving plane).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The organisation.
    pub domain: Digest,
    /// The model and its weights.
    pub subject: Subject,
    /// The digest of the proposal.
    pub proposal: Digest,
    /// Where.
    pub environment: Environment,
    /// For what.
    pub scope: Scope,
    /// What was decided.
    pub outcome: Outcome,
    /// The deployer.
    pub deployed_by: Principal,
    /// When.
    pub deployed_at: Timestamp,
    /// The digest of the decision's bytes.
    pub decision: Digest,
}

impl Deployment {
    /// The payload bytes.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let predicate = ObjectWriter::new()
            .display("domain", &self.domain)
            .display("proposal", &self.proposal)
            .string("environment", self.environment.as_str())
            .string("scope", self.scope.as_str())
            .string("outcome", self.outcome.as_str())
            .string("deployed_by", self.deployed_by.as_str())
            .display("deployed_at", &self.deployed_at)
            .display("decision", &self.decision);
        statement::write(&self.subject, DEPLOYMENT, predicate)
    }
}

impl Statement for Deployment {
    const PAYLOAD_TYPE: &'static str = IN_TOTO;

    fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (subject, mut fields) = statement::parse(payload, DEPLOYMENT, limits::PAYLOAD)?;
        let deployment = Self {
            domain: fields.digest("domain")?,
            proposal: fields.digest("proposal")?,
            environment: fields.identifier("environment")?,
            scope: fields.identifier("scope")?,
            outcome: fields.one_of("outcome", Outcome::parse)?,
            deployed_by: fields.identifier("deployed_by")?,
            deployed_at: fields.time("deployed_at")?,
            decision: fields.digest("decision")?,
            subject,
        };
        fields.annotations()?;
        fields.finish()?;
        Ok(deployment)
    }

    fn domain(&self) -> Digest {
        self.domain
    }

    fn signer(&self) -> &Principal {
        &self.deployed_by
    }

    fn entitled(&self, policy: &Policy) -> bool {
        policy.stands_in(&self.deployed_by, Plane::Serving)
    }

    fn made_at(&self) -> Timestamp {
        self.deployed_at
    }
}
