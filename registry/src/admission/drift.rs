//! Drift reports, and the revocations that a monitor bases on them.

use placet_core::{
    code::Code,
    drift_report::{DriftReport, check_auto_revocation},
    name::Environment,
    proposal::Proposal,
    revocation::{Revocation, Target},
    statement::Statement as _,
    training::TrainingOutput,
    verify::Verified,
};

use super::{Context, document, ensure};
use crate::{
    error::{AdmitError, Refusal},
    kind::Kind,
    store::{Details, DriftRow, NewDocument, documents, drift},
    submission::Submission,
};

/// Reports of a thread that are looked at: enough for every number of windows that a policy would sensibly ask.
const THREAD: i64 = 1000;

/// A report is taken where a monitor measured it against the signed baselines of a training output that is known here,
/// in a window of its own.
pub(super) async fn report(
    context: &mut Context<'_>,
    submission: &Submission,
) -> Result<NewDocument, AdmitError> {
    let chain = context.chain()?;
    let verified =
        chain.verify::<DriftReport>(&submission.envelope, context.now, &context.view.revoked_keys)?;
    let report = verified.statement();
    let declared = &chain.newest().policy().environments;
    ensure(declared.contains(&report.environment), Code::EnvironmentUndeclared)?;
    let training = documents::document(context.db, report.training_output).await?;
    let training = training.filter(|document| document.kind == Kind::TrainingOutput);
    let training =
        training.ok_or_else(|| Refusal::unknown("unknown_training_output", report.training_output))?;
    let training = TrainingOutput::parse(training.envelope()?.unverified_payload())?;
    report.check_baselines(report.training_output, &training).map_err(Refusal::of)?;
    let row = DriftRow {
        digest: verified.digest(),
        model_id: report.subject.model_id.to_string(),
        environment: report.environment.to_string(),
        training_output: report.training_output,
        monitor: report.checked_by.to_string(),
        from: report.window.from,
        to: report.window.to,
        status: report.report.status,
        severity: report.report.severity,
    };
    ensure(!drift::overlaps(context.db, &row, report.window).await?, Code::WindowOverlap)?;
    Ok(NewDocument {
        details: Details::DriftReport(row),
        ..document(chain, submission, Kind::DriftReport, report, Some(&report.subject))
    })
}

/// A monitor revokes only where the newest policy lets it, and only upon its own drifted windows that are on record.
pub(super) async fn ensure_borne(
    context: &mut Context<'_>,
    revocation: &Verified<Revocation>,
) -> Result<(), AdmitError> {
    let chain = context.chain()?;
    let policy = chain.newest().policy();
    let (now, revoked) = (context.now, &context.view.revoked_keys);
    let claim = revocation.statement();
    let Target::Proposal(target) = claim.target else {
        return Err(Refusal::of(Code::SignerNotEntitled).into());
    };
    context.proposal(target).await?;
    let stored = documents::document(context.db, target).await?;
    let stored = stored.ok_or_else(|| Refusal::unknown("unknown_proposal", target))?;
    let proposal = chain.verify_negative::<Proposal>(&stored.envelope()?)?;
    let evidence = match claim.evidence {
        Some(digest) => documents::document(context.db, digest).await?,
        None => None,
    };
    let evidence = evidence.filter(|document| document.kind == Kind::DriftReport);
    let environment: Option<Environment> = match &evidence {
        Some(evidence) => Some(DriftReport::parse(evidence.envelope()?.unverified_payload())?.environment),
        None => None,
    };
    let mut reports = Vec::new();
    if let Some(environment) = environment {
        let (monitor, training) = (claim.revoked_by.as_str(), proposal.statement().training_output);
        for stored in drift::thread(context.db, monitor, training, environment.as_str(), THREAD).await? {
            // A report under a key that was revoked since is no evidence any more.
            reports.extend(chain.verify::<DriftReport>(&stored.envelope()?, now, revoked).ok());
        }
    }
    check_auto_revocation(revocation, &proposal, &reports, policy).map_err(Refusal::of)?;
    Ok(())
}
