//! `placet expiring`: what will stop running soon, unless somebody proposes it anew.

use std::process::ExitCode;

use clap::Args;
use placet_core::{decision::Outcome, digest::Digest, request::Request, time::Timestamp};
use serde_json::{Value, json};

use super::Context;
use crate::{
    clock,
    error::Result,
    evidence::Evidence,
    registry_client::RegistryArgs,
    terminal::{LOOK, paint},
    words::Put as _,
};

/// The exit code where something runs out.
const SOME: u8 = 1;

/// List what may run now and will not any more within some time
///
/// Looks at every place of every proposal that permits now, and says when the answer ends and why: the proposal's own
/// end, or that of a key or of the policy. Revocation lists are renewed by the registry and do not count here.
///
/// Exit codes: 0 nothing runs out, 1 something does, 2 error.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet expiring
  placet expiring --within 7d --registry http://127.0.0.1:8787")]
pub(super) struct Expiring {
    /// How far to look ahead
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = clock::parse_duration)]
    within: i64,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// One place that will deny.
struct Ending {
    proposal: Digest,
    what: String,
    place: String,
    at: Timestamp,
    why: &'static str,
}

impl Expiring {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        if let Some(registry) = self.registry.named()? {
            super::pull::pull(&registry, &context.source.store()?, None)?;
        }
        let evidence = context.source.evidence()?;
        let now = clock::now()?;
        let mut endings = endings(context, &evidence, now, now.plus(self.within))?;
        endings.sort_by_key(|ending| (ending.at, ending.proposal));
        let mut text = String::new();
        for ending in &endings {
            let left = u64::try_from(ending.at.seconds().saturating_sub(now.seconds())).unwrap_or(0);
            let left = clock::words(if left >= 86_400 { left / 86_400 * 86_400 } else { left });
            let left = paint(LOOK, format_args!("in {left}"));
            text.put(format_args!("{left}  {}, {}\n", ending.what, ending.place));
            text.put(format_args!("  until {}: {}; proposal {}\n", ending.at, ending.why, ending.proposal));
        }
        if endings.is_empty() {
            text.push_str("Nothing that runs now runs out so soon.\n");
        }
        let json: Vec<Value> = endings
            .iter()
            .map(|ending| {
                json!({
                    "proposal": ending.proposal.to_string(),
                    "model": ending.what,
                    "place": ending.place,
                    "until": ending.at.to_string(),
                    "why": ending.why,
                })
            })
            .collect();
        context.answer(&text, &json!({ "expiring": json }))?;
        Ok(if endings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(SOME) })
    }
}

fn endings(context: &Context, evidence: &Evidence, now: Timestamp, until: Timestamp) -> Result<Vec<Ending>> {
    let state = context.source.state()?;
    let policy = evidence.policy()?;
    let mut endings = Vec::new();
    for (digest, proposal) in evidence.proposals() {
        for environment in &proposal.environments {
            for scope in &proposal.scopes {
                let request = Request {
                    model_id: proposal.subject.model_id.clone(),
                    weights: proposal.subject.weights,
                    environment: environment.clone(),
                    scope: scope.clone(),
                    now,
                };
                let decision = evidence.decide(digest, &request, &state)?.decision;
                if decision.outcome != Outcome::Permit {
                    continue;
                }
                let keys = decision.approvals.iter().filter(|approval| approval.code.is_none());
                let keys = keys.filter_map(|approval| approval.key_id);
                let window = |key| {
                    let member = policy.principals.values().flat_map(|member| &member.keys);
                    member
                        .into_iter()
                        .find(|known| known.public.key_id() == key)
                        .map(|key| key.window.not_after)
                };
                let key = keys.filter_map(window).min();
                let ends = [
                    Some((proposal.window.not_after, "the proposal ends")),
                    Some((policy.window.not_after, "the policy expires")),
                    key.map(|end| (end, "the key of an approver expires")),
                ];
                let Some((at, why)) = ends.into_iter().flatten().min_by_key(|(at, _)| *at) else { continue };
                if at <= until {
                    let version = evidence.version_of(proposal).unwrap_or("?");
                    endings.push(Ending {
                        proposal: digest,
                        what: format!("{}@{version}", proposal.subject.model_id),
                        place: format!("{environment}, {scope}"),
                        at,
                        why,
                    });
                }
            }
        }
    }
    Ok(endings)
}
