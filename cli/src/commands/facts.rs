//! `placet facts`: what an agent's registry (NANDA) is told about the model behind it.
//!
//! The facts are the writer's own words; what proves anything is the bundle that travels with them.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use placet_core::{
    approval::Approval,
    code::Code,
    decision::{Decision, Outcome},
    digest::Digest,
    error::ParseError,
    json::{ObjectWriter, Value as Json},
    proposal::Proposal,
    reference::{IntegrityFacts, ModelApproval, Terms},
    request::Request,
    statement::Statement as _,
    time::Timestamp,
};
use serde_json::{Value, json};

use super::{Context, verify::DENY};
use crate::{
    clock,
    document::Claim,
    error::{Error, Result},
    evidence::Evidence,
    files::{self, Access},
    terminal::{BAD, GOOD, paint},
    words::Put as _,
};

/// Write facts about an approved model for an agent's registry (NANDA)
///
/// Two things in one JSON object: the integrity facts of the Python reference (`governance`), and the parts of an
/// AgentFacts record that speak of trust: `certification`, `evaluations`, a `proof` whose evidence is the digest of the
/// bundle, and the bundle itself in `metadata`. Merge these parts into the agent's record. Whoever finds it there
/// decides with the bundle and a pin of their own; the rest is only said. Where a place that the proposal names is
/// denied, the facts say so, and the exit code is 1.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet facts digits-classifier@2 --output facts.json
  placet facts digits-classifier@2 --integrity --output governance.json     the reference's integrity facts alone")]
pub(super) struct Facts {
    /// The proposal: at least six digits of its digest, a file, or MODEL@VERSION
    proposal: String,
    /// Write the integrity facts alone, byte for byte as the reference does
    #[arg(long)]
    integrity: bool,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

impl Facts {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let mut evidence = context.source.evidence()?;
        let digest = evidence.find_proposal(&self.proposal)?;
        let missing = || Error::new("document_not_found", format!("there is no proposal {digest}"));
        let document = evidence.document(digest).ok_or_else(missing)?;
        evidence.check_once_good(document)?;
        let Claim::Proposal(proposal) = &document.claim else { return Err(missing()) };
        let now = clock::now()?;
        let decisions = decide(context, &evidence, proposal, digest, now)?;
        let permitted = decisions.iter().all(|decision| decision.outcome == Outcome::Permit);
        let integrity = integrity(&evidence, proposal, digest, &decisions)?;
        let bundle = evidence.bundle(digest)?.to_json();
        let bundle_digest = Digest::of(bundle.as_bytes());
        let facts = if self.integrity {
            integrity.to_json()
        } else {
            let facts = agent_facts(&evidence, proposal, digest, &decisions, &bundle)?;
            with_governance(&facts, &integrity.to_json())?
        };
        files::create(&self.output, format!("{facts}\n").as_bytes(), Access::Anyone)?;
        let (style, word) = if permitted { (GOOD, "permitted") } else { (BAD, "denied") };
        let mut text = format!(
            "Wrote the facts of {}: {}\n  bundle  {bundle_digest}\n  to      {}\n",
            proposal.subject.model_id,
            paint(style, word),
            self.output.display()
        );
        for code in denials(&decisions) {
            text.put(format_args!("  {} {code}: {}\n", paint(BAD, "why not:"), code.meaning()));
        }
        let json = json!({
            "proposal": digest.to_string(),
            "bundle": bundle_digest.to_string(),
            "outcome": if permitted { "permit" } else { "deny" },
            "denials": denials(&decisions).iter().map(|code| code.as_str()).collect::<Vec<_>>(),
            "path": self.output.display().to_string(),
        });
        let code = context.answer(&text, &json)?;
        Ok(if permitted { code } else { ExitCode::from(DENY) })
    }
}

/// A decision for each place that the proposal names.
fn decide(
    context: &Context,
    evidence: &Evidence,
    proposal: &Proposal,
    digest: Digest,
    now: Timestamp,
) -> Result<Vec<Decision>> {
    let state = context.source.state()?;
    let places = proposal.places().map(|(environment, scope)| {
        let request = Request {
            model_id: proposal.subject.model_id.clone(),
            weights: proposal.subject.weights,
            environment: environment.clone(),
            scope: scope.clone(),
            now,
        };
        Ok(evidence.decide(digest, &request, &state)?.decision)
    });
    places.collect()
}

