//! The `placet` command: train, propose, approve, decide and deploy, each with a key of its own.
//!
//! Reading order: `commands` has one file a command; `evidence` is what they look at, out of `store` (a directory) or
//! explicit files; `registry_client` asks a registry; `gate` is what proxies ask; `signing` opens keys, `hashing` hashes
//! weights, `scores` reads tables for drift, `words` is what people read. What counts is decided by `placet-core` alone.
//!
//! Exit codes: 0 permit or done, 1 deny, 2 error. Errors are `error[code]: message`, on standard error.

#![allow(clippy::doc_markdown, reason = "the doc comments of arguments are the help that people read")]

mod args;
mod audit;
mod clock;
mod commands;
mod document;
mod enrolment;
mod error;
mod evidence;
mod files;
#[cfg(unix)]
mod gate;
mod hashing;
mod ledger;
mod plan;
mod registry_client;
mod scores;
#[cfg(unix)]
mod service;
mod signing;
mod store;
mod terminal;
mod words;

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;

/// The exit code of an error.
const ERROR: u8 = 2;

fn main() -> ExitCode {
    let cli = match commands::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return usage(&error),
        Err(help) => {
            // A reader that has gone is no error.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            let text = error.to_string();
            let head = format!("error[{}]", error.code());
            let rest = text.strip_prefix(&head).unwrap_or(&text);
            // Where standard error is gone, the exit code has to do.
            let _ = writeln!(anstream::stderr(), "{}{rest}", terminal::paint(terminal::BAD, head));
            ExitCode::from(ERROR)
        }
    }
}

/// Says what is wrong with the command line in the form of every error.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    let text = match text.strip_prefix("error: ") {
        Some(message) => format!("error[usage]: {message}"),
        None => text,
    };
    let _ = write!(anstream::stderr(), "{text}");
    ExitCode::from(ERROR)
}
