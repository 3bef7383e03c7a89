//! The one way in: what is taken, and what is refused with which code.
//!
//! The signature is the login. A document is taken when the newest policy lets its signer make it now (or, for what ends
//! something, when any policy of the chain ever did) and when it can still matter; everything else is refused, so that
//! an inbox holds nothing that could never count.

mod drift;
mod policy;
mod statements;
mod verdicts;

use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    name::Principal,
    policy::TrustPolicy,
    statement::{Statement, Subject},
    time::Timestamp,
};

use crate::{
    error::{AdmitError, Refusal},
    kind::Kind,
    store::{Connection, Details, Ending, NewDocument, ProposalRow, Stored, documents, lists},
    submission::Submission,
    view::{View, keys_of},
};

/// What a document is held against.
pub(crate) struct Context<'a> {
    pub(crate) db: &'a mut Connection,
    pub(crate) view: &'a View,
    pub(crate) now: Timestamp,
}

/// Verifies a document that is not known yet, and says what to store.
pub(crate) async fn check(
    context: &mut Context<'_>,
    submission: &Submission,
    kind: Kind,
) -> Result<NewDocument, AdmitError> {
    match kind {
        Kind::Policy => Ok(policy::check(context, submission)?),
        Kind::TrainingOutput => Ok(statements::training_output(context, submission)?),
        Kind::Proposal => statements::proposal(context, submission).await,
        Kind::Deployment => statements::deployment(context, submission).await,
        Kind::DriftReport => drift::report(context, submission).await,
        Kind::Approval => verdicts::approval(context, submission).await,
        Kind::Rejection | Kind::Withdrawal => verdicts::against(context, submission, kind).await,
        Kind::Revocation => statements::revocation(context, submission).await,
        Kind::KeyRevocation => Ok(statements::key_revocation(context, submission)?),
        Kind::RevocationList => Err(Refusal::of(Code::WrongPayloadType).into()),
    }
}

/// Adds to a stored envelope the valid signatures that came with another copy; gives the envelope where it grew.
///
/// An approval must have exactly one signature to count, so it keeps the one that it has.
pub(crate) fn merge(
    view: &View,
    submission: &Submission,
    stored: &Stored,
) -> Result<Option<Envelope>, AdmitError> {
    let (Some(chain), false) = (view.chain(), stored.kind == Kind::Approval) else { return Ok(None) };
    let mut envelope = stored.envelope()?;
    let keys = match Principal::parse(&stored.signer) {
        Ok(signer) => keys_of(chain, &signer),
        Err(_) => policy::root_keys(chain),
    };
    let same = envelope.payload_type() == submission.envelope.payload_type();
    Ok((same && submission.add_valid_signatures(&mut envelope, keys)).then_some(envelope))
}

impl<'a> Context<'a> {
    fn chain(&self) -> Result<&'a TrustPolicy, Refusal> {
        self.view.chain().ok_or_else(|| Refusal::of(Code::PolicyMissing))
    }

    /// A proposal that must be known.
    async fn proposal(&mut self, digest: Digest) -> Result<ProposalRow, AdmitError> {
        let proposal = documents::proposal(self.db, digest).await?;
        Ok(proposal.ok_or_else(|| Refusal::unknown("unknown_proposal", digest))?)
    }

    /// Refuses what could only help a proposal that has ended.
    async fn ensure_running(&mut self, proposal: Digest, weights: Digest) -> Result<(), AdmitError> {
        let code = match lists::ending(self.db, proposal, weights).await? {
            None => return Ok(()),
            Some(Ending::Rejected) => Code::Vetoed,
            Some(Ending::Revoked) => Code::ProposalRevoked,
            Some(Ending::WeightsRevoked) => Code::WeightsRevoked,
        };
        Err(Refusal::of(code).into())
    }
}

/// A statement as it is stored: with the valid signatures of whom it names.
fn document<T: Statement>(
    chain: &TrustPolicy,
    submission: &Submission,
    kind: Kind,
    statement: &T,
    subject: Option<&Subject>,
) -> NewDocument {
    let signer: &Principal = statement.signer();
    NewDocument {
        kind,
        envelope: submission.cleaned(keys_of(chain, signer)),
        signer: signer.as_str().to_owned(),
        model_id: subject.map(|subject| subject.model_id.as_str().to_owned()),
        proposal: None,
        details: Details::None,
    }
}

fn ensure(holds: bool, code: Code) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::of(code)) }
}
