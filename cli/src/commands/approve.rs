//! `placet approve`, `reject` and `withdraw`: what one person says about a proposal.

use std::{collections::BTreeSet, process::ExitCode};

use clap::Args;
use placet_core::{
    approval::{Approval, Verdict},
    code::Code,
    decision::{Decision, Outcome},
    digest::Digest,
    envelope::Envelope,
    key::words,
    name::{Principal, Role},
    policy::Policy,
    proposal::Proposal,
    request::Request,
    statement::{IN_TOTO, Statement as _},
    summary,
    time::Timestamp,
};
use serde_json::{Value, json};

use super::Context;
use crate::{
    clock,
    document::{Claim, Document},
    error::{Error, Result},
    evidence::{Evidence, Proposed},
    signing::{Key, SigningArgs, sign},
    terminal::{self, HEADING, paint},
    words::{all_of, any_of, decision::missing, indented},
};

/// What the three commands have in common.
#[derive(Args, Debug)]
struct Verdicts {
    /// The proposal: its digest or the beginning of it, a file, or MODEL@VERSION
    proposal: String,
    /// The role in which it counts [default: the one you hold that a rule asks for]
    #[arg(long, value_name = "ROLE", value_parser = parse_role)]
    role: Option<Role>,
    /// What you want to say about it; it is signed
    #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
    comment: String,
    /// Sign without being asked
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

/// Approve a proposal
///
/// Shows the sentence that you sign and what your signature does, and refuses to sign what would not count. Read the
/// whole text first, with `placet review`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet approve digits-classifier@2 --key alice.json
  placet approve 9f2c41 --key alice.json --comment 'looked at the sevens' --yes
  placet approve 9f2c41 --bundle request.json --trust trust.json --key alice.json --output approval.json")]
pub(super) struct Approve {
    #[command(flatten)]
    about: Verdicts,
}

/// Reject a proposal, for good
///
/// Cancels your own approvals of it, whatever their dates, and denies the proposal where the rule lets one rejection do
/// that. A change of mind needs a new proposal.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet reject digits-classifier@2 --comment 'reads 7 as 1' --key chandra.json")]
pub(super) struct Reject {
    #[command(flatten)]
    about: Verdicts,
}

/// Withdraw your approval, for good
///
/// Denies nothing by itself: the quorum lacks you from now on.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet withdraw digits-classifier@2 --comment 'approved the wrong one' --key alice.json")]
pub(super) struct Withdraw {
    #[command(flatten)]
    about: Verdicts,
}

impl Approve {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        self.about.run(context, Verdict::Approve)
    }
}

impl Reject {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        self.about.run(context, Verdict::Reject)
    }
}

impl Withdraw {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        self.about.run(context, Verdict::Withdraw)
    }
}

impl Verdicts {
    fn run(self, context: &Context, verdict: Verdict) -> Result<ExitCode> {
        context.check_delivery(self.signing.output.as_ref())?;
        let now = clock::now()?;
        let mut evidence = context.source.evidence()?;
        let digest = evidence.find_proposal(&self.proposal)?;
        if verdict == Verdict::Approve {
            evidence.chain_in_force(now)?;
        }
        let proposed = evidence.proposed(digest, now)?;
        let proposal = proposed.proposal.statement().clone();
        let (key, approver) = self.signing.open(evidence.policy()?)?;
        let role = self.role(&evidence, digest, &proposal, &approver, verdict)?;
        let summary = summary::text(&proposed.training, &proposed.proposal, proposed.policy);
        let sentence = summary.lines().nth(1).unwrap_or_default().to_owned();
        let envelope = self.sign(&proposed, verdict, &approver, role.clone(), now, &key)?;
        let effects = match verdict {
            Verdict::Approve => {
                let state = context.source.state()?;
                effects_of(&mut evidence, &envelope, digest, &proposal, &state, now)?
            }
            Verdict::Reject | Verdict::Withdraw => {
                evidence.chain()?.verify_negative::<Approval>(&envelope)?;
                negative_effects(&evidence, &proposal, &role, verdict)?
            }
        };
        let summary_digest = Digest::of(summary.as_bytes());
        let person = evidence.person(&approver);
        let head = format!(
            "{}\n  {sentence}\n  summary in words: {}\n\n{}\n{}",
            paint(HEADING, format!("{person}, as {role}, says {} to this:", said(verdict))),
            words(&summary_digest),
            paint(HEADING, "What it does"),
            indented(&effects),
        );
        if !self.yes {
            terminal::note(&head);
        }
        terminal::confirm("Sign it?", self.yes)?;
        let delivered = context.deliver(envelope, self.signing.output.as_ref())?;
        let signed = format!(
            "Signed {} {}\n  in {}\n",
            delivered.document.kind(),
            delivered.document.digest(),
            delivered.path.display()
        );
        let text = if self.yes { format!("{head}\n{signed}") } else { signed };
        let mut json = delivered.json();
        json["proposal"] = json!(digest.to_string());
        json["approver"] = json!(approver.as_str());
        json["role"] = json!(role.as_str());
        json["summary"] = json!(summary_digest.to_string());
        json["effects"] = Value::from(effects);
        context.answer(&text, &json)
    }

