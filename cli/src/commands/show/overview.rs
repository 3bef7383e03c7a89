//! What the evidence directory holds, and where each proposal may run.

use std::process::ExitCode;

use placet_core::{
    decision::Outcome, digest::Digest, request::Request, revocation_list::VerifiedList, summary::escape,
    time::Timestamp,
};
use serde_json::json;

use crate::{
    clock,
    commands::Context,
    document::Claim,
    error::Result,
    evidence::Evidence,
    terminal::{BAD, FAINT, GOOD, HEADING, LOOK, paint},
    words::{Put as _, decision::missing},
};

/// What the directory holds: each proposal, and what would be decided about it in each place.
pub(super) fn run(context: &Context) -> Result<ExitCode> {
    let now = clock::now()?;
    let evidence = context.source.evidence()?;
    let state = context.source.state()?;
    let policy = evidence.policy()?;
    let mut text = format!(
        "{}\n  {}\n",
        paint(HEADING, format!("{}, policy version {}", escape(&policy.organization), policy.version)),
        list_words(&evidence, now)
    );
    let trained = evidence.documents().filter_map(|document| match &document.claim {
        Claim::TrainingOutput(training) => Some((document.digest(), training)),
        _ => None,
    });
    let mut outputs = Vec::new();
    text.put(format_args!("\n{}\n", paint(HEADING, "Training outputs")));
    for (digest, training) in trained {
        let (model, version) = (&training.subject.model_id, &training.version);
        text.put(format_args!("  {}  {model}@{version}, {}\n", short(digest), training.created_at));
        outputs.push(
            json!({ "digest": digest.to_string(), "model_id": model.as_str(), "version": version.as_str() }),
        );
    }
    let mut proposals = Vec::new();
    text.put(format_args!("\n{}\n", paint(HEADING, "Proposals")));
    for (digest, proposal) in evidence.proposals() {
        let version = evidence.version_of(proposal).unwrap_or("?");
        let model = &proposal.subject.model_id;
        text.put(format_args!(
            "  {}  {model}@{version}, until {}\n",
            short(digest),
            proposal.window.not_after
        ));
        let mut places = Vec::new();
        for (environment, scope) in proposal.places() {
            let request = Request {
                model_id: model.clone(),
                weights: proposal.subject.weights,
                environment: environment.clone(),
                scope: scope.clone(),
                now,
            };
            // What is shown here is about the approved weights; whether those are loaded, `verify` tells.
            let decided = evidence.decide(digest, &request, &state).map(|decided| decided.decision);
            let (word, codes, missing) = match &decided {
                Ok(decision) => {
                    let codes: Vec<_> = decision.denials.iter().map(|code| code.as_str()).collect();
                    let missing = missing(decision, evidence.policy_for_words());
                    (decision.outcome, codes, missing)
                }
                Err(error) => (Outcome::Deny, vec![error.code()], Vec::new()),
            };
            let style = if word == Outcome::Permit { GOOD } else { BAD };
            let why = if codes.is_empty() { String::new() } else { format!(": {}", codes.join(", ")) };
            text.put(format_args!("    {} {environment}, {scope}{why}\n", paint(style, word.as_str())));
            for line in missing {
                text.put(format_args!("      {} {line}\n", paint(LOOK, "needs")));
            }
            places.push(json!({
                "environment": environment.as_str(),
                "scope": scope.as_str(),
                "outcome": word.as_str(),
                "denials": codes,
            }));
        }
        proposals.push(json!({
            "digest": digest.to_string(),
            "model_id": model.as_str(),
            "version": version,
            "expires_at": proposal.window.not_after.to_string(),
            "places": places,
        }));
    }
    let json = json!({ "training_outputs": outputs, "proposals": proposals });
    context.answer(&text, &json)
}

fn short(digest: Digest) -> String {
    paint(FAINT, digest.to_hex().chars().take(12).collect::<String>())
}

fn list_words(evidence: &Evidence, now: Timestamp) -> String {
    let Some(list) = evidence.list().map(VerifiedList::list) else {
        return "no revocation list: sign one with `placet list`".into();
    };
    let age = u64::try_from(now.since(list.window.not_before)).unwrap_or(0);
    format!("revocation list {}, made {} ago", list.number, clock::words(age))
}