/// All reasons, each once.
fn denials(decisions: &[Decision]) -> Vec<Code> {
    let mut codes: Vec<_> = decisions.iter().flat_map(|decision| decision.denials.iter().copied()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The reference's integrity facts. `has_quorum` is what was decided, and not a count of entries.
fn integrity(
    evidence: &Evidence,
    proposal: &Proposal,
    digest: Digest,
    decisions: &[Decision],
) -> Result<IntegrityFacts> {
    let permitted = decisions.iter().all(|decision| decision.outcome == Outcome::Permit);
    let counted =
        decisions.iter().flat_map(|decision| &decision.approvals).filter(|approval| approval.counted);
    let mut approvals: Vec<Approval> = counted
        .filter_map(|approval| evidence.document(approval.digest))
        .filter_map(|document| Approval::parse(document.envelope.unverified_payload()).ok())
        .collect();
    approvals.sort_by_key(|approval| (approval.signed_at, approval.approver.clone()));
    let (first, last) = (approvals.first(), approvals.last());
    let approved_by = first.map_or_else(String::new, |approval| approval.approver.to_string());
    let approved_at = last.map_or(proposal.proposed_at, |approval| approval.signed_at);
    let required =
        decisions.first().map_or(1, |decision| decision.quorum.iter().map(|role| role.required).sum());
    let required = u32::try_from(required).unwrap_or(u32::MAX).max(1);
    let mut record =
        ModelApproval::new(Terms::of_proposal(proposal, digest, &approved_by, approved_at, required))?;
    let ended = [Code::ProposalRevoked, Code::WeightsRevoked, Code::Vetoed];
    if denials(decisions).iter().any(|code| ended.contains(code)) {
        record.revoke();
    }
    Ok(IntegrityFacts::of(&record, permitted))
}

/// The parts with the integrity facts beside them, whose bytes stay as the reference writes them.
fn with_governance(facts: &Value, integrity: &str) -> Result<String> {
    let integrity = Json::parse(integrity.as_bytes()).map_err(ParseError::from)?;
    let parts = facts.as_object().into_iter().flatten();
    let object = parts.fold(ObjectWriter::new(), |object, (name, part)| object.raw(name, part.to_string()));
    let members = integrity.members().into_iter().flatten();
    Ok(members.fold(object, |object, (name, part)| object.raw(&name, part.raw())).finish())
}

/// The parts of an AgentFacts record that speak of trust, as `sm-bridge` reads them.
fn agent_facts(
    evidence: &Evidence,
    proposal: &Proposal,
    digest: Digest,
    decisions: &[Decision],
    bundle: &str,
) -> Result<Value> {
    let (chain, policy) = (evidence.chain()?, evidence.policy()?);
    let now = decisions.first().map(|decision| decision.request.now);
    let permitted = decisions.iter().all(|decision| decision.outcome == Outcome::Permit);
    let codes: Vec<_> = denials(decisions).iter().map(|code| code.as_str()).collect();
    let bundle_digest = Digest::of(bundle.as_bytes()).to_string();
    let places: Vec<_> = decisions
        .iter()
        .filter(|decision| decision.outcome == Outcome::Permit)
        .map(|decision| format!("placet:permit:{}:{}", decision.request.environment, decision.request.scope))
        .collect();
    let valid_until = decisions.iter().filter_map(|decision| decision.valid_until).min();
    // Said by the writer: `verified` is the word for what was checked against signatures, and not only declared.
    let certification = permitted.then(|| {
        json!({
            "level": "verified",
            "issuer": policy.organization,
            "attestations": places,
            "issuanceDate": proposal.window.not_before.to_string(),
            "expirationDate": proposal.window.not_after.to_string(),
        })
    });
    Ok(json!({
        "certification": certification,
        "evaluations": {
            "lastAudited": now.map(|now| now.to_string()),
            "auditTrail": bundle_digest,
            "auditorID": chain.domain().to_string(),
        },
        "proof": {
            "profile": "placet",
            "method": placet_core::decision::DECISION,
            "status": if permitted { "VERIFIED" } else { "FAILED" },
            "verified_at": now.map(|now| now.to_string()),
            "evidence_ref": bundle_digest,
            "failure_reason": (!permitted).then(|| codes.join(", ")),
        },
        "metadata": {
            "x_placet": {
                "domain": chain.domain().to_string(),
                "proposal": digest.to_string(),
                "model_id": proposal.subject.model_id.as_str(),
                "weights": {
                    "kind": proposal.subject.weights.kind.as_str(),
                    "digest": proposal.subject.weights.digest.to_string(),
                },
                "valid_until": valid_until.map(|time| time.to_string()),
                // A string, so that no reader on the way writes other bytes than the digest is of.
                "bundle": bundle,
            },
        },
    }))
}
