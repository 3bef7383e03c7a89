//! `placet init`: an organisation, with version 1 of its policy and keys for everybody.

mod guide;
mod small;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use placet_core::{
    digest::Digest,
    envelope::Envelope,
    key::words,
    limits,
    name::Principal,
    policy::{POLICY, Policy},
    trust::Trust,
};
use placet_keys::pkcs8;
use serde_json::json;
use zeroize::Zeroizing;

use self::small::Answers;
use super::Context;
use crate::{
    clock,
    error::{At as _, Error, Result},
    files::{self, Access, Batch},
    plan::{EXAMPLE, Founded, Plan},
    signing::{Key, PassphraseArgs, fresh_bytes},
    store::{self, Store},
    terminal,
    words::{Put as _, all_of, policy::policy as policy_words},
};

/// Make an organisation: its policy, signed by the root, and a key for everybody who has none
///
/// Asks on a terminal, reads a description (--from), or takes a small one from options. Nothing that is there is ever
/// written over. Key files are written beside the evidence directory, each for its owner to take away and lock
/// (`placet keygen --from`); keys that people made themselves are named in the description by their public half.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet init                                 asks
  placet init --example > organisation.toml   a description to edit (JSON does, too)
  placet init --from organisation.toml
  placet init --organization Example --environment production --scope all \\
      --approver alice:ml-lead --approver bo:ml-lead --approver chandra:safety --proposer emil

In the small form every environment asks one approver of each role, all approvers are the root, and the services
are called pipeline, deployer and registry.")]
pub(super) struct Init {
    /// Read the organisation from this TOML or JSON file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["organization", "environment", "scope", "approver", "proposer"])]
    from: Option<PathBuf>,
    /// Print a description to edit, and make nothing
    #[arg(long, exclusive = true)]
    example: bool,
    /// The organisation's name
    #[arg(long, value_name = "NAME", requires_all = ["environment", "scope", "approver"])]
    organization: Option<String>,
    /// An environment; may be given again
    #[arg(long, value_name = "NAME", requires = "organization")]
    environment: Vec<String>,
    /// A scope; may be given again
    #[arg(long, value_name = "NAME", requires = "organization")]
    scope: Vec<String>,
    /// A person who approves, and in which role; may be given again
    #[arg(long, value_name = "NAME:ROLE", requires = "organization", value_parser = parse_approver)]
    approver: Vec<(String, String)>,
    /// A person who proposes; may be given again
    #[arg(long, value_name = "NAME", requires = "organization")]
    proposer: Vec<String>,
    /// Where the key files go [default: the evidence directory's name and -keys]
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Found it without being asked
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

impl Init {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        if self.example {
            return context.answer(EXAMPLE, &json!({ "example": EXAMPLE }));
        }
        let root = context.source.directory();
        let store = Store::at(root);
        let keys_directory = self.keys.clone().unwrap_or_else(|| beside(root));
        for path in [store.pins_path(), store.policy_path(1)] {
            ensure_absent(&path)?;
        }
        let (plan, guided) = self.plan()?;
        let founded = plan.found(clock::now()?)?;
        for name in founded.keys.keys() {
            ensure_absent(&key_path(&keys_directory, name))?;
        }
        let passphrase = match (&self.passphrase.passphrase_file, guided) {
            (None, false) => None,
            _ => self.passphrase.read_new("Passphrase for the new key files (empty: none)")?,
        };
        let passphrase = passphrase.filter(|passphrase| !passphrase.is_empty());
        let envelope = sign_by_root(&founded);
        let digest = envelope.digest();
        if guided {
            terminal::note(&policy_words(&founded.policy, digest));
            terminal::confirm("Make this organisation?", self.yes)?;
        }
        let key_files = key_files(&founded, &keys_directory, passphrase.as_deref().map(Vec::as_slice))?;
        write_all(&store, &keys_directory, &key_files, &envelope, &founded.policy)?;
        let complete = is_complete(&envelope);
        let text = report(&founded, digest, root, &keys_directory, complete, passphrase.is_some());
        let paths: BTreeMap<_, _> =
            founded.keys.keys().map(|name| (name.as_str(), key_path(&keys_directory, name))).collect();
        let json = json!({
            "policy": digest.to_string(),
            "words": words(&digest),
            "directory": root.display().to_string(),
            "keys": paths,
            "complete": complete,
        });
        context.answer(&text, &json)
    }

    /// The description, and whether it was asked for on a terminal.
    fn plan(&self) -> Result<(Plan, bool)> {
        if let Some(path) = &self.from {
            let bytes = files::read(path, limits::PAYLOAD)?;
            let text = std::str::from_utf8(&bytes);
            let text =
                text.map_err(|_| Error::new("invalid_utf8", format!("{} is no UTF-8", path.display())))?;
            return Ok((Plan::parse(text).at(path.display())?, false));
        }
        if let Some(organization) = &self.organization {
            return Ok((self.small_plan(organization), false));
        }
        if terminal::is_interactive() {
            return Ok((guide::ask()?, true));
        }
        Err(Error::new("usage", "there is no terminal to ask on").hint(
            "describe the organisation with --from FILE (see --example) or with --organization and the rest",
        ))
    }

