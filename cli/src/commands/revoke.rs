//! `placet revoke`: the end of a proposal, of weights or of a key, terminal and at once.

use std::{collections::BTreeSet, process::ExitCode};

use clap::{Args, builder::PossibleValuesParser};
use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    key::KeyId,
    name::{Environment, ModelId, Principal},
    proposal::Proposal,
    revocation::{KEY_REVOCATION, KeyRevocation, Reason, Revocation, Target},
    revocation_list::EntryKind,
    statement::{IN_TOTO, Statement as _, Subject},
    time::Timestamp,
    verify::Verified,
};
use serde_json::{Value, json};

use super::Context;
use crate::{
    args::{parse_digest, parse_environment, parse_model},
    clock,
    document::Claim,
    error::{Error, Result},
    evidence::Evidence,
    signing::{Key, SigningArgs, sign},
    terminal::{self, BAD, HEADING, paint},
    words::{self, Put as _},
};

/// Revoke a proposal, weights, a key, or everything that may run in an environment
///
/// A revocation has no later date and nothing undoes it. It counts at once wherever this directory is read; gateways
/// learn of it with the next list, at the latest when the one they hold is too old: sign one with `placet list`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet revoke digits-classifier@2 --reason-code security --reason 'poisoned data' --key chandra.json
  placet revoke --weights-digest sha256:9f2c… --reason-code security --key chandra.json
  placet revoke --key-id sha256:77ab… --reason-code security --reason 'laptop lost' --key alice.json
  placet revoke --environment production --all --reason-code security --key chandra.json --yes    emergency stop
  placet revoke --environment production --model digits-classifier --all --reason-code drift --key chandra.json")]
pub(super) struct Revoke {
    /// The proposal: its digest or the beginning of it, a file, or MODEL@VERSION
    #[arg(required_unless_present_any = ["weights_digest", "key_id", "all"])]
    proposal: Option<String>,
    /// Revoke these weights in every proposal
    #[arg(long, value_name = "DIGEST", value_parser = parse_digest, conflicts_with_all = ["proposal", "key_id", "all"])]
    weights_digest: Option<Digest>,
    /// Revoke this key: your own, or any that is not of the root or a list signer if you are of the root
    #[arg(long, value_name = "KEY ID", value_parser = parse_digest, conflicts_with_all = ["proposal", "all"])]
    key_id: Option<Digest>,
    /// Revoke every proposal for --environment that has not run out
    #[arg(long, requires = "environment", conflicts_with = "proposal")]
    all: bool,
    /// The environment to empty
    #[arg(long, value_name = "NAME", requires = "all", value_parser = parse_environment)]
    environment: Option<Environment>,
    /// Only proposals of this model
    #[arg(long, value_name = "ID", requires = "all", value_parser = parse_model)]
    model: Option<ModelId>,
    /// Why
    #[arg(long, value_name = "WHY", value_parser = PossibleValuesParser::new(Reason::ALL.map(Reason::as_str)))]
    reason_code: String,
    /// Why, in your words
    #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
    reason: String,
    /// The digest of a drift report or another document that shows why
    #[arg(long, value_name = "DIGEST", value_parser = parse_digest, conflicts_with = "key_id")]
    evidence: Option<Digest>,
    /// Sign without being asked
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

impl Revoke {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        if self.all && self.signing.output.is_some() {
            let message = "--all signs one document for each proposal, which --output cannot hold";
            return Err(Error::new("usage", message));
        }
        context.check_delivery(self.signing.output.as_ref())?;
        let now = clock::now()?;
        let mut evidence = context.source.evidence()?;
        let named = self.proposal.as_ref().map(|name| evidence.find_proposal(name)).transpose()?;
        let (key, revoker) = self.signing.open(evidence.policy()?)?;
        let signed = match (named, self.key_id) {
            (_, Some(id)) => {
                vec![self.of_key(&evidence, &key, revoker.clone(), KeyId::from_digest(id), now)?]
            }
            (named, None) => self
                .targets(&evidence, named, now)?
                .into_iter()
                .map(|(subject, target)| {
                    self.of_model(&evidence, &key, revoker.clone(), subject, target, now)
                })
                .collect::<Result<Vec<_>>>()?,
        };
        if signed.is_empty() {
            let text = "Nothing is left to revoke there: every proposal has run out or is revoked.\n";
            return context.answer(text, &json!({ "revocations": [] }));
        }
        let lines = words::indented(signed.iter().map(|(_, line)| line));
        let person = evidence.person(&revoker);
        let head =
            format!("{} {}\n{lines}", paint(BAD, "For good:"), paint(HEADING, format!("{person} ends")));
        if !self.yes {
            terminal::note(&head);
        }
        terminal::confirm("Sign it?", self.yes)?;
        let mut json = Vec::new();
        let mut text = if self.yes { head } else { String::new() };
        for (envelope, _) in signed {
            let delivered = context.deliver(envelope, self.signing.output.as_ref())?;
            text.put(format_args!("Signed {} {}\n", delivered.document.kind(), delivered.document.digest()));
            json.push(delivered.json());
        }
        text.push_str("Gateways learn of it with the next list: `placet list`\n");
        context.answer(&text, &json!({ "revocations": Value::from(json) }))
    }

