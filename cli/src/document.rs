//! Documents of every kind, as they claim to be. Nothing here is verified.

use placet_core::{
    approval::{APPROVAL, Approval, Verdict},
    deployment::{DEPLOYMENT, Deployment},
    digest::Digest,
    drift_report::{DRIFT_REPORT, DriftReport},
    envelope::Envelope,
    error::ParseError,
    name::ModelId,
    policy::{POLICY, Policy},
    proposal::{PROPOSAL, Proposal},
    revocation::{KEY_REVOCATION, KeyRevocation, REVOCATION, Revocation},
    revocation_list::{REVOCATION_LIST, RevocationList},
    statement::{IN_TOTO, Statement as _, predicate_type},
    time::Timestamp,
    training::{TRAINING_OUTPUT, TrainingOutput},
};

/// An envelope and what its payload says.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) envelope: Envelope,
    pub(crate) claim: Claim,
}

/// What a payload says that it is.
#[derive(Clone, Debug)]
pub(crate) enum Claim {
    TrainingOutput(Box<TrainingOutput>),
    Proposal(Box<Proposal>),
    Approval(Box<Approval>),
    Revocation(Box<Revocation>),
    KeyRevocation(Box<KeyRevocation>),
    Deployment(Box<Deployment>),
    DriftReport(Box<DriftReport>),
    Policy(Box<Policy>),
    RevocationList(Box<RevocationList>),
    /// A type that is not known here: kept, and never read.
    Other(String),
}

impl Document {
    /// Reads the payload of an envelope.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the payload is of a known type and not what such a document must be.
    pub(crate) fn of(envelope: Envelope) -> Result<Self, ParseError> {
        let payload = envelope.unverified_payload();
        let claim = match envelope.payload_type() {
            POLICY => Claim::Policy(Policy::parse(payload)?.into()),
            REVOCATION_LIST => Claim::RevocationList(RevocationList::parse(payload)?.into()),
            KEY_REVOCATION => Claim::KeyRevocation(KeyRevocation::parse(payload)?.into()),
            IN_TOTO => {
                // A payload without a predicate type is no statement: whoever reads it as one says why.
                let kind = predicate_type(payload).unwrap_or_else(|| PROPOSAL.to_owned());
                match kind.as_str() {
                    TRAINING_OUTPUT => Claim::TrainingOutput(TrainingOutput::parse(payload)?.into()),
                    PROPOSAL => Claim::Proposal(Proposal::parse(payload)?.into()),
                    APPROVAL => Claim::Approval(Approval::parse(payload)?.into()),
                    REVOCATION => Claim::Revocation(Revocation::parse(payload)?.into()),
                    DEPLOYMENT => Claim::Deployment(Deployment::parse(payload)?.into()),
                    DRIFT_REPORT => Claim::DriftReport(DriftReport::parse(payload)?.into()),
                    _ => Claim::Other(kind),
                }
            }
            other => Claim::Other(other.to_owned()),
        };
        Ok(Self { envelope, claim })
    }

    /// The digest of the payload.
    pub(crate) fn digest(&self) -> Digest {
        self.envelope.digest()
    }

    /// The kind in words.
    pub(crate) fn kind(&self) -> &str {
        match &self.claim {
            Claim::TrainingOutput(_) => "training output",
            Claim::Proposal(_) => "proposal",
            Claim::Approval(approval) => match approval.verdict {
                Verdict::Approve => "approval",
                Verdict::Reject => "rejection",
                Verdict::Withdraw => "withdrawal",
            },
            Claim::Revocation(_) => "revocation",
            Claim::KeyRevocation(_) => "key revocation",
            Claim::Deployment(_) => "deployment",
            Claim::DriftReport(_) => "drift report",
            Claim::Policy(_) => "policy",
            Claim::RevocationList(_) => "revocation list",
            Claim::Other(kind) => kind,
        }
    }

    /// When it was made, as its signer says; none of a type that is not known here.
    pub(crate) fn made_at(&self) -> Option<Timestamp> {
        Some(match &self.claim {
            Claim::TrainingOutput(training) => training.made_at(),
            Claim::Proposal(proposal) => proposal.made_at(),
            Claim::Approval(approval) => approval.made_at(),
            Claim::Revocation(revocation) => revocation.made_at(),
            Claim::KeyRevocation(revocation) => revocation.made_at(),
            Claim::Deployment(deployment) => deployment.made_at(),
            Claim::DriftReport(report) => report.made_at(),
            Claim::Policy(policy) => policy.window.not_before,
            Claim::RevocationList(list) => list.window.not_before,
            Claim::Other(_) => return None,
        })
    }

    /// The model that it is about; none where it is about the system, or of a type that is not known here.
    pub(crate) fn model(&self) -> Option<&ModelId> {
        Some(match &self.claim {
            Claim::TrainingOutput(training) => &training.subject.model_id,
            Claim::Proposal(proposal) => &proposal.subject.model_id,
            Claim::Approval(approval) => &approval.subject.model_id,
            Claim::Revocation(revocation) => &revocation.subject.model_id,
            Claim::Deployment(deployment) => &deployment.subject.model_id,
            Claim::DriftReport(report) => &report.subject.model_id,
            Claim::KeyRevocation(_) | Claim::Policy(_) | Claim::RevocationList(_) | Claim::Other(_) => {
                return None;
            }
        })
    }

    /// Whether it ends something, and so must travel with the trust and not with a bundle alone.
    pub(crate) fn is_negative(&self) -> bool {
        match &self.claim {
            Claim::Revocation(_) | Claim::KeyRevocation(_) => true,
            Claim::Approval(approval) => approval.verdict != Verdict::Approve,
            _ => false,
        }
    }
}
