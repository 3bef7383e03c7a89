//! One document by itself: what it is, who signed it, and what an approver would be shown. For tools and screens; only
//! [`decide`](crate::decide) answers whether a model may run.

use alloc::{string::String, vec::Vec};

use crate::{
    approval::APPROVAL,
    code::Code,
    decide::Standing,
    deployment::{DEPLOYMENT, Deployment},
    digest::Digest,
    drift_report::{DRIFT_REPORT, DriftReport},
    envelope::Envelope,
    error::{ParseError, VerifyError},
    json::{ArrayWriter, ObjectWriter},
    key::{KeyId, words},
    name::Principal,
    policy::POLICY,
    proposal::{PROPOSAL, Proposal},
    revocation::{KEY_REVOCATION, KeyRevocation, REVOCATION, Revocation},
    revocation_list::{REVOCATION_LIST, VerifiedList},
    statement::{self, IN_TOTO, Statement},
    summary,
    time::Timestamp,
    training::{TRAINING_OUTPUT, TrainingOutput},
    trust::VerifiedTrust,
    verify::Verified,
};

/// The kinds of documents that are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What was trained.
    TrainingOutput,
    /// What is asked.
    Proposal,
    /// An approval, a rejection or a withdrawal.
    Approval,
    /// The end of a proposal or of weights.
    Revocation,
    /// What a serving process did.
    Deployment,
    /// What a monitor found.
    DriftReport,
    /// The end of a key.
    KeyRevocation,
    /// A policy.
    Policy,
    /// A revocation list.
    RevocationList,
}

impl Kind {
    /// The kind that an envelope claims to hold.
    #[must_use]
    pub fn of(envelope: &Envelope) -> Option<Self> {
        match envelope.payload_type() {
            POLICY => Some(Self::Policy),
            REVOCATION_LIST => Some(Self::RevocationList),
            KEY_REVOCATION => Some(Self::KeyRevocation),
            IN_TOTO => match statement::predicate_type(envelope.unverified_payload())?.as_str() {
                TRAINING_OUTPUT => Some(Self::TrainingOutput),
                PROPOSAL => Some(Self::Proposal),
                APPROVAL => Some(Self::Approval),
                REVOCATION => Some(Self::Revocation),
                DEPLOYMENT => Some(Self::Deployment),
                DRIFT_REPORT => Some(Self::DriftReport),
                _ => None,
            },
            _ => None,
        }
    }

    /// The kind as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrainingOutput => "training_output",
            Self::Proposal => "proposal",
            Self::Approval => "approval",
            Self::Revocation => "revocation",
            Self::Deployment => "deployment",
            Self::DriftReport => "drift_report",
            Self::KeyRevocation => "key_revocation",
            Self::Policy => "policy",
            Self::RevocationList => "revocation_list",
        }
    }
}

/// An envelope whose signer may say what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEnvelope {
    /// What it is.
    pub kind: Kind,
    /// The digest of its payload.
    pub digest: Digest,
    /// Who signed it, and under which key; several for policies and lists, sorted.
    pub signers: Vec<(Principal, KeyId)>,
}

/// Verifies one envelope under the newest policy of the first pinned domain, as a decision would: positive statements
/// must be valid now and their key not revoked, negative ones count whenever they were signed.
///
/// # Errors
///
/// [`VerifyError`] where it is not to be accepted, with the code that a decision would give; [`Code::PolicyMissing`]
/// or [`Code::ListMissing`] and their kin where what it would be held against is not there.
pub fn verify_envelope(
    envelope: &Envelope,
    trust: &VerifiedTrust,
    now: Timestamp,
) -> Result<VerifiedEnvelope, VerifyError> {
    let standing = Standing::of(trust, now)?;
    let policy = standing.policy();
    let kind = Kind::of(envelope);
    let kind = kind.ok_or_else(|| ParseError::invalid("payloadType", Code::WrongPayloadType))?;
    let signers = match kind {
        Kind::TrainingOutput => one_signer(&standing.verify::<TrainingOutput>(envelope)?),
        Kind::Proposal => one_signer(&standing.verify::<Proposal>(envelope)?),
        Kind::Deployment => one_signer(&standing.verify::<Deployment>(envelope)?),
        Kind::DriftReport => one_signer(&standing.verify::<DriftReport>(envelope)?),
        Kind::Revocation => one_signer(&policy.verify_negative::<Revocation>(envelope)?),
        Kind::KeyRevocation => one_signer(&policy.verify_negative::<KeyRevocation>(envelope)?),
        Kind::Approval => one_signer(&standing.verify_verdict(envelope)?),
        Kind::Policy => {
            let link = policy.links().find(|link| link.digest() == envelope.digest());
            link.ok_or_else(|| refuse(Code::PolicySignatures))?.signers().collect()
        }
        Kind::RevocationList => {
            let list = VerifiedList::verify(envelope, policy)?;
            list.check_signers(policy, now).map_err(refuse)?;
            list.signers().collect()
        }
    };
    Ok(VerifiedEnvelope { kind, digest: envelope.digest(), signers })
}

fn one_signer<T: Statement>(verified: &Verified<T>) -> Vec<(Principal, KeyId)> {
    [(verified.statement().signer().clone(), verified.key_id())].into()
}

fn refuse(code: Code) -> VerifyError {
    VerifyError::Signer { code, principal: String::new() }
}

/// What an approver of a proposal is shown, and what goes into the approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The version of the template.
    pub format: &'static str,
    /// The text.
    pub text: String,
    /// The digest of the text.
    pub digest: Digest,
    /// The digest of the proposal as eight words, to compare with a second device.
    pub words: String,
}

impl Summary {
    /// The summary as canonical JSON: `format`, `text`, `digest`, `words`.
    #[must_use]
    pub fn to_json(&self) -> String {
        ObjectWriter::new()
            .string("format", self.format)
            .string("text", &self.text)
            .display("digest", &self.digest)
            .string("words", &self.words)
            .finish()
    }
}

/// The summary of a proposal, once both documents are verified under the newest policy of the first pinned domain.
///
/// # Errors
///
/// [`VerifyError`] where one of them is not to be accepted, the proposal is of another training output, or it names a
/// policy that is not in the chain.
pub fn summarize(
    training_output: &Envelope,
    proposal: &Envelope,
    trust: &VerifiedTrust,
    now: Timestamp,
) -> Result<Summary, VerifyError> {
    let standing = Standing::of(trust, now)?;
    let training = standing.verify::<TrainingOutput>(training_output)?;
    let proposal = standing.verify::<Proposal>(proposal)?;
    if proposal.statement().training_output != training.digest() {
        return Err(refuse(Code::TrainingOutputMismatch));
    }
    let shown = standing.policy().find(proposal.statement().policy);
    let shown = shown.ok_or_else(|| refuse(Code::ProposalPolicyUnknown))?;
    let text = summary::text(&training, &proposal, shown.policy());
    Ok(Summary {
        format: summary::SUMMARY_V1,
        digest: Digest::of(text.as_bytes()),
        words: words(&proposal.digest()),
        text,
    })
}

impl VerifiedEnvelope {
    /// The result as canonical JSON: `kind`, `digest`, `signers` [{`principal`, `key_id`}].
    #[must_use]
    pub fn to_json(&self) -> String {
        let signers = self.signers.iter().fold(ArrayWriter::new(), |array, (principal, key_id)| {
            array.raw(&ObjectWriter::new().display("principal", principal).display("key_id", key_id).finish())
        });
        ObjectWriter::new()
            .string("kind", self.kind.as_str())
            .display("digest", &self.digest)
            .raw("signers", signers.finish())
            .finish()
    }
}
