//! The check of a deployment statement against the decision that it claims to follow.

use alloc::{collections::BTreeSet, string::String};

use crate::{
    code::Code, decision::Decision, deployment::Deployment, digest::Digest, envelope::Envelope,
    error::VerifyError, key::KeyId, policy::TrustPolicy, statement::Subject, verify::Verified,
};

/// Verifies that a deployment was signed by the serving plane, follows `decision`, and was not made by one of the
/// people who approved (attack: the approver deploys).
///
/// The statement is judged at the decision's own `now`; `revoked` are the keys that are revoked by then
/// ([`VerifiedTrust::revoked_keys`](crate::trust::VerifiedTrust::revoked_keys)).
///
/// # Errors
///
/// [`VerifyError`] with [`Code::DeploymentMismatch`], [`Code::NotPermitted`], [`Code::DeployerIsApprover`], or why the
/// signer is not accepted.
pub fn verify_deployment(
    envelope: &Envelope,
    decision: &Decision,
    policy: &TrustPolicy,
    revoked: &BTreeSet<KeyId>,
) -> Result<Verified<Deployment>, VerifyError> {
    let verified = policy.verify::<Deployment>(envelope, decision.request.now, revoked)?;
    let deployment = verified.statement();
    let refuse =
        |code| VerifyError::Signer { code, principal: String::from(deployment.deployed_by.as_str()) };
    let request = &decision.request;
    let subject = Subject { model_id: request.model_id.clone(), weights: request.weights };
    let matches = deployment.subject == subject
        && Some(deployment.proposal) == decision.evidence.proposal
        && deployment.environment == request.environment
        && deployment.scope == request.scope
        && deployment.decision == Digest::of(decision.to_json().as_bytes());
    if !matches {
        return Err(refuse(Code::DeploymentMismatch));
    }
    if deployment.outcome != decision.outcome {
        return Err(refuse(Code::NotPermitted));
    }
    let approved = decision.approvals.iter().filter(|approval| approval.counted).any(|approval| {
        approval.approver.as_ref() == Some(&deployment.deployed_by)
            || approval.key_id == Some(verified.key_id())
    });
    if approved { Err(refuse(Code::DeployerIsApprover)) } else { Ok(verified) }
}
