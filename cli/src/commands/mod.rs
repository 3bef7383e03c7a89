//! One file a command.

mod add;
mod approve;
mod audit;
mod bundle;
mod completions;
mod deploy;
mod expiring;
mod facts;
#[cfg(unix)]
mod gate;
mod hash;
mod init;
mod keygen;
mod ledger;
mod list;
mod monitor;
mod policy;
mod propose;
mod pull;
mod push;
mod reference;
mod review;
mod revoke;
#[cfg(unix)]
mod serve;
mod show;
mod status;
mod train;
mod verify;
mod witness;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use placet_core::envelope::Envelope;
use serde_json::{Value, json};

use crate::{
    args::Source,
    document::Document,
    error::Result,
    files::{self, Access},
    store,
    terminal::{self, Colour},
};

const AFTER_HELP: &str = "\
From nothing to a permit:
  placet init                                         make an organisation
  placet train --model digits --version 2 …           the pipeline signs what it trained
  placet propose digits@2 --environment production …  somebody asks to run it
  placet review digits@2                              everybody reads the same text
  placet approve digits@2 --key alice.pem             and the people of the quorum sign it
  placet list --key registry.pem                      the registry says that nothing of it is revoked
  placet verify --model digits --weights …            and any machine decides by itself

Exit codes: 0 permit or done, 1 deny, 2 error.";

/// Nobody trains, approves and deploys a model alone.
///
/// Each step is a signed document in the evidence directory; the decision is made from these documents, a pinned
/// policy and the time, by whoever wants to know.
#[derive(Debug, Parser)]
#[command(name = "placet", version, after_help = AFTER_HELP, max_term_width = 110, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    source: Source,
    /// Print JSON for programs
    #[arg(long, global = true)]
    json: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Colour,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(Box<init::Init>),
    Keygen(keygen::Keygen),
    Policy(policy::PolicyCommand),
    Hash(hash::Hash),
    Train(Box<train::Train>),
    Propose(Box<propose::Propose>),
    Review(review::Review),
    Approve(approve::Approve),
    Reject(approve::Reject),
    Withdraw(approve::Withdraw),
    Revoke(Box<revoke::Revoke>),
    List(list::List),
    Ledger(ledger::LedgerCommand),
    Witness(witness::Witness),
    Audit(audit::AuditCommand),
    Reference(reference::ReferenceCommand),
    Facts(facts::Facts),
    Add(add::Add),
    Bundle(bundle::MakeBundle),
    Verify(Box<verify::Verify>),
    Deploy(Box<deploy::Deploy>),
    Monitor(Box<monitor::Monitor>),
    Show(show::Show),
    Push(push::Push),
    Pull(pull::Pull),
    Status(status::Status),
    Expiring(expiring::Expiring),
    #[cfg(unix)]
    Serve(Box<serve::Serve>),
    #[cfg(unix)]
    Gate(gate::GateCommand),
    Completions(completions::Completions),
}

/// What every command is given.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) source: Source,
    pub(crate) json: bool,
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<ExitCode> {
        self.color.apply();
        let context = Context { source: self.source, json: self.json };
        match self.command {
            Command::Init(command) => command.run(&context),
            Command::Keygen(command) => command.run(&context),
            Command::Policy(command) => command.run(&context),
            Command::Hash(command) => command.run(&context),
            Command::Train(command) => command.run(&context),
            Command::Propose(command) => command.run(&context),
            Command::Review(command) => command.run(&context),
            Command::Approve(command) => command.run(&context),
            Command::Reject(command) => command.run(&context),
            Command::Withdraw(command) => command.run(&context),
            Command::Revoke(command) => command.run(&context),
            Command::List(command) => command.run(&context),
            Command::Ledger(command) => command.run(&context),
            Command::Witness(command) => command.run(&context),
            Command::Audit(command) => command.run(&context),
            Command::Reference(command) => command.run(&context),
            Command::Facts(command) => command.run(&context),
            Command::Add(command) => command.run(&context),
            Command::Bundle(command) => command.run(&context),
            Command::Verify(command) => command.run(&context),
            Command::Deploy(command) => command.run(&context),
            Command::Monitor(command) => command.run(&context),
            Command::Show(command) => command.run(&context),
            Command::Push(command) => command.run(&context),
            Command::Pull(command) => command.run(&context),
            Command::Status(command) => command.run(&context),
            Command::Expiring(command) => command.run(&context),
            #[cfg(unix)]
            Command::Serve(command) => command.run(&context),
            #[cfg(unix)]
            Command::Gate(command) => command.run(&context),
            Command::Completions(command) => command.run(),
        }
    }
}

impl Context {
    /// Prints the answer for people or for programs.
    fn answer(&self, text: &str, json: &Value) -> Result<ExitCode> {
        if self.json {
            terminal::write_bytes(format!("{json}\n").as_bytes())?;
        } else {
            terminal::print(text)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Checks that a signed document can be delivered, before anybody is asked for a passphrase.
    fn check_delivery(&self, output: Option<&PathBuf>) -> Result<()> {
        if output.is_some() { Ok(()) } else { self.source.store().map(drop) }
    }

    /// Writes a signed document to `output`, or into the evidence directory.
    fn deliver(&self, envelope: Envelope, output: Option<&PathBuf>) -> Result<Delivered> {
        let document = Document::of(envelope)?;
        if let Some(path) = output {
            let new = files::create(path, &store::file_text(&document.envelope), Access::Anyone)?;
            let put = if new { store::Put::New } else { store::Put::Known };
            return Ok(Delivered { path: path.clone(), put, document });
        }
        let store = self.source.store()?;
        let _lock = store.lock()?;
        let (path, put) = store.put(&document)?;
        Ok(Delivered { path, put, document })
    }
}

/// A signed document that was written.
struct Delivered {
    path: PathBuf,
    put: store::Put,
    document: Document,
}

impl Delivered {
    /// What programs are told.
    fn json(&self) -> Value {
        json!({
            "digest": self.document.digest().to_string(),
            "kind": self.document.kind(),
            "path": self.path.display().to_string(),
            "status": self.put.as_str(),
        })
    }
}
