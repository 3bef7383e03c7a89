//! `placet completions`: completion scripts for shells.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::Cli;
use crate::{error::Result, terminal};

/// Print a completion script for your shell
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet completions bash > ~/.local/share/bash-completion/completions/placet
  placet completions zsh  > ~/.zfunc/_placet
  placet completions fish > ~/.config/fish/completions/placet.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<ExitCode> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "placet", &mut script);
        terminal::write_bytes(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}
