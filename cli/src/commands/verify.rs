//! `placet verify`: may this model run here now?

use std::process::ExitCode;

use clap::Args;
use placet_core::{
    decide::{Decided, evaluate},
    decision::Outcome,
    digest::Digest,
    proposal::Proposal,
    request::Request,
    state::State,
    statement::Statement as _,
    time::Timestamp,
};

use super::Context;
use crate::{
    args::RequestArgs,
    clock,
    error::{Error, Result},
    evidence::Evidence,
    terminal, words,
};

/// The exit code of a denial.
pub(super) const DENY: u8 = 1;

/// Decide whether a model may run, gate by gate
///
/// Hashes the weights, finds the proposal for them, and says permit (exit code 0) or deny (1) with every reason. What was
/// seen is kept, so that nobody can show an older policy or list later.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet verify --model digits-classifier --weights weights.npz --environment production --scope eu-west
  placet verify --model digits-classifier --weights weights.npz --environment production --scope eu-west \\
      --bundle digits.bundle.json --trust trust.json --state state.json      on a gateway, without the directory
  placet verify … --at 2027-03-01T00:00:00Z     what would be then; nothing is kept
  placet verify … --json                        the decision record, byte for byte")]
pub(super) struct Verify {
    /// The proposal to judge [default: the best one for these weights]
    proposal: Option<String>,
    #[command(flatten)]
    request: RequestArgs,
    /// Decide as of this time instead of now, and keep nothing
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time)]
    at: Option<Timestamp>,
}

impl Verify {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let mut evidence = context.source.evidence()?;
        let state = context.source.state()?;
        let proposal = self.proposal.as_ref().map(|name| evidence.find_proposal(name)).transpose()?;
        let request = self.request.read(self.at.map_or_else(clock::now, Ok)?)?;
        let Choice { decided, note } = decide(&evidence, proposal, &request, &state)?;
        if self.at.is_none() {
            context.source.keep_state(decided.state)?;
        }
        if context.json {
            terminal::write_bytes(&decided.bytes)?;
        } else {
            let words = words::decision::decision(&decided.decision, evidence.policy_for_words());
            terminal::print(&format!("{words}{note}"))?;
        }
        Ok(match decided.decision.outcome {
            Outcome::Permit => ExitCode::SUCCESS,
            Outcome::Deny => ExitCode::from(DENY),
        })
    }
}

/// A decision and which proposal it is about.
pub(super) struct Choice {
    pub(super) decided: Decided,
    /// A line that says which proposal was judged, and why this one.
    pub(super) note: String,
}

/// Decides about the proposal that was named or given, or about the best one for the model and its weights.
pub(super) fn decide(
    evidence: &Evidence,
    named: Option<Digest>,
    request: &Request,
    state: &State,
) -> Result<Choice> {
    if let (None, Some(bundle)) = (named, evidence.given()) {
        // The bundle is judged as it came, whatever in it can be read.
        let decided = evaluate(bundle, evidence.verified(), state, request);
        return Ok(Choice { decided, note: String::new() });
    }
    let candidates = match named {
        Some(digest) => vec![digest],
        None => evidence.candidates(&request.model_id, request.weights),
    };
    let judged = candidates.iter().map(|digest| {
        let decided = evidence.decide(*digest, request, state)?;
        Ok((*digest, decided))
    });
    let judged = judged.collect::<Result<Vec<_>>>()?;
    let proposed_at = |digest: &Digest| {
        let document = evidence.document(*digest)?;
        Proposal::parse(document.envelope.unverified_payload()).ok().map(|proposal| proposal.proposed_at)
    };
    // Permitted before denied, few reasons before many, late before early.
    let best = judged.into_iter().min_by_key(|(digest, decided)| {
        (decided.decision.denials.len(), std::cmp::Reverse(proposed_at(digest)), *digest)
    });
    let Some((digest, decided)) = best else {
        let message = format!("nobody has proposed to run {}", request.model_id);
        return Err(Error::new("document_not_found", message)
            .hint("`placet show` lists the proposals that are there; `placet propose` makes one"));
    };
    let others = match candidates.len() {
        1 => String::new(),
        several => format!(", the best of {several} proposals that could answer"),
    };
    Ok(Choice { decided, note: format!("Judged the proposal {digest}{others}.\n") })
}
