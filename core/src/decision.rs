//! Decisions: the answer, with every gate and every approval accounted for.
//!
//! The record is written here alone, as RFC 8785 JSON with lists in a fixed order, so that it is byte-identical
//! wherever it is made and whatever order the evidence came in.

use alloc::{string::String, vec::Vec};

use crate::{
    code::{Code, Gate},
    digest::Digest,
    json::{ArrayWriter, ObjectWriter},
    key::KeyId,
    name::{Principal, Role},
    proposal::PolicyRef,
    request::Request,
    time::Timestamp,
};

/// The format of a decision record.
pub const DECISION: &str = "placet-decision-v1";

/// May it run?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It may.
    Permit,
    /// It may not.
    Deny,
}

impl Outcome {
    /// The outcome as documents write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Deny => "deny",
        }
    }

    /// Reads an outcome.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Permit, Self::Deny].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// How a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not hold, or there is no evidence that it does.
    Fail,
    /// The governing rule does not ask for it.
    NotRequired,
}

impl Status {
    /// The status as decisions write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotRequired => "not_required",
        }
    }
}

/// One gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateResult {
    /// Which gate.
    pub gate: Gate,
    /// How it stands.
    pub status: Status,
    /// Why it fails, the first reason.
    pub code: Option<Code>,
    /// What was found, in words for people; not for programs to read.
    pub detail: String,
}

/// One approval, rejection or withdrawal of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalResult {
    /// The digest of its payload; of the envelope's text where that cannot be read.
    pub digest: Digest,
    /// Who it says has signed; none where it cannot be read.
    pub approver: Option<Principal>,
    /// The role that it names; none where it cannot be read.
    pub role: Option<Role>,
    /// The key whose signature was verified; none where none was.
    pub key_id: Option<KeyId>,
    /// Whether it counts towards the quorum.
    pub counted: bool,
    /// Why it does not.
    pub code: Option<Code>,
}

/// How far a role of the quorum is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleResult {
    /// The role.
    pub role: Role,
    /// How many people it takes.
    pub required: u64,
    /// Who counts, by name.
    pub counted: Vec<Principal>,
    /// Who could still make it whole; empty where nobody is missing.
    pub could_sign: Vec<Principal>,
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What was asked.
    pub request: Request,
    /// The answer.
    pub outcome: Outcome,
    /// All gates, in order.
    pub gates: Vec<GateResult>,
    /// How far each role is; empty where no rule governs.
    pub quorum: Vec<RoleResult>,
    /// Every approval of the bundle, sorted by digest.
    pub approvals: Vec<ApprovalResult>,
    /// All reasons of all gates, each once; empty on permit.
    pub denials: Vec<Code>,
    /// When to ask again at the latest; a new policy, list or negative statement ends the answer at once.
    pub valid_until: Option<Timestamp>,
    /// Digests of what the answer rests on.
    pub evidence: Evidence,
}

/// Digests of what a decision used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The pinned first policy.
    pub domain: Option<Digest>,
    /// The policy that judged.
    pub policy: Option<PolicyRef>,
    /// The revocation list, by number and digest.
    pub revocation_list: Option<(u64, Digest)>,
    /// The training output.
    pub training_output: Option<Digest>,
    /// The proposal.
    pub proposal: Option<Digest>,
    /// Loose revocations, rejections and withdrawals that counted, sorted.
    pub revocations: Vec<Digest>,
}

impl Decision {
    /// The record, as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let list = |items: Vec<String>| {
            items.iter().fold(ArrayWriter::new(), |array, item| array.raw(item)).finish()
        };
        ObjectWriter::new()
            .string("format", DECISION)
            .raw("request", self.request.to_json())
            .string("outcome", self.outcome.as_str())
            .raw("gates", list(self.gates.iter().map(GateResult::to_json).collect()))
            .raw("quorum", list(self.quorum.iter().map(RoleResult::to_json).collect()))
            .raw("approvals", list(self.approvals.iter().map(ApprovalResult::to_json).collect()))
            .strings("denials", self.denials.iter().map(|code| code.as_str()))
            .optional("valid_until", self.valid_until)
            .raw("evidence", self.evidence.to_json())
            .finish()
    }

    /// The result of one gate.
    #[must_use]
    pub fn gate(&self, gate: Gate) -> Option<&GateResult> {
        self.gates.iter().find(|result| result.gate == gate)
    }
}

impl GateResult {
    fn to_json(&self) -> String {
        ObjectWriter::new()
            .string("gate", self.gate.as_str())
            .string("status", self.status.as_str())
            .optional("code", self.code)
            .string("detail", &self.detail)
            .finish()
    }
}

impl RoleResult {
    fn to_json(&self) -> String {
        ObjectWriter::new()
            .string("role", self.role.as_str())
            .integer("required", self.required)
            .strings("counted", &self.counted)
            .strings("could_sign", &self.could_sign)
            .finish()
    }
}

impl ApprovalResult {
    fn to_json(&self) -> String {
        ObjectWriter::new()
            .display("digest", &self.digest)
            .optional("approver", self.approver.as_ref())
            .optional("role", self.role.as_ref())
            .optional("key_id", self.key_id)
            .boolean("counted", self.counted)
            .optional("code", self.code)
            .finish()
    }
}

impl Evidence {
    fn to_json(&self) -> String {
        let list = self.revocation_list.map(|(number, digest)| {
            ObjectWriter::new().integer("number", number).display("digest", &digest).finish()
        });
        ObjectWriter::new()
            .optional("domain", self.domain)
            .raw("policy", self.policy.map_or_else(|| "null".into(), PolicyRef::to_json))
            .raw("revocation_list", list.unwrap_or_else(|| "null".into()))
            .optional("training_output", self.training_output)
            .optional("proposal", self.proposal)
            .strings("revocations", self.revocations.iter().map(alloc::string::ToString::to_string))
            .finish()
    }
}