    /// What ends: each with the model that it is about.
    fn targets(
        &self,
        evidence: &Evidence,
        named: Option<Digest>,
        now: Timestamp,
    ) -> Result<Vec<(Subject, Target)>> {
        if let Some(digest) = self.weights_digest {
            let subject = subject_of(evidence, digest)?;
            return Ok(vec![(subject, Target::Weights(digest))]);
        }
        if let Some(environment) = &self.environment {
            return running(evidence, environment, self.model.as_ref(), now);
        }
        let of = |digest| {
            let proposal = evidence.proposals().find(|(found, _)| *found == digest);
            proposal.map(|(_, proposal)| (proposal.subject.clone(), Target::Proposal(digest)))
        };
        Ok(named.and_then(of).into_iter().collect())
    }

    fn reason_code(&self) -> Reason {
        // clap lets nothing else through.
        Reason::parse(&self.reason_code).unwrap_or(Reason::Other)
    }

    fn of_model(
        &self,
        evidence: &Evidence,
        key: &Key,
        revoked_by: Principal,
        subject: Subject,
        target: Target,
        now: Timestamp,
    ) -> Result<(Envelope, String)> {
        let line = match target {
            Target::Proposal(digest) => format!("{} by the proposal {digest}", subject.model_id),
            Target::Weights(digest) => {
                format!("{} with the weights {digest}, in every proposal", subject.model_id)
            }
        };
        let revocation = Revocation {
            domain: evidence.chain()?.domain(),
            subject,
            target,
            reason_code: self.reason_code(),
            reason: self.reason.clone(),
            revoked_by,
            revoked_at: now,
            evidence: self.evidence,
        };
        let payload = revocation.to_payload();
        Revocation::parse(&payload)?;
        let envelope = sign(IN_TOTO, payload, key);
        evidence.chain()?.verify_negative::<Revocation>(&envelope)?;
        Ok((envelope, line))
    }

    fn of_key(
        &self,
        evidence: &Evidence,
        key: &Key,
        revoked_by: Principal,
        revoked: KeyId,
        now: Timestamp,
    ) -> Result<(Envelope, String)> {
        let policy = evidence.policy()?;
        let owner = policy.owner(revoked);
        let owner = owner.ok_or_else(|| {
            Error::new("signer_unknown", format!("the policy lists the key {revoked} for nobody"))
        })?;
        let line = format!("the key {revoked} of {}", words::person(Some(policy), owner));
        let revocation = KeyRevocation {
            domain: evidence.chain()?.domain(),
            key: revoked,
            reason_code: self.reason_code(),
            reason: self.reason.clone(),
            revoked_by,
            revoked_at: now,
        };
        let payload = revocation.to_payload();
        KeyRevocation::parse(&payload)?;
        let envelope = sign(KEY_REVOCATION, payload, key);
        evidence.chain()?.verify_negative::<KeyRevocation>(&envelope)?;
        Ok((envelope, line))
    }
}

/// The model of these weights.
fn subject_of(evidence: &Evidence, weights: Digest) -> Result<Subject> {
    let subjects = evidence.documents().filter_map(|document| match &document.claim {
        Claim::TrainingOutput(training) => Some(&training.subject),
        Claim::Proposal(proposal) => Some(&proposal.subject),
        _ => None,
    });
    let subject = subjects.into_iter().find(|subject| subject.weights.digest == weights);
    subject.cloned().ok_or_else(|| {
        Error::new("document_not_found", format!("no document is about the weights {weights}"))
            .hint("`placet show` lists what is there")
    })
}

/// Every proposal that runs in an environment or may come to: signed by whoever might, not run out, not revoked yet.
pub(super) fn running(
    evidence: &Evidence,
    environment: &Environment,
    model: Option<&ModelId>,
    now: Timestamp,
) -> Result<Vec<(Subject, Target)>> {
    let chain = evidence.chain()?;
    if !chain.links().any(|link| link.policy().environments.contains(environment)) {
        let message = format!("there is no environment `{environment}`");
        let declared = words::all_of(&chain.newest().policy().environments);
        return Err(
            Error::of(Code::EnvironmentUndeclared, message).hint(format!("the policy declares {declared}"))
        );
    }
    let loose = evidence.documents().filter_map(|document| match &document.claim {
        Claim::Revocation(_) => chain.verify_negative::<Revocation>(&document.envelope).ok(),
        _ => None,
    });
    let loose = loose.filter_map(|revocation| match revocation.statement().target {
        Target::Proposal(digest) => Some(digest),
        Target::Weights(_) => None,
    });
    let listed = evidence.list().into_iter().flat_map(|list| &list.list().entries);
    let listed = listed.filter(|entry| entry.kind == EntryKind::Proposal).map(|entry| entry.value);
    let revoked: BTreeSet<_> = loose.chain(listed).collect();
    let proposals = evidence.documents().filter_map(|document| match &document.claim {
        Claim::Proposal(_) => chain.verify_negative::<Proposal>(&document.envelope).ok(),
        _ => None,
    });
    let runs = |proposal: &Verified<Proposal>| {
        let statement = proposal.statement();
        statement.may_run_in(environment, now)
            && model.is_none_or(|model| statement.subject.model_id == *model)
            && !revoked.contains(&proposal.digest())
    };
    let target = |proposal: Verified<Proposal>| {
        (proposal.statement().subject.clone(), Target::Proposal(proposal.digest()))
    };
    Ok(proposals.filter(runs).map(target).collect())
}
