//! What a report is evidence for.

use alloc::vec::Vec;

use super::DriftReport;
use crate::{
    baseline::{Baselines, StoredBaseline},
    code::Code,
    decide::Standing,
    drift::{Check, Outcome, ReportStatus, Test},
    envelope::Envelope,
    error::{ParseError, VerifyError},
    json::Value,
    limits,
    policy::{AutoRevoke, Policy},
    proposal::Proposal,
    revocation::{Revocation, Target},
    time::Timestamp,
    training::TrainingOutput,
    trust::VerifiedTrust,
    verify::Verified,
};

/// Whether a check stands beside what was signed: a metric beside the signed metric, a share of missing values beside
/// the share in the baseline, a distribution beside an output that has a baseline.
pub(super) fn check_is_of(check: &Check, baselines: &Baselines, training: &TrainingOutput) -> bool {
    let open = check.outcome == Outcome::Inconclusive;
    let same = |signed: f64| match check.baseline {
        Some(used) => used.to_bits() == signed.to_bits() || (used == 0.0 && signed == 0.0),
        None => open,
    };
    match check.test {
        // A metric that nobody signed has no baseline to be replaced: only a floor or ceiling judges it.
        Test::Metric => training.metrics.get(check.name.as_str()).is_none_or(|metric| same(metric.value)),
        Test::MissingRate => baselines.output(&check.name).and_then(missing_rate).map_or(open, same),
        _ => baselines.output(&check.name).is_some() || open,
    }
}

#[expect(clippy::cast_precision_loss, reason = "as the check itself computes it")]
fn missing_rate(baseline: &StoredBaseline) -> Option<f64> {
    let (finite, missing) = baseline.totals();
    (baseline.kind() != "categories").then(|| missing as f64 / (finite as f64 + missing as f64))
}

/// How many windows in a row have drifted by at least the severity that the policy asks, counted back from the newest.
///
/// An inconclusive window neither counts nor resets: whoever starves the monitor of samples gains nothing, and does not
/// make it revoke either.
pub fn drifted_in_a_row<'a>(reports: impl IntoIterator<Item = &'a DriftReport>, auto: &AutoRevoke) -> u64 {
    let mut conclusive: Vec<_> =
        reports.into_iter().filter(|report| report.report.status != ReportStatus::Inconclusive).collect();
    conclusive.sort_unstable_by_key(|report| core::cmp::Reverse(report.window.to));
    let counts = |report: &&&DriftReport| {
        report.report.status == ReportStatus::Drifted && report.report.severity >= auto.min_severity.value
    };
    u64::try_from(conclusive.iter().take_while(counts).count()).unwrap_or(u64::MAX)
}

/// Whether a monitor may end a proposal by itself: the newest policy allows it, the evidence is the monitor's own newest
/// conclusive report about this model in a place of this proposal, and enough of its windows before that have drifted,
/// too, without one that has not and without two that overlap.
///
/// `reports` are those that are on record; others of them than the monitor's own about the model do not count.
///
/// # Errors
///
/// [`Code::SignerNotEntitled`] where the policy does not let monitors revoke (attack: auto-revocation without policy),
/// [`Code::DriftNotOnRecord`] where the evidence is not such a report, and [`Code::DriftWindowsNotMet`] where too few
/// windows in a row have drifted.
pub fn check_auto_revocation(
    revocation: &Verified<Revocation>,
    proposal: &Verified<Proposal>,
    reports: &[Verified<DriftReport>],
    policy: &Policy,
) -> Result<(), Code> {
    let auto = policy.auto_revoke.as_ref().ok_or(Code::SignerNotEntitled)?;
    let (revocation, ended) = (revocation.statement(), proposal.statement());
    let evidence = revocation.evidence.and_then(|digest| reports.iter().find(|r| r.digest() == digest));
    let evidence = evidence.ok_or(Code::DriftNotOnRecord)?.statement();
    let concerns = revocation.target == Target::Proposal(proposal.digest())
        && revocation.subject == ended.subject
        && ended.environments.contains(&evidence.environment);
    let same_thread = |report: &DriftReport| {
        report.checked_by == revocation.revoked_by
            && report.subject == ended.subject
            && report.training_output == ended.training_output
            && report.environment == evidence.environment
    };
    if !concerns || !same_thread(evidence) {
        return Err(Code::DriftNotOnRecord);
    }
    let mut thread: Vec<_> = reports.iter().map(Verified::statement).filter(|r| same_thread(r)).collect();
    thread.sort_unstable_by_key(|report| (report.window.from, report.window.to));
    // One moment is no two windows (attack: one hour of drift, reported k times).
    if thread.iter().zip(thread.iter().skip(1)).any(|(one, next)| one.window.overlaps(&next.window)) {
        return Err(Code::WindowOverlap);
    }
    let mut conclusive = thread.iter().filter(|report| report.report.status != ReportStatus::Inconclusive);
    // A model that has recovered since is not stopped for what it was.
    if conclusive.next_back().is_none_or(|newest| **newest != *evidence) {
        return Err(Code::DriftWindowsNotMet);
    }
    if drifted_in_a_row(thread, auto) >= auto.windows { Ok(()) } else { Err(Code::DriftWindowsNotMet) }
}

/// Reads reports from a JSON array of envelopes, as a registry answers with them.
///
/// # Errors
///
/// [`ParseError`] where it is none, or over its limit.
pub fn parse_reports(bytes: &[u8]) -> Result<Vec<Envelope>, ParseError> {
    const FIELD: &str = "reports";
    if bytes.len() > limits::BUNDLE {
        return Err(ParseError::TooLarge { field: FIELD, limit: limits::BUNDLE });
    }
    let elements = Value::parse(bytes)?.elements();
    let elements = elements.ok_or(ParseError::WrongType { field: FIELD, expected: "an array" })?;
    elements.map(Envelope::from_value).collect()
}

/// Verifies a monitor's revocation with everything that it rests on: the proposal and its training output, the reports
/// and their baselines, all under the newest policy of the first pinned domain.
///
/// # Errors
///
/// [`VerifyError`] with the code of the first document that is not to be accepted, or of [`check_auto_revocation`].
pub fn verify_auto_revocation(
    revocation: &Envelope,
    training_output: &Envelope,
    proposal: &Envelope,
    reports: &[Envelope],
    trust: &VerifiedTrust,
    now: Timestamp,
) -> Result<(), VerifyError> {
    let standing = Standing::of(trust, now)?;
    let revocation = standing.policy().verify_negative::<Revocation>(revocation)?;
    let training = standing.verify::<TrainingOutput>(training_output)?;
    let proposal = standing.verify::<Proposal>(proposal)?;
    let signer = revocation.statement().revoked_by.as_str();
    let refuse = |code| VerifyError::Signer { code, principal: signer.into() };
    if proposal.statement().training_output != training.digest() {
        return Err(refuse(Code::TrainingOutputMismatch));
    }
    let reports = reports.iter().map(|report| {
        let report = standing.verify::<DriftReport>(report)?;
        report.statement().check_baselines(training.digest(), training.statement()).map_err(refuse)?;
        Ok(report)
    });
    let reports = reports.collect::<Result<Vec<_>, VerifyError>>()?;
    check_auto_revocation(&revocation, &proposal, &reports, standing.policy().newest().policy())
        .map_err(refuse)
}
