//! `placet policy`: the root of trust, to read, to draft, to sign and to rotate.

mod diff;
mod draft;
mod edits;
mod rotate;
mod show;
mod sign;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use placet_core::{
    code::Code,
    envelope::Envelope,
    error::ParseError,
    json::Value as Json,
    limits,
    policy::{POLICY, Policy},
};

use super::Context;
use crate::{
    document::{Claim, Document},
    error::{At as _, Error, Result},
    files,
    store::Store,
};

/// Read the policy, draft the next one, and sign and install it as the root
///
/// A policy changes by its next version: one member of the root drafts it, everybody reads what it changes, enough of
/// the old root and of its own sign it, and then it is installed and sent to the registry.
#[derive(Args, Debug)]
#[command(after_help = "From one policy to the next:
  placet policy draft --add-key bo=9f2c… --output draft.json     the newest with this change, unsigned
  placet policy diff draft.json                                  what it changes, and what it would stop
  placet policy sign draft.json --key alice.pem --output 2.json
  placet policy sign 2.json --key bo.pem                         until both roots' thresholds have signed
  placet policy rotate 2.json --registry http://127.0.0.1:8787")]
pub(super) struct PolicyCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Show(show::Show),
    Draft(Box<draft::Draft>),
    Diff(diff::Diff),
    Sign(sign::Sign),
    Rotate(rotate::Rotate),
}

impl PolicyCommand {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        match self.action {
            Action::Show(command) => command.run(context),
            Action::Draft(command) => command.run(context),
            Action::Diff(command) => command.run(context),
            Action::Sign(command) => command.run(context),
            Action::Rotate(command) => command.run(context),
        }
    }
}

/// A policy as it stands in a file.
struct Read {
    policy: Policy,
    envelope: Envelope,
    /// Whether it stands in an envelope.
    signed: bool,
}

/// Reads an envelope with a policy, or a bare policy.
fn read(path: &Path) -> Result<Read> {
    let bytes = files::read(path, limits::ENVELOPE)?;
    let value = Json::parse(&bytes).map_err(ParseError::from).at(path.display())?;
    let signed = value.members().is_some_and(|mut members| members.any(|(name, _)| name == "payloadType"));
    let envelope = if signed {
        Envelope::parse(&bytes).at(path.display())?
    } else {
        Envelope::unsigned(POLICY, value.raw().as_bytes().to_vec())
    };
    let document = Document::of(envelope).at(path.display())?;
    match document.claim {
        Claim::Policy(policy) => Ok(Read { policy: *policy, envelope: document.envelope, signed }),
        _ => Err(Error::new("wrong_document", format!("{} holds a {}", path.display(), document.kind()))),
    }
}

/// The policy with the highest version in the directory, verified or not.
fn newest(context: &Context) -> Result<(PathBuf, Read)> {
    let store: Store = context.source.store()?;
    let held = store.load()?;
    let version = held.policies.last_key_value().map(|(version, _)| *version);
    let version = version.ok_or_else(|| Error::of(Code::PolicyMissing, "there is no policy in policies/"))?;
    let path = store.policy_path(version);
    let read = read(&path)?;
    Ok((path, read))
}
