//! `placet propose`: somebody of the governance plane asks to run what was trained.

use std::process::ExitCode;

use clap::Args;
use placet_core::{
    code::Code,
    name::{Environment, Scope},
    policy::Policy,
    proposal::Proposal,
    statement::{IN_TOTO, Statement as _},
    time::{Timestamp, Window},
    training::TrainingOutput,
};
use serde_json::json;

use super::Context;
use crate::{
    args::{parse_environment, parse_scope},
    clock,
    error::{Error, Result},
    signing::{SigningArgs, sign},
    words::{Put as _, all_of, policy::rule_lines},
};

/// Ask to run a training output somewhere for some time
///
/// The proposal names each environment and scope; a rule of the policy must govern every one of them. Without --for and
/// --until it asks for the longest time that these rules allow.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet propose digits-classifier@2 --environment production --scope eu-west --key emil.pem
  placet propose 9f2c41 --environment staging --environment production --scope eu-west \\
      --for 30d --supersedes 77ab01 --note 'fixes the sevens' --key emil.pem")]
pub(super) struct Propose {
    /// The training output: its digest or the beginning of it, a file, or MODEL@VERSION
    training_output: String,
    /// Where it shall run; may be given again
    #[arg(long, required = true, value_name = "NAME", value_parser = parse_environment)]
    environment: Vec<Environment>,
    /// For what it shall run; may be given again
    #[arg(long, required = true, value_name = "NAME", value_parser = parse_scope)]
    scope: Vec<Scope>,
    /// From when [default: now]
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time)]
    from: Option<Timestamp>,
    /// How long from its beginning, such as 30d
    #[arg(long = "for", value_name = "DURATION", value_parser = clock::parse_duration, conflicts_with = "until")]
    duration: Option<i64>,
    /// Until when
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time)]
    until: Option<Timestamp>,
    /// The proposal that this one replaces once it is approved
    #[arg(long, value_name = "PROPOSAL")]
    supersedes: Option<String>,
    /// Why; approvers read it
    #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
    note: String,
    #[command(flatten)]
    signing: SigningArgs,
}

impl Propose {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        context.check_delivery(self.signing.output.as_ref())?;
        let now = clock::now()?;
        let mut evidence = context.source.evidence()?;
        let training_output = evidence.find_training_output(&self.training_output)?;
        let supersedes = self.supersedes.as_ref().map(|old| evidence.find_proposal(old)).transpose()?;
        let chain = evidence.chain_in_force(now)?;
        let policy = chain.newest().policy();
        let (key, proposed_by) = self.signing.open(policy)?;
        let missing = || Error::new("document_not_found", format!("{training_output} is not there"));
        let envelope = &evidence.document(training_output).ok_or_else(missing)?.envelope;
        let training = evidence.verify::<TrainingOutput>(envelope, now)?;
        let days = shortest_ttl(policy, &self.environment, &self.scope)?;
        let window = self.window(now, days)?;
        let proposal = Proposal {
            domain: chain.domain(),
            subject: training.statement().subject.clone(),
            training_output,
            environments: self.environment.clone(),
            scopes: self.scope.clone(),
            proposed_at: now,
            window,
            policy: chain.newest().reference(),
            proposed_by,
            supersedes,
            note: self.note.clone(),
        };
        let payload = proposal.to_payload();
        let proposal = Proposal::parse(&payload)?;
        let envelope = sign(IN_TOTO, payload, &key);
        evidence.verify::<Proposal>(&envelope, now)?;
        let delivered = context.deliver(envelope, self.signing.output.as_ref())?;
        let digest = delivered.document.digest();
        let mut text = format!(
            "Proposed {} {} for {}, {}\n  proposal {digest}\n  from {} until {}, by {}\n  in {}\n",
            proposal.subject.model_id,
            training.statement().version,
            all_of(&proposal.environments),
            all_of(&proposal.scopes),
            proposal.window.not_before,
            proposal.window.not_after,
            evidence.person(&proposal.proposed_by),
            delivered.path.display(),
        );
        let mut rules: Vec<_> =
            proposal.places().filter_map(|(e, s)| policy.rule(e, s)).map(rule_lines).collect();
        rules.dedup();
        for [governs, quorum, asks] in rules {
            text.put(format_args!("  rule {governs}\n    {quorum}\n    {asks}\n"));
        }
        let mut json = delivered.json();
        json["training_output"] = json!(training_output.to_string());
        json["expires_at"] = json!(proposal.window.not_after.to_string());
        context.answer(&text, &json)
    }

    fn window(&self, now: Timestamp, days: u64) -> Result<Window> {
        let not_before = self.from.unwrap_or(now);
        let longest = now.plus_days(days);
        let not_after = match (self.duration, self.until) {
            (Some(seconds), _) => not_before.plus(seconds),
            (None, Some(until)) => until,
            (None, None) => longest,
        };
        if not_after > longest {
            let message =
                format!("{not_after} is later than the rules allow: {days} days from now, {longest}");
            return Err(Error::of(Code::TtlExceeded, message).hint("ask for less with --for or --until"));
        }
        if not_before >= not_after || not_after <= now {
            return Err(Error::of(
                Code::EmptyValidity,
                format!("from {not_before} until {not_after} is no time"),
            ));
        }
        Ok(Window { not_before, not_after })
    }
}

/// The days that every governing rule allows.
fn shortest_ttl(policy: &Policy, environments: &[Environment], scopes: &[Scope]) -> Result<u64> {
    let declared = |names: String| format!("the policy declares {names}");
    if let Some(unknown) = environments.iter().find(|name| !policy.environments.contains(name)) {
        let error = Error::of(Code::EnvironmentUndeclared, format!("there is no environment `{unknown}`"));
        return Err(error.hint(declared(all_of(&policy.environments))));
    }
    if let Some(unknown) = scopes.iter().find(|name| !policy.scopes.contains(name)) {
        let error = Error::of(Code::ScopeUndeclared, format!("there is no scope `{unknown}`"));
        return Err(error.hint(declared(all_of(&policy.scopes))));
    }
    let mut shortest = u64::MAX;
    for environment in environments {
        for scope in scopes {
            let none = || Error::of(Code::RuleMissing, format!("no rule governs {environment}, {scope}"));
            shortest = shortest.min(policy.rule(environment, scope).ok_or_else(none)?.max_ttl_days);
        }
    }
    Ok(shortest)
}
