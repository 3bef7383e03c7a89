//! `placet reference export`: a record that the Python reference reads and verifies.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use placet_core::{
    code::Code,
    decision::Outcome,
    deployment::Deployment,
    digest::Digest,
    drift::{Outcome as CheckOutcome, ReportStatus},
    drift_report::DriftReport,
    error::ParseError,
    key::{PublicKey, Signer as _},
    limits,
    proposal::Proposal,
    reference::{
        Dict, Directory, DriftCheckResult, DriftMetric, ModelApproval, Number, PromotionResult, Terms,
        TrainingOutput as TrainingRecord, create_drift_alert,
    },
    request::Request,
    time::Timestamp,
    training::TrainingOutput,
};
use serde_json::json;

use crate::{
    clock,
    commands::Context,
    document::Claim,
    error::{At as _, Error, Result},
    evidence::Evidence,
    files::{self, Access},
    signing::{Key, PassphraseArgs, open_key},
    words::Put as _,
};

/// Write a record that the Python reference reads and verifies
///
/// A proposal becomes a ModelApproval, signed by approvers with keys of their own for it, and only where it is permitted
/// now in every place that it names; its correlation_id is the digest of the proposal. A training output becomes a
/// TrainingOutput, a deployment a PromotionResult, a drift report a DriftCheckResult or, with --alert, a DriftAlert. A key
/// that the policy names is refused: a key signs for one of the two.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet reference export digits-classifier@2 --approver alice=alice-reference.pem --required 2 --output approval.json
  placet reference export digits-classifier@2 --onto approval.json --approver chandra=chandra-reference.pem \\
      --output complete.json
  placet reference export 3f9a1c --output training.json      a training output or a deployment, by its digest")]
pub(in crate::commands) struct Export {
    /// The document: at least six digits of its digest, a file, or MODEL@VERSION for a proposal
    document: String,
    /// Who signs, and with which key file; may be given again
    #[arg(long, value_name = "NAME=FILE", value_parser = parse_approver)]
    approver: Vec<(String, PathBuf)>,
    /// How many approvers the record asks for [default: as many as sign here]
    #[arg(long, value_name = "COUNT", conflicts_with = "onto")]
    required: Option<u32>,
    /// Add the signatures to this record of the same proposal
    #[arg(long, value_name = "FILE")]
    onto: Option<PathBuf>,
    /// For a drift report: write the alert that it asks for
    #[arg(long)]
    alert: bool,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

impl Export {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let mut evidence = context.source.evidence()?;
        let digest = if self.document.contains('@') && !Path::new(&self.document).exists() {
            evidence.find_proposal(&self.document)?
        } else {
            evidence.find_document(&self.document)?
        };
        let missing = || Error::new("document_not_found", format!("there is no document {digest}"));
        let document = evidence.document(digest).ok_or_else(missing)?;
        evidence.check_once_good(document)?;
        let now = clock::now()?;
        let (kind, record) = match &document.claim {
            Claim::Proposal(proposal) => {
                ("ModelApproval", self.approval(context, &evidence, proposal, digest, now)?)
            }
            Claim::TrainingOutput(training) => ("TrainingOutput", training_record(training)?),
            Claim::Deployment(deployment) => ("PromotionResult", promotion(deployment, digest)),
            Claim::DriftReport(report) if self.alert => {
                ("DriftAlert", alert(&drift_record(report)?, report)?)
            }
            Claim::DriftReport(report) => ("DriftCheckResult", drift_record(report)?.to_json()),
            _ => {
                let message = format!("the reference has no record for a {}", document.kind());
                return Err(Error::new("wrong_document", message));
            }
        };
        files::create(&self.output, format!("{record}\n").as_bytes(), Access::Anyone)?;
        let mut text = format!("Wrote a {kind} for {digest}\n  to {}\n", self.output.display());
        let signatures = ModelApproval::parse(record.as_bytes())
            .ok()
            .map(|record| (record.approver_signatures().count(), record.terms().required_approvers));
        if let Some((count, required)) = signatures {
            text.put(format_args!("  with {count} of {required} signatures\n"));
        }
        let json = json!({
            "kind": kind,
            "document": digest.to_string(),
            "path": self.output.display().to_string(),
            "signatures": signatures.map(|(count, _)| count),
            "required": signatures.map(|(_, required)| required),
        });
        context.answer(&text, &json)
    }

    /// The record of a proposal that is permitted everywhere it asks for.
    fn approval(
        &self,
        context: &Context,
        evidence: &Evidence,
        proposal: &Proposal,
        digest: Digest,
        now: Timestamp,
    ) -> Result<String> {
        let Some((first, _)) = self.approver.first() else {
            return Err(Error::new("key_required", "a ModelApproval is signed by its approvers")
                .hint("name each with --approver NAME=FILE"));
        };
        ensure_permitted(context, evidence, proposal, digest, now)?;
        let mut record = if let Some(path) = &self.onto {
            onto(path, proposal, digest)?
        } else {
            let count = u32::try_from(self.approver.len()).unwrap_or(u32::MAX);
            let terms = Terms::of_proposal(proposal, digest, first, now, self.required.unwrap_or(count));
            ModelApproval::new(terms)?
        };
        let mut keys: Vec<(String, PublicKey)> = Vec::new();
        for (name, path) in &self.approver {
            let key: Key = open_key(Some(path), &self.passphrase)?;
            if keys.iter().any(|(_, known)| known == key.public_key()) {
                return Err(Error::of(
                    Code::DuplicateApprover,
                    format!("{name} would sign with the key of another"),
                ));
            }
            keys.push((name.clone(), key.public_key().clone()));
            record.sign(name, &key)?;
        }
        Directory::new(keys).check_apart_from(evidence.policy()?)?;
        Ok(record.to_json())
    }
}