    /// The role that was asked for, or the only one that fits.
    fn role(
        &self,
        evidence: &Evidence,
        digest: Digest,
        proposal: &Proposal,
        approver: &Principal,
        verdict: Verdict,
    ) -> Result<Role> {
        if let Some(role) = &self.role {
            return Ok(role.clone());
        }
        let policy = evidence.policy()?;
        let given = evidence.documents().filter_map(|document| match &document.claim {
            Claim::Approval(approval) if approval.proposal == digest && approval.approver == *approver => {
                (approval.verdict == Verdict::Approve).then_some(&approval.role)
            }
            _ => None,
        });
        let given: BTreeSet<_> = given.collect();
        if verdict == Verdict::Withdraw {
            let nothing = || {
                Error::new("nothing_to_withdraw", format!("there is no approval of {approver} to withdraw"))
                    .hint("`placet reject` says no to a proposal that you have not approved")
            };
            return given.into_iter().next().cloned().ok_or_else(nothing);
        }
        let rules = proposal.places().filter_map(|(environment, scope)| policy.rule(environment, scope));
        let asked: BTreeSet<_> = rules.flat_map(|rule| &rule.quorum).map(|seat| &seat.role).collect();
        let held: Vec<_> = asked.iter().copied().filter(|role| policy.holds(approver, role)).collect();
        let asked: Vec<_> = asked.into_iter().collect();
        match held.as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(Error::of(
                Code::RoleNotInQuorum,
                format!("{approver} holds none of the roles that the rules ask for: {}", all_of(&asked)),
            )),
            several => Err(Error::new("role_required", format!("{approver} holds {}", all_of(several)))
                .hint(format!("say in which role you sign: --role {}", any_of(several)))),
        }
    }

    fn sign(
        &self,
        proposed: &Proposed<'_>,
        verdict: Verdict,
        approver: &Principal,
        role: Role,
        now: Timestamp,
        key: &Key,
    ) -> Result<Envelope> {
        let proposal = proposed.proposal.statement();
        let approval = Approval {
            domain: proposal.domain,
            subject: proposal.subject.clone(),
            proposal: proposed.proposal.digest(),
            verdict,
            approver: approver.clone(),
            role,
            summary: summary::reference(&proposed.training, &proposed.proposal, proposed.policy),
            comment: self.comment.clone(),
            signed_at: now,
        };
        let payload = approval.to_payload();
        Approval::parse(&payload)?;
        Ok(sign(IN_TOTO, payload, key))
    }
}

fn said(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "yes",
        Verdict::Reject => "no",
        Verdict::Withdraw => "no longer yes",
    }
}

/// What an approval changes in each place of the proposal.
///
/// # Errors
///
/// The reason why it counts nowhere.
fn effects_of(
    evidence: &mut Evidence,
    envelope: &Envelope,
    digest: Digest,
    proposal: &Proposal,
    state: &placet_core::state::State,
    now: Timestamp,
) -> Result<Vec<String>> {
    let approval = Document::of(envelope.clone())?;
    let own = approval.digest();
    evidence.insert(approval);
    let mut effects = Vec::new();
    let mut refused = None;
    let mut counts = false;
    for (environment, scope) in proposal.places() {
        let request = Request {
            model_id: proposal.subject.model_id.clone(),
            weights: proposal.subject.weights,
            environment: environment.clone(),
            scope: scope.clone(),
            now,
        };
        let decision = evidence.decide(digest, &request, state)?.decision;
        let row = decision.approvals.iter().find(|row| row.digest == own);
        let refusal = row.and_then(|row| row.code);
        refused = refused.or(refusal);
        counts |= refusal.is_none();
        let effect = match refusal {
            Some(code) => format!("does not count: {code}"),
            None => effect(&decision, evidence.policy_for_words()),
        };
        effects.push(format!("{environment}, {scope}: {effect}"));
    }
    match refused {
        Some(code) if !counts => {
            Err(Error::of(code, format!("this approval would count nowhere: {}", code.meaning())))
        }
        _ => Ok(effects),
    }
}

/// What an approval that counts leads to.
fn effect(decision: &Decision, policy: Option<&Policy>) -> String {
    let missing = missing(decision, policy);
    if !missing.is_empty() {
        return format!("counts; still needed: {}", missing.join("; "));
    }
    if decision.outcome == Outcome::Permit {
        return "completes the quorum: the model may run".into();
    }
    let codes: Vec<_> = decision.denials.iter().map(|code| code.as_str()).collect();
    format!("completes the quorum; still denied for {}", all_of(&codes))
}

/// What a rejection or withdrawal changes.
fn negative_effects(
    evidence: &Evidence,
    proposal: &Proposal,
    role: &Role,
    verdict: Verdict,
) -> Result<Vec<String>> {
    let policy = evidence.policy()?;
    let mut effects = vec!["your approvals of this proposal count no more, for good".to_owned()];
    let vetoes = proposal.places().filter(|(environment, scope)| {
        let governing = policy.rule(environment, scope);
        governing.is_some_and(|rule| rule.veto && rule.quorum.iter().any(|seat| seat.role == *role))
    });
    if verdict == Verdict::Reject {
        effects
            .extend(vetoes.map(|(environment, scope)| format!("{environment}, {scope}: denied, for good")));
    }
    effects.push("gateways that hold a list learn of it with the next one: `placet list`".into());
    Ok(effects)
}

fn parse_role(text: &str) -> std::result::Result<Role, String> {
    Role::parse(text).map_err(|error| error.to_string())
}
