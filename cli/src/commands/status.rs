//! `placet status`: how far a proposal is, and waiting until it is decided.

use std::{
    process::ExitCode,
    thread::sleep,
    time::{Duration, Instant},
};

use clap::Args;
use placet_core::{
    code::Code,
    decision::{Decision, Outcome},
    digest::Digest,
    request::Request,
    state::State,
};
use serde_json::{Value, json};

use super::{Context, pull::pull, verify::DENY};
use crate::{
    clock,
    document::Claim,
    error::{Error, Result},
    evidence::Evidence,
    registry_client::RegistryArgs,
    store::Store,
    terminal, words,
    words::{Put as _, decision},
};

/// The longest that nothing is looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// The shortest pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// See how far a proposal is, for each place that it asks for
///
/// Takes in what the registry has, verifies it, and decides for the weights that the proposal names: exit code 0 where
/// every place permits, 1 where one denies. It looks at no file: `placet verify` decides about the weights that are
/// there. Without a registry it goes by the directory alone.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet status digits-classifier@2 --registry http://127.0.0.1:8787
  placet status digits-classifier@2 --wait --timeout 10m      in a pipeline, before it deploys
  placet status sha256:… --json

With --wait it returns when every place permits (0), when one denies whatever anybody still signs (1), or with the
error `wait_timeout` (2).")]
pub(super) struct Status {
    /// The proposal: at least six digits of its digest, a file, or MODEL@VERSION
    proposal: String,
    /// Wait until it is decided
    #[arg(long)]
    wait: bool,
    /// How long to wait at most
    #[arg(long, value_name = "DURATION", default_value = "10m", requires = "wait", value_parser = clock::parse_duration)]
    timeout: i64,
    #[command(flatten)]
    registry: RegistryArgs,
}

impl Status {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let start = Instant::now();
        let registry = if self.wait { Some(self.registry.required()?) } else { self.registry.named()? };
        let store = context.source.store()?;
        if let Some(registry) = &registry {
            pull(registry, &store, None)?;
        }
        let proposal =
            Evidence::from_directory(store.load()?, None, &State::new()).find_proposal(&self.proposal)?;
        let mut shown = String::new();
        let limit = Duration::from_secs(self.timeout.unsigned_abs());
        loop {
            // Listening begins before looking, so that nothing happens unseen in between.
            let left = limit.saturating_sub(start.elapsed());
            let waiting = registry.as_ref().filter(|_| self.wait);
            let events = waiting.map(|registry| registry.listen(left.min(LOOK_AGAIN).max(PAUSE)));
            if let Some(registry) = waiting {
                pull(registry, &store, Some(&[proposal]))?;
            }
            let look = look(context, &store, proposal)?;
            let Some(events) = events.filter(|_| look.is_open()) else { return look.answer(context) };
            let text = look.text();
            let undated = look.undated();
            if undated != shown && !context.json {
                terminal::note(&format!("{text}waiting …"));
                shown = undated;
            }
            if start.elapsed() >= limit {
                look.answer(context)?;
                let message = format!("not decided within {}", clock::words(limit.as_secs()));
                return Err(Error::new("wait_timeout", message).hint(
                    "whoever is missing reads it with `placet review` and signs with `placet approve`",
                ));
            }
            events?.wait();
            sleep(PAUSE);
        }
    }
}

/// What is decided for each place now.
struct Look {
    proposal: Digest,
    evidence: Evidence,
    decisions: Vec<Decision>,
}

/// Decides for each place, and keeps what was seen.
fn look(context: &Context, store: &Store, proposal: Digest) -> Result<Look> {
    let mut state = context.source.state()?;
    let evidence = Evidence::from_directory(store.load()?, None, &state);
    let missing = || Error::new("document_not_found", format!("the proposal {proposal} is not there"));
    let document = evidence.document(proposal).ok_or_else(missing)?;
    let Claim::Proposal(claim) = &document.claim else { return Err(missing()) };
    let now = clock::now()?;
    let mut decisions = Vec::new();
    for environment in &claim.environments {
        for scope in &claim.scopes {
            let request = Request {
                model_id: claim.subject.model_id.clone(),
                weights: claim.subject.weights,
                environment: environment.clone(),
                scope: scope.clone(),
                now,
            };
            let decided = evidence.decide(proposal, &request, &state)?;
            state = decided.state;
            decisions.push(decided.decision);
        }
    }
    context.source.keep_state(state)?;
    Ok(Look { proposal, evidence, decisions })
}

impl Look {
    fn permits(&self) -> bool {
        self.decisions.iter().all(|decision| decision.outcome == Outcome::Permit)
    }

    /// Whether time or another signature can still make every place permit.
    fn is_open(&self) -> bool {
        !self.permits()
            && self.decisions.iter().flat_map(|decision| &decision.denials).all(|code| may_pass(*code))
    }

    fn text(&self) -> String {
        let policy = self.evidence.policy_for_words();
        let mut text = format!("Proposal {}\n", self.proposal);
        for decision in &self.decisions {
            text.put(format_args!("  {}\n", decision::headline(decision)));
            for line in decision::missing(decision, policy) {
                text.put(format_args!("    still needed: {line}\n"));
            }
            let codes: Vec<_> = decision.denials.iter().map(|code| code.as_str()).collect();
            if !codes.is_empty() {
                text.put(format_args!("    why not: {}\n", words::all_of(&codes)));
            }
        }
        text
    }

    /// What changes only when something happens.
    fn undated(&self) -> String {
        let counted = |decision: &Decision| format!("{:?}{:?}", decision.denials, decision.quorum);
        self.decisions.iter().map(counted).collect()
    }

    fn json(&self) -> Value {
        let place = |decision: &Decision| {
            let request = &decision.request;
            json!({
                "environment": request.environment.as_str(),
                "scope": request.scope.as_str(),
                "outcome": if decision.outcome == Outcome::Permit { "permit" } else { "deny" },
                "denials": decision.denials.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
                "missing": decision::missing(decision, self.evidence.policy_for_words()),
                "valid_until": decision.valid_until.map(|time| time.to_string()),
            })
        };
        json!({
            "proposal": self.proposal.to_string(),
            "outcome": if self.permits() { "permit" } else { "deny" },
            "places": self.decisions.iter().map(place).collect::<Vec<_>>(),
        })
    }

    fn answer(&self, context: &Context) -> Result<ExitCode> {
        context.answer(&self.text(), &self.json())?;
        Ok(if self.permits() { ExitCode::SUCCESS } else { ExitCode::from(DENY) })
    }
}

/// Whether a denial for this reason may turn into a permit without a new proposal.
fn may_pass(code: Code) -> bool {
    matches!(
        code,
        Code::ThresholdNotMet
            | Code::UnitsNotMet
            | Code::NotYetValid
            | Code::PolicyNotYetValid
            | Code::PolicyStale
            | Code::ListMissing
            | Code::ListStale
            | Code::ListFromFuture
            | Code::LedgerMissing
            | Code::LedgerInclusion
            | Code::LedgerWitnesses
    )
}