    fn small_plan(&self, organization: &str) -> Plan {
        let answers = Answers {
            organization: organization.to_owned(),
            environments: self.environment.clone(),
            scopes: self.scope.clone(),
            approvers: self.approver.clone(),
            proposers: self.proposer.clone(),
        };
        answers.plan()
    }
}

/// What was founded, in words.
fn report(
    founded: &Founded,
    digest: Digest,
    root: &Path,
    keys: &Path,
    complete: bool,
    locked: bool,
) -> String {
    let names: Vec<_> = founded.keys.keys().collect();
    let mut text = format!(
        "Founded {}: policy version 1, until {}\n  digest    {digest}\n  in words  {}\n  in        {}\n",
        placet_core::summary::escape(&founded.policy.organization),
        founded.policy.window.not_after,
        words(&digest),
        root.display()
    );
    text.push_str("This digest is what every verifier pins: give it to them by a way that you trust.\n");
    if !names.is_empty() {
        text.put(format_args!("Keys for {}\n  in        {}\n", all_of(&names), keys.display()));
        text.push_str(if locked {
            "Give each to its owner.\n"
        } else {
            "They are not locked: give each to its owner, who locks it with `placet keygen --from FILE`.\n"
        });
    }
    if !complete {
        text.push_str("It holds once the root has signed it, which takes more keys than were made here:\n");
        text.push_str("  placet policy sign --key FILE\n");
    }
    text.push_str("Next: placet train --help\n");
    text
}

/// Signs version 1 with every key of the root that was made here.
fn sign_by_root(founded: &Founded) -> Envelope {
    let mut envelope = Envelope::unsigned(POLICY, founded.policy.to_payload());
    for name in &founded.policy.root.principals {
        if let Some(key) = founded.keys.get(name) {
            envelope.add_signature(key);
        }
    }
    envelope
}

/// Whether the root has signed version 1.
fn is_complete(envelope: &Envelope) -> bool {
    let trust =
        Trust { pins: [envelope.digest()].into(), policies: vec![Ok(envelope.clone())], ..Trust::default() };
    trust.verify().policy(envelope.digest()).is_some()
}

type KeyFiles = Vec<(PathBuf, Zeroizing<String>)>;

fn key_files(founded: &Founded, directory: &Path, passphrase: Option<&[u8]>) -> Result<KeyFiles> {
    let file = |(name, key): (&Principal, &Key)| {
        let text = match passphrase {
            None => pkcs8::write(key.secret())?,
            Some(passphrase) => {
                pkcs8::write_encrypted(key.secret(), passphrase, pkcs8::Derivation::Scrypt, fresh_bytes()?)?
            }
        };
        Ok((key_path(directory, name), text))
    };
    founded.keys.iter().map(file).collect()
}

/// Writes keys, policy and, last, the pin, without which the directory is none. Where one fails, those before it are
/// taken away again.
fn write_all(
    store: &Store,
    keys: &Path,
    key_files: &KeyFiles,
    envelope: &Envelope,
    policy: &Policy,
) -> Result<()> {
    let pin =
        format!("# Version 1 of the policy of {}\n{}\n", one_line(&policy.organization), envelope.digest());
    let mut batch = Batch::new();
    if !key_files.is_empty() {
        batch.directory(keys)?;
        // Secret keys must not get into git by an `add` of everything.
        let ignore = keys.join(".gitignore");
        if !ignore.exists() {
            batch.create(&ignore, b"*\n", Access::Anyone)?;
        }
    }
    for (path, text) in key_files {
        batch.create(path, text.as_bytes(), Access::Owner)?;
    }
    let policy_path = store.policy_path(policy.version);
    batch.directory(policy_path.parent().unwrap_or(keys))?;
    batch.create(&policy_path, &store::file_text(envelope), Access::Anyone)?;
    batch.create(&store.pins_path(), pin.as_bytes(), Access::Anyone)?;
    batch.keep();
    Ok(())
}

fn one_line(text: &str) -> String {
    placet_core::summary::escape(text)
}

fn ensure_absent(path: &Path) -> Result<()> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    Err(Error::new("file_exists", format!("{} is there already", path.display()))
        .hint("an organisation is founded once; name another directory with --dir or --keys"))
}

fn key_path(directory: &Path, name: &Principal) -> PathBuf {
    directory.join(format!("{name}.pem"))
}

/// The directory beside another, so that keys never stand in what git holds.
fn beside(root: &Path) -> PathBuf {
    let mut name = root.file_name().map_or_else(|| OsString::from("placet"), OsString::from);
    name.push("-keys");
    root.with_file_name(name)
}

fn parse_approver(text: &str) -> std::result::Result<(String, String), String> {
    let (name, role) = text.rsplit_once(':').ok_or("it is written NAME:ROLE")?;
    Ok((name.to_owned(), role.to_owned()))
}
