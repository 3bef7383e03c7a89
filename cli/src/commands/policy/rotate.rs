//! `placet policy rotate`: installs the next policy once enough of both roots have signed it.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use placet_core::{
    code::Code,
    envelope::Envelope,
    name::Principal,
    policy::{Link, POLICY, Policy},
};
use serde_json::{Value, json};

use super::{
    diff::{stopped, words as stopped_words},
    read,
};
use crate::{
    ERROR, clock,
    commands::Context,
    document::Document,
    error::{At as _, Error, Result},
    registry_client::{RegistryArgs, Sent},
    terminal,
    words::{
        Put as _, all_of,
        changes::{self, changes},
        person,
    },
};

/// Install the next policy, once enough of the old root and of its own have signed it
///
/// The old root's signatures are verified under the keys of the policy before, its own root's under its own keys, each
/// by its threshold (formats.md, section 4). With --registry it is sent there, too. From then on it judges: what it no
/// longer permits stops.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet policy rotate 2.json
  placet policy rotate 2.json --registry http://127.0.0.1:8787 --yes")]
pub(super) struct Rotate {
    /// The signed policy
    file: PathBuf,
    /// Install it without being asked
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    registry: RegistryArgs,
}

impl Rotate {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let place = self.file.display();
        let registry = self.registry.named()?;
        let store = context.source.store()?;
        let read = read(&self.file)?;
        let now = clock::now()?;
        let evidence = context.source.evidence()?;
        let before = evidence.chain()?.newest().clone();
        let digest = read.envelope.digest();
        let known =
            evidence.chain()?.version(read.policy.version).is_some_and(|link| link.digest() == digest);
        let mut question = String::new();
        if !known {
            ensure_signed(&read.policy, &before, &read.envelope).at(&place)?;
            question = format!(
                "{}{}",
                changes::text(&changes(before.policy(), &read.policy)),
                stopped_words(&stopped(context, &evidence, &read.policy, digest).at(&place)?, &read.policy)
            );
        }
        let evidence = evidence.with_policies(vec![read.envelope.clone()]).at(&place)?;
        let newest = evidence.chain_in_force(now).at(&place)?.newest();
        if newest.digest() != digest && !known {
            return Err(
                Error::of(Code::PolicyUnpinned, "the policy is not of this organisation's chain").at(&place)
            );
        }
        if !known {
            if !self.yes {
                terminal::note(&question);
            }
            terminal::confirm(&format!("Install version {}?", read.policy.version), self.yes)?;
        }
        let (path, put) = {
            let _lock = store.lock()?;
            store.put(&Document::of(read.envelope)?)?
        };
        let mut text = format!(
            "Version {} of the policy judges now\n  digest  {digest}\n  in      {} ({})\n",
            read.policy.version,
            path.display(),
            put.as_str()
        );
        let mut refused = false;
        let mut sent = Value::Null;
        if let Some(registry) = registry {
            // The registry may lack the ones before, and takes each after the one that it follows.
            for envelope in store.load()?.policies.into_values() {
                let (word, error) = match registry.send(&envelope)? {
                    Sent::New => ("taken", None),
                    Sent::Known => ("known", None),
                    Sent::Refused(error) => ("refused", Some(error)),
                };
                if envelope.digest() == digest || error.is_some() {
                    text.put(format_args!("  at the registry: {word}\n"));
                    sent = word.into();
                }
                if let Some(error) = error {
                    refused = true;
                    text.put(format_args!("    {error}\n"));
                    break;
                }
            }
        }
        let json = json!({
            "version": read.policy.version,
            "digest": digest.to_string(),
            "path": path.display().to_string(),
            "status": put.as_str(),
            "registry": sent,
        });
        let code = context.answer(&text, &json)?;
        Ok(if refused { ExitCode::from(ERROR) } else { code })
    }
}

/// Whether enough of both roots have signed; if not, who could still.
fn ensure_signed(policy: &Policy, before: &Link, envelope: &Envelope) -> Result<()> {
    let (old, own) = (Signed::of(before.policy(), envelope), Signed::of(policy, envelope));
    if envelope.payload_type() == POLICY && old.is_enough() && own.is_enough() {
        return Ok(());
    }
    let message = format!(
        "too few have signed version {}\n  of the root before: {}\n  of its own root: {}",
        policy.version,
        old.words(before.policy()),
        own.words(policy)
    );
    Err(Error::of(Code::PolicySignatures, message))
}

/// Who of a root has signed.
struct Signed<'a> {
    threshold: u64,
    have: Vec<&'a Principal>,
    others: Vec<&'a Principal>,
}

impl<'a> Signed<'a> {
    fn of(policy: &'a Policy, envelope: &Envelope) -> Self {
        let signed =
            |name: &&Principal| policy.keys(name).any(|key| envelope.check_signature(&key.public).is_ok());
        let (have, others) = policy.root.principals.iter().partition(signed);
        Self { threshold: policy.root.threshold, have, others }
    }

    fn is_enough(&self) -> bool {
        u64::try_from(self.have.len()).is_ok_and(|count| count >= self.threshold)
    }

    fn words(&self, policy: &Policy) -> String {
        let people = |names: &[&Principal]| {
            let names: Vec<_> = names.iter().map(|name| person(Some(policy), name)).collect();
            if names.is_empty() { "nobody".to_owned() } else { all_of(&names) }
        };
        let mut words = format!("{} of {}: {}", self.have.len(), self.threshold, people(&self.have));
        if !self.is_enough() {
            words.put(format_args!("; {} may sign", people(&self.others)));
        }
        words
    }
}
