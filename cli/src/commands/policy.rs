//! `placet policy`: the root of trust, to read and to sign.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    json::Value as Json,
    key::Signer as _,
    limits,
    policy::{POLICY, Policy},
    trust::Trust,
};
use serde_json::json;

use super::Context;
use crate::{
    document::{Claim, Document},
    error::{At as _, Error, Result},
    files::{self, Access},
    signing::SigningArgs,
    store::{self, Store},
    terminal::{self},
    words::{all_of, policy::policy as policy_words},
};

/// Read the policy, or sign one as a member of the root
#[derive(Args, Debug)]
pub(super) struct PolicyCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Show(Show),
    Sign(Sign),
}

/// Read a policy in words: who is there, who may what, and what each place asks
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet policy show
  placet policy show draft.json       a signed or an unsigned one
  placet policy show --json           the payload, byte for byte")]
struct Show {
    /// The file [default: the newest policy of the directory]
    file: Option<PathBuf>,
}

/// Sign a policy as a member of the root
///
/// An envelope is signed where it stands; a policy that nobody has signed yet needs --output. A next version is taken
/// into the directory with `placet add` once enough of the old root and of its own have signed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet policy sign --key bo.pem                                   version 1, still short of signatures
  placet policy sign draft.json --key alice.pem --output 0002.json
  placet policy sign 0002.json --key bo.pem
  placet add 0002.json")]
struct Sign {
    /// The file [default: the newest policy of the directory]
    file: Option<PathBuf>,
    /// Sign without being asked
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    signing: SigningArgs,
}

impl PolicyCommand {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        match self.action {
            Action::Show(command) => command.run(context),
            Action::Sign(command) => command.run(context),
        }
    }
}

impl Show {
    fn run(self, context: &Context) -> Result<ExitCode> {
        let read = match &self.file {
            Some(path) => read(path)?,
            None => newest(context)?.1,
        };
        if context.json {
            terminal::write_bytes(read.envelope.unverified_payload())?;
            return Ok(ExitCode::SUCCESS);
        }
        let words = policy_words(&read.policy, read.envelope.digest());
        let signatures = read.envelope.signature_count();
        context.answer(&format!("{words}\n{signatures} signatures\n"), &json!(null))
    }
}

impl Sign {
    fn run(self, context: &Context) -> Result<ExitCode> {
        let (path, Read { policy, mut envelope, signed }) = match &self.file {
            Some(path) => (path.clone(), read(path)?),
            None => newest(context)?,
        };
        if !signed && self.signing.output.is_none() {
            let message = format!("{} is a policy that nobody has signed yet", path.display());
            return Err(Error::new("output_required", message).hint("name the signed file with --output"));
        }
        let digest = envelope.digest();
        let key = self.signing.open_key()?;
        let id = key.public_key().key_id();
        let evidence = context.source.evidence().ok();
        let before = evidence.as_ref().and_then(|evidence| evidence.policy_for_words());
        let signs = |policy: &Policy| {
            policy.owner(id).filter(|owner| policy.root.principals.contains(owner)).cloned()
        };
        let member = signs(&policy).or_else(|| before.and_then(signs)).ok_or_else(|| {
            let message = format!("the key {} is of no member of the root", key.public_key().fingerprint());
            Error::of(Code::SignerNotEntitled, message)
                .hint(format!("{} may sign", all_of(&policy.root.principals)))
        })?;
        if !self.yes {
            terminal::note(&policy_words(&policy, digest));
        }
        terminal::confirm(&format!("Sign version {} as {member}?", policy.version), self.yes)?;
        envelope.add_signature(&key);
        let target = self.signing.output.clone().unwrap_or(path);
        if target.exists() {
            merge_into(&target, &envelope)?;
        } else {
            files::create(&target, &store::file_text(&envelope), Access::Anyone)?;
        }
        let complete =
            is_complete(&policy, &envelope, evidence.as_ref().map(crate::evidence::Evidence::trust));
        let text = format!(
            "Signed policy version {}, {digest}\n  {}\n  in {}\n",
            policy.version,
            if complete { "enough have signed it" } else { "it needs more signatures of the root" },
            target.display()
        );
        let json = json!({
            "digest": digest.to_string(),
            "version": policy.version,
            "path": target.display().to_string(),
            "complete": complete,
        });
        context.answer(&text, &json)
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
    let value = Json::parse(&bytes).map_err(placet_core::error::ParseError::from).at(path.display())?;
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

/// Adds the signatures to an envelope that is there, which must be of the same policy.
fn merge_into(path: &Path, envelope: &Envelope) -> Result<()> {
    let _lock = store::lock(path)?;
    let mut held = store::read_document(path)?.envelope;
    if held.digest() != envelope.digest() {
        let message = format!("{} is there already and is another document", path.display());
        return Err(Error::new("file_exists", message));
    }
    held.merge(envelope.clone());
    if held.signature_count() > limits::SIGNATURES {
        return Err(Error::new("too_many", format!("more than {} signatures", limits::SIGNATURES)));
    }
    files::replace(path, &store::file_text(&held))
}

/// Whether the chain with this policy is whole.
fn is_complete(policy: &Policy, envelope: &Envelope, held: Option<&Trust>) -> bool {
    let mut trust = held.cloned().unwrap_or_default();
    let domain: Digest = policy.domain.unwrap_or_else(|| envelope.digest());
    trust.pins = [domain].into();
    trust.policies.push(Ok(envelope.clone()));
    let verified = trust.verify();
    verified.policy_failure(domain).is_none()
        && verified.policy(domain).is_some_and(|chain| chain.version(policy.version).is_some())
}
