//! `placet policy show`: a policy in words.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use serde_json::json;

use super::{newest, read};
use crate::{commands::Context, error::Result, terminal, words::policy::policy as policy_words};

/// Read a policy in words: who is there, who may what, and what each place asks
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet policy show
  placet policy show draft.json       a signed or an unsigned one
  placet policy show --json           the payload, byte for byte")]
pub(super) struct Show {
    /// The file [default: the newest policy of the directory]
    file: Option<PathBuf>,
}

impl Show {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
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
