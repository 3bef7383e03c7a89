//! `placet policy diff`: what a draft changes, and which running proposals it would stop.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use placet_core::{
    code::Code,
    decide::Supposed,
    decision::{Outcome, RoleResult},
    digest::Digest,
    policy::Policy,
    proposal::Proposal,
    request::Request,
    time::Timestamp,
};
use serde_json::json;

use super::read;
use crate::{
    clock,
    commands::Context,
    error::{At as _, Error, Result},
    evidence::Evidence,
    terminal::{BAD, HEADING, LOOK, paint},
    words::{
        Put as _,
        changes::{self, changes},
        decision,
    },
};

/// Say in words what a draft changes, and which running proposals would lose their quorum
///
/// A draft is held against the policy before it. Every proposal that is permitted now is decided a second time, as if the
/// draft were signed: those that it would stop are listed with the reasons and who could sign.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet policy diff draft.json
  placet policy diff placet/policies/0002.json    what version 2 changed
  placet policy diff draft.json --json")]
pub(super) struct Diff {
    /// The draft, signed or not, or any later version of the policy
    file: PathBuf,
}

impl Diff {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let read = read(&self.file)?;
        let (draft, digest) = (&read.policy, read.envelope.digest());
        let evidence = context.source.evidence()?;
        let chain = evidence.chain()?;
        let before = draft.previous.and_then(|previous| chain.links().find(|link| link.digest() == previous));
        let before = before.ok_or_else(|| {
            let message = format!("{} follows no policy of this organisation", self.file.display());
            Error::of(Code::PolicyPreviousMismatch, message).hint("draft it again with `placet policy draft`")
        })?;
        let changes = changes(before.policy(), draft);
        let mut text = format!(
            "{}\n{}",
            paint(HEADING, format!("From version {} to version {}", before.policy().version, draft.version)),
            changes::text(&changes)
        );
        let installed = chain.version(draft.version).is_some_and(|link| link.digest() == digest);
        let stopped = if installed {
            Vec::new()
        } else {
            stopped(context, &evidence, draft, digest).at(self.file.display())?
        };
        if !installed {
            text.push_str(&words(&stopped, draft));
        }
        let stopped: Vec<_> = stopped
            .iter()
            .map(|stopped| {
                json!({
                    "digest": stopped.proposal.to_string(),
                    "model_id": stopped.request.model_id.as_str(),
                    "version": stopped.version,
                    "environment": stopped.request.environment.as_str(),
                    "scope": stopped.request.scope.as_str(),
                    "denials": stopped.denials.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
                    "missing": decision::missing_of(&stopped.quorum, Some(draft)),
                })
            })
            .collect();
        let json = json!({
            "from": { "version": before.policy().version, "digest": before.digest().to_string() },
            "to": { "version": draft.version, "digest": digest.to_string() },
            "changes": changes::json(&changes),
            "stopped": stopped,
        });
        context.answer(&text, &json)
    }
}

/// A place of a proposal that is permitted now and would be denied.
pub(super) struct Stopped {
    proposal: Digest,
    version: String,
    request: Request,
    denials: Vec<Code>,
    quorum: Vec<RoleResult>,
}

/// Every place in which a proposal is permitted now and would not be under the draft.
pub(super) fn stopped(
    context: &Context,
    evidence: &Evidence,
    draft: &Policy,
    digest: Digest,
) -> Result<Vec<Stopped>> {
    let refuse = |code: Code| Error::of(code, code.meaning().trim_end_matches('.'));
    let supposed = Supposed::new(evidence.trust(), draft, digest).map_err(refuse)?;
    let state = context.source.state()?;
    let now = clock::now()?.max(draft.window.not_before);
    let mut stopped = Vec::new();
    for (proposal, claim) in evidence.proposals() {
        // Without its training output nobody could have approved it.
        let Ok(bundle) = evidence.bundle(proposal) else { continue };
        for request in requests(claim, now) {
            let decided = evidence.decide(proposal, &request, &state)?;
            if decided.decision.outcome != Outcome::Permit {
                continue;
            }
            let outlook = supposed.outlook(&bundle, &state, &request);
            if !outlook.denials.is_empty() {
                let version = evidence.version_of(claim).unwrap_or("?").to_owned();
                let (denials, quorum) = (outlook.denials, outlook.quorum);
                stopped.push(Stopped { proposal, version, request, denials, quorum });
            }
        }
    }
    Ok(stopped)
}

/// A question for each place that a proposal names, about the weights that it names.
fn requests(proposal: &Proposal, now: Timestamp) -> impl Iterator<Item = Request> {
    proposal.places().map(move |(environment, scope)| Request {
        model_id: proposal.subject.model_id.clone(),
        weights: proposal.subject.weights,
        environment: environment.clone(),
        scope: scope.clone(),
        now,
    })
}

/// What would stop, in words.
pub(super) fn words(stopped: &[Stopped], draft: &Policy) -> String {
    if stopped.is_empty() {
        return "\nEvery proposal that is permitted now would stay so.\n".into();
    }
    let mut text = format!("\n{}\n", paint(HEADING, "Running now, and stopped by it"));
    for Stopped { proposal, version, request, denials, quorum } in stopped {
        let codes: Vec<_> = denials.iter().map(|code| code.as_str()).collect();
        text.put(format_args!(
            "  {} {}@{version} in {}, for {}: {}\n    {proposal}\n",
            paint(BAD, "✗"),
            request.model_id,
            request.environment,
            request.scope,
            codes.join(", ")
        ));
        for line in decision::missing_of(quorum, Some(draft)) {
            text.put(format_args!("    {} {line}\n", paint(LOOK, "needs")));
        }
    }
    text
}
