//! Approvals, rejections and withdrawals.

use placet_core::{
    approval::Approval, code::Code, decision::ApprovalResult, digest::Digest, envelope::Envelope,
    proposal::Proposal, statement::Statement as _,
};

use super::{Context, document, ensure};
use crate::{
    bundle,
    error::{AdmitError, Refusal},
    kind::Kind,
    standing::cells,
    store::{NewDocument, documents},
    submission::Submission,
};

/// An approval is taken when it counts somewhere, which the core says and nobody else.
pub(super) async fn approval(
    context: &mut Context<'_>,
    submission: &Submission,
) -> Result<NewDocument, AdmitError> {
    let chain = context.chain()?;
    let envelope = &submission.envelope;
    let verified = chain.verify::<Approval>(envelope, context.now, &context.view.revoked_keys)?;
    ensure(envelope.signature_count() == 1, Code::SignatureCount)?;
    let approval = verified.statement();
    let row = context.proposal(approval.proposal).await?;
    ensure(context.now < row.expires_at, Code::Expired)?;
    context.ensure_running(row.digest, row.weights).await?;
    let counted = count(context, envelope, row.digest).await?;
    if let Some(code) = refusal(&counted, envelope.digest(), approval.approver.as_str()) {
        return Err(Refusal::of(code).into());
    }
    Ok(NewDocument {
        proposal: Some(approval.proposal),
        ..document(chain, submission, Kind::Approval, approval, Some(&approval.subject))
    })
}

/// How every approval of the proposal fares in each of its places if this one is added.
async fn count(
    context: &mut Context<'_>,
    envelope: &Envelope,
    proposal: Digest,
) -> Result<Vec<Vec<ApprovalResult>>, AdmitError> {
    let chain = context.chain()?;
    let parts = bundle::Parts::load(context.db, proposal).await?;
    let Some(mut parts) = parts else { return Err(Refusal::unknown("unknown_proposal", proposal).into()) };
    parts.approvals.insert(0, envelope.clone());
    let statement = Proposal::parse(parts.proposal.unverified_payload())?;
    let policy = chain.newest().policy();
    let cells = cells(&statement, &parts.into_bundle(None), policy, &context.view.verified, context.now);
    Ok(cells.into_iter().map(|cell| cell.decision.approvals).collect())
}

/// Why the approval counts nowhere, or why it would only take the place of another by the same person.
fn refusal(places: &[Vec<ApprovalResult>], digest: Digest, approver: &str) -> Option<Code> {
    let own = || places.iter().flatten().filter(|result| result.digest == digest);
    if !own().any(|result| matches!(result.code, None | Some(Code::DuplicateApprover))) {
        return own().find_map(|result| result.code).or(Some(Code::ApprovalOtherProposal));
    }
    let others = places.iter().flatten().filter(|result| {
        result.digest != digest && result.approver.as_ref().is_some_and(|name| name.as_str() == approver)
    });
    let mut counting = others.filter(|r| matches!(r.code, None | Some(Code::DuplicateApprover)));
    counting.next().map(|_| Code::DuplicateApprover)
}

/// A rejection or withdrawal of a known proposal, one of each kind from a person.
pub(super) async fn against(
    context: &mut Context<'_>,
    submission: &Submission,
    kind: Kind,
) -> Result<NewDocument, AdmitError> {
    let chain = context.chain()?;
    let verified = chain.verify_negative::<Approval>(&submission.envelope)?;
    let verdict = verified.statement();
    context.proposal(verdict.proposal).await?;
    let about = documents::about_proposal(context.db, verdict.proposal).await?;
    let said = about.iter().any(|d| d.kind == kind && d.signer == verdict.approver.as_str());
    ensure(!said, Code::DuplicateApprover)?;
    Ok(NewDocument {
        proposal: Some(verdict.proposal),
        ..document(chain, submission, kind, verdict, Some(&verdict.subject))
    })
}
