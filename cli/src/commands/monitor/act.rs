//! What follows a drifted window: a revocation where the policy lets a monitor make one, and otherwise a word to people.

use placet_core::{
    code::Code,
    digest::Digest,
    drift::ReportStatus,
    drift_report::{DriftReport, check_auto_revocation},
    envelope::Envelope,
    proposal::Proposal,
    revocation::{Reason, Revocation, Target},
    statement::{IN_TOTO, Statement as _},
    verify::Verified,
};
use serde_json::Value;

use super::Watch;
use crate::{
    clock,
    commands::revoke::running,
    document::{Claim, Document},
    error::{Error, Result},
    evidence::Evidence,
    signing::sign,
    terminal::{BAD, LOOK, paint},
    words::Put as _,
};

/// What was done, and what a person could do.
#[derive(Debug, Default)]
pub(super) struct Acted {
    pub(super) text: String,
    pub(super) revocations: Vec<Value>,
    pub(super) commands: Vec<String>,
}

impl Watch<'_> {
    /// Acts upon a report that was just signed.
    pub(super) fn act(&self, report: &DriftReport, envelope: &Envelope) -> Result<Acted> {
        let mut acted = Acted::default();
        if report.report.status != ReportStatus::Drifted {
            return Ok(acted);
        }
        let mut evidence = self.evidence()?;
        let document = Document::of(envelope.clone())?;
        if evidence.document(document.digest()).is_none() {
            evidence.insert(document);
        }
        let proposals = concerned(&evidence, report)?;
        if proposals.is_empty() {
            acted.text.put(format_args!(
                "  {}: nothing of it runs in {}\n",
                paint(LOOK, "alert"),
                report.environment
            ));
        }
        for proposal in proposals {
            match self.revoke(&evidence, report, envelope.digest(), &proposal)? {
                Ok(revocation) => {
                    let delivered = self.context.deliver(revocation.clone(), None)?;
                    self.push(&revocation)?;
                    acted.text.put(format_args!(
                        "  {} the proposal {}, with the report as evidence\n",
                        paint(BAD, "Revoked"),
                        proposal.digest()
                    ));
                    acted.revocations.push(delivered.json());
                }
                Err(why) => {
                    let command = self.command(report, envelope.digest(), proposal.digest());
                    let alert = paint(LOOK, format_args!("{} alert", report.report.alert_level.as_str()));
                    acted.text.put(format_args!(
                        "  {alert}: {why}; to stop it, somebody of governance says\n    {command}\n"
                    ));
                    acted.commands.push(command);
                }
            }
        }
        Ok(acted)
    }

    /// The revocation, signed; or why a monitor may not make it.
    fn revoke(
        &self,
        evidence: &Evidence,
        report: &DriftReport,
        digest: Digest,
        proposal: &Verified<Proposal>,
    ) -> Result<std::result::Result<Envelope, String>> {
        let policy = evidence.policy()?;
        let Some(auto) = &policy.auto_revoke else {
            return Ok(Err("the policy leaves revocation to people".into()));
        };
        if self.arguments.no_revoke || self.arguments.signing.output.is_some() {
            return Ok(Err("the monitor was told to revoke nothing".into()));
        }
        let revocation = Revocation {
            domain: report.domain,
            subject: report.subject.clone(),
            target: Target::Proposal(proposal.digest()),
            reason_code: Reason::Drift,
            reason: reason(report),
            revoked_by: self.monitor.clone(),
            revoked_at: clock::now()?,
            evidence: Some(digest),
        };
        let payload = revocation.to_payload();
        Revocation::parse(&payload)?;
        let envelope = sign(IN_TOTO, payload, &self.key);
        let verified = evidence.chain()?.verify_negative::<Revocation>(&envelope)?;
        let reports = evidence.documents().filter(|document| matches!(document.claim, Claim::DriftReport(_)));
        let now = clock::now()?;
        let reports: Vec<_> = reports
            .filter_map(|document| evidence.verify::<DriftReport>(&document.envelope, now).ok())
            .collect();
        match check_auto_revocation(&verified, proposal, &reports, policy) {
            Ok(()) => Ok(Ok(envelope)),
            Err(Code::DriftWindowsNotMet) => Ok(Err(format!(
                "the policy asks {} such windows in a row, each of severity {} or more",
                auto.windows, auto.min_severity.text
            ))),
            Err(code) => Err(Error::of(code, code.meaning().trim_end_matches('.'))),
        }
    }

    /// The command that revokes by a person's key.
    fn command(&self, report: &DriftReport, digest: Digest, proposal: Digest) -> String {
        let dir = self.context.source.directory().display();
        format!(
            "placet --dir {dir} revoke {proposal} --reason-code drift --reason '{}' --evidence {digest} --key KEY",
            reason(report)
        )
    }
}

/// The proposals of this training output that run here or may come to.
fn concerned(evidence: &Evidence, report: &DriftReport) -> Result<Vec<Verified<Proposal>>> {
    let targets = running(evidence, &report.environment, Some(&report.subject.model_id), report.checked_at)?;
    let proposal = |target| {
        let Target::Proposal(digest) = target else { return None };
        let proposal =
            evidence.chain().ok()?.verify_negative::<Proposal>(&evidence.document(digest)?.envelope);
        proposal.ok().filter(|proposal| proposal.statement().training_output == report.training_output)
    };
    Ok(targets.into_iter().filter_map(|(_, target)| proposal(target)).collect())
}

/// Why, in a line without a quote: names hold none.
fn reason(report: &DriftReport) -> String {
    let drifted =
        report.report.checks.iter().filter(|check| check.outcome == placet_core::drift::Outcome::Drifted);
    let names: Vec<_> = drifted.map(|check| format!("{} ({})", check.name, check.test.as_str())).collect();
    let (from, to) = (report.window.from, report.window.to);
    format!("drift from {from} until {to}: {}", names.join(", ")).chars().take(1000).collect()
}