/// A record to which signatures are added: it must say what this proposal says.
fn onto(path: &Path, proposal: &Proposal, digest: Digest) -> Result<ModelApproval> {
    let record = ModelApproval::parse(&files::read(path, limits::PAYLOAD)?).at(path.display())?;
    let held = record.terms();
    let mut terms = Terms::of_proposal(proposal, digest, &held.approved_by, proposal.proposed_at, 1);
    terms.approved_at = held.approved_at;
    terms.required_approvers = held.required_approvers;
    if *held == terms {
        return Ok(record);
    }
    let message = format!("{} is the record of something else", path.display());
    Err(Error::new("wrong_document", message))
}

/// The reference would run whatever such a record names: it is written only for what may run.
fn ensure_permitted(
    context: &Context,
    evidence: &Evidence,
    proposal: &Proposal,
    digest: Digest,
    now: Timestamp,
) -> Result<()> {
    let state = context.source.state()?;
    for (environment, scope) in proposal.places() {
        let request = Request {
            model_id: proposal.subject.model_id.clone(),
            weights: proposal.subject.weights,
            environment: environment.clone(),
            scope: scope.clone(),
            now,
        };
        let decision = evidence.decide(digest, &request, &state)?.decision;
        if let (Outcome::Deny, Some(code)) = (decision.outcome, decision.denials.first()) {
            let message = format!("it is denied in {environment}, for {scope}: {}", code.meaning());
            return Err(Error::of(*code, message).hint("`placet verify` says all reasons"));
        }
    }
    Ok(())
}

fn training_record(training: &TrainingOutput) -> Result<String> {
    let metrics: Vec<_> = training
        .metrics
        .iter()
        .map(|(name, metric)| format!("{}: {}", json!(name.as_str()), metric.text))
        .collect();
    let record = TrainingRecord {
        model_id: training.subject.model_id.as_str().to_owned(),
        weights_hash: training.subject.weights.digest.to_string(),
        card: dict(&training.card)?,
        metrics: Dict::parse(format!("{{{}}}", metrics.join(",")).as_bytes())?,
        correlation_id: training.correlation_id.clone(),
        created_at: training.created_at.into(),
        metadata: dict(&training.metadata)?,
    };
    Ok(record.to_json())
}

/// Free JSON as the dictionary that the library asks for.
fn dict(json: &str) -> Result<Dict> {
    if json.trim_start().starts_with('{') {
        return Ok(Dict::parse(json.as_bytes())?);
    }
    Ok(Dict::parse(format!("{{\"value\": {json}}}").as_bytes())?)
}

fn promotion(deployment: &Deployment, digest: Digest) -> String {
    let promoted = deployment.outcome == Outcome::Permit;
    PromotionResult {
        model_id: deployment.subject.model_id.as_str().to_owned(),
        promoted,
        promoted_at: deployment.deployed_at.into(),
        evidence_entry_id: Some(digest.to_string()),
        message: format!(
            "{} in {}, for {}",
            if promoted { "deployed" } else { "denied" },
            deployment.environment,
            deployment.scope
        ),
    }
    .to_json()
}

/// The report as the library knows results: what could not be judged is left out, and then nothing is said with
/// confidence.
fn drift_record(report: &DriftReport) -> Result<DriftCheckResult> {
    let judged = || report.report.checks.iter().filter(|check| check.outcome != CheckOutcome::Inconclusive);
    let number = |value: Option<f64>| Number::float(value.unwrap_or(0.0));
    let metrics = judged().map(|check| {
        Ok(DriftMetric {
            name: check.name.clone(),
            training_value: number(check.baseline)?,
            serving_value: number(check.statistic)?,
            threshold: number(check.threshold)?,
            is_drifted: check.outcome == CheckOutcome::Drifted,
            drift_severity: number(check.severity)?,
            details: format!("{}: {}", check.test.as_str(), check.outcome.as_str()),
        })
    });
    let drifted = judged().filter(|check| check.outcome == CheckOutcome::Drifted).count();
    let summary = match report.report.status {
        ReportStatus::Stable => "No drift detected".to_owned(),
        ReportStatus::Drifted => format!("Drift detected ({drifted} metrics)"),
        ReportStatus::Inconclusive => "Inconclusive: not every check could be judged".to_owned(),
    };
    Ok(DriftCheckResult {
        model_id: report.subject.model_id.as_str().to_owned(),
        checked_at: report.checked_at.into(),
        is_drifted: report.report.status == ReportStatus::Drifted,
        metrics: metrics.collect::<std::result::Result<_, ParseError>>()?,
        overall_severity: Number::float(report.report.severity)?,
        confidence: Number::float(if report.report.status == ReportStatus::Inconclusive {
            0.0
        } else {
            1.0
        })?,
        summary,
        recommended_action: report.report.recommended_action.as_str().to_owned(),
    })
}

fn alert(result: &DriftCheckResult, report: &DriftReport) -> Result<String> {
    let alert = create_drift_alert(result, report.checked_at.into());
    let quiet = || Error::new("wrong_document", "the report asks for no alert: nothing has drifted");
    alert.map(|alert| alert.to_json()).ok_or_else(quiet)
}

fn parse_approver(text: &str) -> std::result::Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("it is written NAME=FILE")?;
    if name.is_empty() {
        Err("the name is missing".into())
    } else {
        Ok((name.to_owned(), PathBuf::from(path)))
    }
}
