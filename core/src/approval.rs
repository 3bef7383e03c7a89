//! Approvals, rejections and withdrawals: what one person says about a proposal.

use alloc::{string::String, vec::Vec};

use crate::{
    digest::Digest,
    error::ParseError,
    json::{Fields, ObjectWriter},
    limits,
    name::{Principal, Role},
    policy::{Plane, Policy},
    statement::{self, IN_TOTO, Statement, Subject},
    time::Timestamp,
};

/// The predicate type.
pub const APPROVAL: &str = "urn:placet:approval:v1";

/// What is said about the proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Yes.
    Approve,
    /// No, for good.
    Reject,
    /// No longer, for good.
    Withdraw,
}

impl Verdict {
    /// The value of the field `decision`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
        }
    }

    /// Reads the value of the field `decision`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Approve, Self::Reject, Self::Withdraw].into_iter().find(|verdict| verdict.as_str() == text)
    }
}

/// One person's verdict on a proposal (governance plane).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The organisation.
    pub domain: Digest,
    /// The model and its weights.
    pub subject: Subject,
    /// The digest of the proposal.
    pub proposal: Digest,
    /// The verdict.
    pub verdict: Verdict,
    /// Who says so.
    pub approver: Principal,
    /// The one role in which it counts.
    pub role: Role,
    /// What was on the approver's screen.
    pub summary: SummaryRef,
    /// Free text.
    pub comment: String,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// The text that an approver was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRef {
    /// The version of the template.
    pub format: String,
    /// The digest of the text.
    pub digest: Digest,
}

impl Approval {
    /// The payload bytes.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let summary = ObjectWriter::new()
            .string("format", &self.summary.format)
            .display("digest", &self.summary.digest);
        let predicate = ObjectWriter::new()
            .display("domain", &self.domain)
            .display("proposal", &self.proposal)
            .string("decision", self.verdict.as_str())
            .string("approver", self.approver.as_str())
            .string("role", self.role.as_str())
            .raw("summary", summary.finish())
            .string("comment", &self.comment)
            .display("signed_at", &self.signed_at);
        statement::write(&self.subject, APPROVAL, predicate)
    }
}

impl Statement for Approval {
    const PAYLOAD_TYPE: &'static str = IN_TOTO;

    fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (subject, mut fields) = statement::parse(payload, APPROVAL, limits::PAYLOAD)?;
        let mut summary = Fields::of(fields.required("summary")?, "summary")?;
        let approval = Self {
            domain: fields.digest("domain")?,
            proposal: fields.digest("proposal")?,
            verdict: fields.one_of("decision", Verdict::parse)?,
            approver: fields.identifier("approver")?,
            role: fields.identifier("role")?,
            summary: SummaryRef { format: summary.string("format", 64)?, digest: summary.digest("digest")? },
            comment: fields.text("comment")?,
            signed_at: fields.time("signed_at")?,
            subject,
        };
        summary.finish()?;
        fields.annotations()?;
        fields.finish()?;
        Ok(approval)
    }

    fn domain(&self) -> Digest {
        self.domain
    }

    fn signer(&self) -> &Principal {
        &self.approver
    }

    fn entitled(&self, policy: &Policy) -> bool {
        policy.stands_in(&self.approver, Plane::Governance)
    }

    fn made_at(&self) -> Timestamp {
        self.signed_at
    }
}
