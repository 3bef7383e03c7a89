//! Any document in words. What it says is a claim; whether it counts is said by whoever verified it.

use placet_core::{
    approval::Approval,
    deployment::Deployment,
    digest::Digest,
    drift_report::DriftReport,
    key::words,
    policy::Policy,
    proposal::Proposal,
    revocation::{KeyRevocation, Revocation, Target},
    revocation_list::RevocationList,
    statement::Subject,
    summary::escape,
    training::TrainingOutput,
};

use super::{Table, all_of, drift, person, policy};
use crate::{
    document::{Claim, Document},
    terminal::{HEADING, paint, size},
};

/// A document in words, with the names that the policy shows.
pub(crate) fn document(document: &Document, known: Option<&Policy>) -> String {
    let digest = document.digest();
    let mut table = Table::default();
    match &document.claim {
        Claim::Policy(claim) => return policy::policy(claim, digest),
        Claim::TrainingOutput(claim) => training_output(&mut table, claim, known),
        Claim::Proposal(claim) => proposal(&mut table, claim, known),
        Claim::Approval(claim) => approval(&mut table, claim, known),
        Claim::Revocation(claim) => revocation(&mut table, claim, known),
        Claim::KeyRevocation(claim) => key_revocation(&mut table, claim, known),
        Claim::Deployment(claim) => deployment(&mut table, claim, known),
        Claim::DriftReport(claim) => drift_report(&mut table, claim, known),
        Claim::RevocationList(claim) => list(&mut table, claim),
        Claim::Other(kind) => {
            table.row("type", escape(kind));
        }
    }
    let mut kind = document.kind().to_owned();
    if let Claim::Other(_) = document.claim {
        kind = "document of a type that is not known here".into();
    }
    let mut letters = kind.chars();
    let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let mut head = Table::default();
    head.row("digest", digest).row("in words", words(&digest));
    head.row("signatures", document.envelope.signature_count());
    format!("{}\n{}{}", paint(HEADING, title), head.finish(2), table.finish(2))
}

fn subject(table: &mut Table, subject: &Subject) {
    table.row("model", &subject.model_id);
    table.row("weights", format!("{} {}", subject.weights.kind.as_str(), subject.weights.digest));
}

fn text(table: &mut Table, name: &str, text: &str) {
    if !text.is_empty() {
        table.row(name, format!("\"{}\"", escape(text)));
    }
}

fn training_output(table: &mut Table, claim: &TrainingOutput, known: Option<&Policy>) {
    subject(table, &claim.subject);
    let files = claim.manifest.files().len();
    table
        .row("version", &claim.version)
        .row("files", format!("{files}, {}", size(claim.manifest.size())))
        .row("trained by", person(known, &claim.trainer))
        .row("created at", claim.created_at);
    text(table, "correlation id", &claim.correlation_id);
    for (name, metric) in &claim.metrics {
        table.row(format!("metric {name}"), &metric.text);
    }
    for material in &claim.materials {
        let uri = escape(&material.uri);
        table.row(format!("material {}", material.name), format!("{} {uri}", material.digest));
    }
    table.row("model card", hashed(&claim.card));
    table.row("metadata", hashed(&claim.metadata));
    table.row("baselines", hashed(&claim.baselines));
}

fn hashed(json: &str) -> String {
    format!("{} bytes, {}", json.len(), Digest::of(json.as_bytes()))
}

fn proposal(table: &mut Table, claim: &Proposal, known: Option<&Policy>) {
    subject(table, &claim.subject);
    table
        .row("training output", claim.training_output)
        .row("environments", all_of(&claim.environments))
        .row("scopes", all_of(&claim.scopes))
        .row("runs", format!("from {} until {}", claim.window.not_before, claim.window.not_after))
        .row("proposed by", person(known, &claim.proposed_by))
        .row("proposed at", claim.proposed_at)
        .row("policy", format!("version {}, {}", claim.policy.version, claim.policy.digest));
    if let Some(old) = claim.supersedes {
        table.row("supersedes", old);
    }
    text(table, "note", &claim.note);
}

fn approval(table: &mut Table, claim: &Approval, known: Option<&Policy>) {
    subject(table, &claim.subject);
    table
        .row("says", claim.verdict.as_str())
        .row("proposal", claim.proposal)
        .row("signed by", format!("{} as {}", person(known, &claim.approver), claim.role))
        .row("signed at", claim.signed_at)
        .row("summary seen", format!("{} {}", escape(&claim.summary.format), claim.summary.digest));
    text(table, "comment", &claim.comment);
}

fn revocation(table: &mut Table, claim: &Revocation, known: Option<&Policy>) {
    subject(table, &claim.subject);
    let (kind, value) = match claim.target {
        Target::Proposal(digest) => ("the proposal", digest),
        Target::Weights(digest) => ("the weights, in every proposal,", digest),
    };
    table
        .row("ends", format!("{kind} {value}"))
        .row("reason", claim.reason_code.as_str())
        .row("revoked by", person(known, &claim.revoked_by))
        .row("revoked at", claim.revoked_at);
    if let Some(evidence) = claim.evidence {
        table.row("evidence", evidence);
    }
    text(table, "because", &claim.reason);
}

fn key_revocation(table: &mut Table, claim: &KeyRevocation, known: Option<&Policy>) {
    let owner = known.and_then(|policy| policy.owner(claim.key)).map(|owner| person(known, owner));
    table
        .row("ends", format!("the key {}", claim.key))
        .row("owner", owner.unwrap_or_else(|| "not known".into()))
        .row("reason", claim.reason_code.as_str())
        .row("revoked by", person(known, &claim.revoked_by))
        .row("revoked at", claim.revoked_at);
    text(table, "because", &claim.reason);
}

fn deployment(table: &mut Table, claim: &Deployment, known: Option<&Policy>) {
    subject(table, &claim.subject);
    table
        .row("proposal", claim.proposal)
        .row("where", format!("{}, for {}", claim.environment, claim.scope))
        .row("outcome", claim.outcome.as_str())
        .row("deployed by", person(known, &claim.deployed_by))
        .row("deployed at", claim.deployed_at)
        .row("decision", claim.decision);
}

fn drift_report(table: &mut Table, claim: &DriftReport, known: Option<&Policy>) {
    subject(table, &claim.subject);
    let window = &claim.window;
    table
        .row("environment", &claim.environment)
        .row("window", format!("from {} until {}, {} rows", window.from, window.to, window.samples))
        .row("training output", claim.training_output)
        .row("found", drift::headline(&claim.report))
        .row("checked by", person(known, &claim.checked_by))
        .row("checked at", claim.checked_at);
    for check in &claim.report.checks {
        table.row(format!("  {}", check.name), drift::check(check));
    }
}

fn list(table: &mut Table, claim: &RevocationList) {
    table
        .row("number", claim.number)
        .row("made at", claim.window.not_before)
        .row("holds until", claim.window.not_after)
        .row("policy", format!("version {}, {}", claim.policy.version, claim.policy.digest))
        .row("entries", claim.entries.len());
    for entry in &claim.entries {
        let until = entry.until.map(|until| format!(", until {until}")).unwrap_or_default();
        let words = format!("{} ({}{until})", entry.value, entry.reason_code.as_str());
        table.row(format!("  {}", entry.kind.as_str()), words);
    }
}
