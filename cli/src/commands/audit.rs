//! `placet audit`: one file for an auditor, and what it shows years later without a network.

mod export;
mod words;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use placet_core::time::Timestamp;

use super::{Context, verify::DENY};
use crate::{
    audit::{AuditFile, Report},
    clock,
    error::{At as _, Result},
    files,
    ledger::LIMIT,
};

/// Put everything an auditor needs into one file, or verify such a file without a network
#[derive(Args, Debug)]
pub(super) struct AuditCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Export(export::Export),
    Verify(Verify),
}

/// Verify an audit file: every document, the ledger, and every decision made again
///
/// The pin is the one thing to bring along: the digest of version 1 of the policy, from a safe place (--pin, or the
/// pins of the evidence directory). Every document is verified under the policy chain that the pin begins, the ledger
/// under the log's key, and every recorded decision is made again from the documents that it names. Then each proposal
/// is decided as of --at: by what its signers had said by then, and, where that was a permit, by everything that the
/// file knows. Weights are asked about as the proposals name them; nobody hashes a file here.
///
/// Exit codes: 0 where everything holds, 1 where something does not, 2 where the file cannot be read.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet audit verify digits.audit.json --pin sha256:…
  placet audit verify digits.audit.json --pin sha256:… --at 2026-11-22T14:05:00Z
  placet audit verify digits.audit.json --pin sha256:… --json > report.json")]
struct Verify {
    /// The audit file
    file: PathBuf,
    /// The time to decide about [default: now]
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time)]
    at: Option<Timestamp>,
}

impl AuditCommand {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        match self.action {
            Action::Export(command) => command.run(context),
            Action::Verify(command) => command.run(context),
        }
    }
}

impl Verify {
    fn run(self, context: &Context) -> Result<ExitCode> {
        let pins = context.source.pins()?;
        let at = self.at.map_or_else(clock::now, Ok)?;
        let file = AuditFile::parse(&files::read(&self.file, LIMIT)?).at(self.file.display())?;
        let about = words::About::of(&file, at);
        let report = Report::of(file, pins, at).at(self.file.display())?;
        let code = context.answer(&words::text(&about, &report), &words::json(&about, &report))?;
        Ok(if report.findings() == 0 { code } else { ExitCode::from(DENY) })
    }
}
