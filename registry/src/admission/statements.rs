//! Training outputs, proposals, deployments and revocations.

use placet_core::{
    baseline::Baselines,
    code::Code,
    deployment::Deployment,
    policy::Plane,
    proposal::Proposal,
    revocation::{KeyRevocation, Revocation, Target},
    statement::Statement as _,
    training::TrainingOutput,
};

use super::{Context, document, drift, ensure};
use crate::{
    error::{AdmitError, Refusal},
    kind::Kind,
    store::{Details, NewDocument, documents},
    submission::Submission,
};

pub(super) fn training_output(
    context: &Context<'_>,
    submission: &Submission,
) -> Result<NewDocument, Refusal> {
    let chain = context.chain()?;
    let verified =
        chain.verify::<TrainingOutput>(&submission.envelope, context.now, &context.view.revoked_keys)?;
    let training = verified.statement();
    // No decision reads baselines; a monitor that cannot would leave the model unwatched.
    Baselines::parse(&training.baselines)?;
    Ok(NewDocument {
        details: Details::TrainingOutput {
            weights: training.subject.weights.digest,
            version: training.version.as_str().to_owned(),
            created_at: training.created_at,
        },
        ..document(chain, submission, Kind::TrainingOutput, training, Some(&training.subject))
    })
}

/// A proposal must be able to be approved: of a known training output, for places that rules govern, and not for longer.
pub(super) async fn proposal(
    context: &mut Context<'_>,
    submission: &Submission,
) -> Result<NewDocument, AdmitError> {
    let chain = context.chain()?;
    let verified = chain.verify::<Proposal>(&submission.envelope, context.now, &context.view.revoked_keys)?;
    let proposal = verified.statement();
    let policy = chain.newest().policy();
    ensure(chain.find(proposal.policy).is_some(), Code::ProposalPolicyUnknown)?;
    ensure(
        proposal.environments.iter().all(|e| policy.environments.contains(e)),
        Code::EnvironmentUndeclared,
    )?;
    ensure(proposal.scopes.iter().all(|s| policy.scopes.contains(s)), Code::ScopeUndeclared)?;
    for environment in &proposal.environments {
        for scope in &proposal.scopes {
            let rule = policy.rule(environment, scope).ok_or_else(|| Refusal::of(Code::RuleMissing))?;
            let latest = proposal.proposed_at.plus_days(rule.max_ttl_days);
            ensure(proposal.window.not_after <= latest, Code::TtlExceeded)?;
        }
    }
    ensure(context.now < proposal.window.not_after, Code::Expired)?;

    let training = documents::document(context.db, proposal.training_output).await?;
    let training = training.filter(|document| document.kind == Kind::TrainingOutput);
    let training =
        training.ok_or_else(|| Refusal::unknown("unknown_training_output", proposal.training_output))?;
    let training = TrainingOutput::parse(training.envelope()?.unverified_payload())?;
    ensure(training.subject == proposal.subject, Code::TrainingOutputMismatch)?;
    if let Some(old) = proposal.supersedes {
        let old = context.proposal(old).await?;
        ensure(old.model_id == proposal.subject.model_id.as_str(), Code::ModelMismatch)?;
    }
    let digest = verified.digest();
    context.ensure_running(digest, proposal.subject.weights.digest).await?;
    Ok(NewDocument {
        proposal: Some(digest),
        details: Details::Proposal {
            training_output: proposal.training_output,
            supersedes: proposal.supersedes,
            expires_at: proposal.window.not_after,
        },
        ..document(chain, submission, Kind::Proposal, proposal, Some(&proposal.subject))
    })
}

pub(super) async fn deployment(
    context: &mut Context<'_>,
    submission: &Submission,
) -> Result<NewDocument, AdmitError> {
    let chain = context.chain()?;
    let verified =
        chain.verify::<Deployment>(&submission.envelope, context.now, &context.view.revoked_keys)?;
    let deployment = verified.statement();
    context.proposal(deployment.proposal).await?;
    let about = documents::about_proposal(context.db, deployment.proposal).await?;
    let proposal = about.iter().find(|document| document.kind == Kind::Proposal);
    if let Some(proposal) = proposal {
        let proposal = Proposal::parse(proposal.envelope()?.unverified_payload())?;
        let fits = proposal.subject == deployment.subject
            && proposal.environments.contains(&deployment.environment)
            && proposal.scopes.contains(&deployment.scope);
        ensure(fits, Code::DeploymentMismatch)?;
    }
    let approved = about.iter().any(|document| {
        document.kind == Kind::Approval && document.signer == deployment.deployed_by.as_str()
    });
    ensure(!approved, Code::DeployerIsApprover)?;
    Ok(NewDocument {
        proposal: Some(deployment.proposal),
        ..document(chain, submission, Kind::Deployment, deployment, Some(&deployment.subject))
    })
}

/// A revocation is taken even where its target is not known here: stopping comes first.
pub(super) async fn revocation(
    context: &mut Context<'_>,
    submission: &Submission,
) -> Result<NewDocument, AdmitError> {
    let chain = context.chain()?;
    let verified = chain.verify_negative::<Revocation>(&submission.envelope)?;
    let revocation = verified.statement();
    let governs = chain.links().any(|l| l.policy().stands_in(&revocation.revoked_by, Plane::Governance));
    if !governs {
        drift::ensure_borne(context, &verified).await?;
    }
    Ok(NewDocument {
        proposal: match revocation.target {
            Target::Proposal(digest) => Some(digest),
            Target::Weights(_) => None,
        },
        ..document(chain, submission, Kind::Revocation, revocation, Some(&revocation.subject))
    })
}

pub(super) fn key_revocation(context: &Context<'_>, submission: &Submission) -> Result<NewDocument, Refusal> {
    let chain = context.chain()?;
    let verified = chain.verify_negative::<KeyRevocation>(&submission.envelope)?;
    let revocation = verified.statement();
    // A key that has become the root's or a list signer's since can no longer be revoked.
    ensure(!chain.newest().policy().is_anchor(revocation.key), Code::SignerNotEntitled)?;
    Ok(document(chain, submission, Kind::KeyRevocation, revocation, None))
}
