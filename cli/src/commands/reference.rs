//! `placet reference`: records of the Python reference, judged strictly, carried over, and written.
//!
//! Such a record never counts in a decision. What it can prove under keys that the caller pins is told here, with what
//! it cannot.

mod drift;
mod export;
mod import;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use placet_core::{
    decision::Outcome,
    error::ParseError,
    json::Value,
    key::PublicKey,
    limits,
    reference::{Directory, Request, verify},
    summary::escape,
    time::Timestamp,
};

use super::{Context, verify::DENY};
use crate::{
    clock,
    error::{At as _, Error, Result},
    files,
    terminal::{BAD, GOOD, HEADING, LOOK, paint},
    words::Put as _,
};

/// Judge, carry over and write records of the Python reference (ModelApproval and its kin)
///
/// None of them ever counts in a decision of `placet verify`: they are for people who come from there, or whose models
/// are served there still.
#[derive(Args, Debug)]
pub(super) struct ReferenceCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Verify(Box<Verify>),
    Drift(drift::Drift),
    Import(import::Import),
    Export(Box<export::Export>),
}

/// Judge a ModelApproval by keys, a threshold and a place that you bring
///
/// Every signature is verified under the key of its own name, distinct people with distinct keys are counted, the
/// threshold is yours (the record may only raise it), `revoked` is heard and `active` is not, and a record that never
/// expires is denied. The verdict says what such a record cannot prove. A key that the policy of the evidence directory
/// names is refused: a key signs for one of the two.
///
/// Exit codes: 0 permit, 1 deny, 2 error.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet reference verify approval.json --key alice=64-hex-digits --threshold 1 --environment production --scope eu
  placet reference verify approval.json --keys keys.json --threshold 2 --environment production --scope eu \\
      --model sentiment-v3 --weights-hash sha256:…
  placet reference verify approval.json --keys keys.json --threshold 2     a record that restricts no place
keys.json is an object of names and public keys in 64 hex digits.")]
struct Verify {
    /// The record
    file: PathBuf,
    /// Whose key is whose: a JSON object of names and keys
    #[arg(long, value_name = "FILE", required_unless_present = "key")]
    keys: Option<PathBuf>,
    /// The key of an approver; may be given again
    #[arg(long, value_name = "NAME=KEY", value_parser = parse_key)]
    key: Vec<(String, PublicKey)>,
    /// How many distinct people must have signed
    #[arg(long, value_name = "COUNT")]
    threshold: std::num::NonZeroU64,
    /// Where the model is to run; may be left out only where the record restricts no environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// For what the model is to run; may be left out only where the record restricts no scope
    #[arg(long, value_name = "NAME")]
    scope: Option<String>,
    /// The model that is to run [default: not compared, which the verdict says]
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// The weights hash, as the record writes it [default: not compared, which the verdict says]
    #[arg(long, value_name = "TEXT")]
    weights_hash: Option<String>,
    /// Judge as of this time instead of now
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time)]
    at: Option<Timestamp>,
}

impl ReferenceCommand {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        match self.action {
            Action::Verify(command) => command.run(context),
            Action::Drift(command) => command.run(context),
            Action::Import(command) => command.run(context),
            Action::Export(command) => command.run(context),
        }
    }
}

impl Verify {
    fn run(self, context: &Context) -> Result<ExitCode> {
        let record = files::read(&self.file, limits::PAYLOAD)?;
        let request = Request {
            keys: self.directory(context)?,
            threshold: self.threshold,
            environment: self.environment,
            scope: self.scope,
            now: self.at.map_or_else(clock::now, Ok)?,
            model_id: self.model,
            weights_hash: self.weights_hash,
        };
        let verdict = verify(&record, &request);
        let word = match verdict.outcome {
            Outcome::Permit => paint(GOOD, "PERMIT"),
            Outcome::Deny => paint(BAD, "DENY"),
        };
        let mut text =
            format!("{word} {}, a record of the Python reference, at {}\n", self.file.display(), request.now);
        for signature in &verdict.signatures {
            let name = escape(&signature.approver);
            match signature.code {
                None => text.put(format_args!("  {} {name}\n", paint(GOOD, "✓ counts"))),
                Some(code) => text.put(format_args!("  {} {name}: {code}\n", paint(BAD, "✗ does not count"))),
            }
        }
        for code in &verdict.denials {
            text.put(format_args!("  {} {code}: {}\n", paint(BAD, "why not:"), code.meaning()));
        }
        text.put(format_args!("\n{}\n", paint(HEADING, "What such a record cannot prove")));
        for limit in &verdict.limits {
            text.put(format_args!("  {} {}\n", paint(LOOK, "!"), limit.meaning()));
        }
        let verdict_json = serde_json::from_str(&verdict.to_json()).unwrap_or_default();
        context.answer(&text, &verdict_json)?;
        Ok(match verdict.outcome {
            Outcome::Permit => ExitCode::SUCCESS,
            Outcome::Deny => ExitCode::from(DENY),
        })
    }

    /// The keys, none of which the directory's policy may name.
    fn directory(&self, context: &Context) -> Result<Directory> {
        let mut keys = match &self.keys {
            Some(path) => parse_keys(&files::read(path, limits::PAYLOAD)?).at(path.display())?,
            None => Vec::new(),
        };
        for (name, key) in &self.key {
            if keys.iter().any(|(known, _)| known == name) {
                return Err(Error::new("usage", format!("there are two keys of {}", escape(name))));
            }
            keys.push((name.clone(), key.clone()));
        }
        let directory = Directory::new(keys);
        match context.source.evidence() {
            Ok(evidence) => directory.check_apart_from(evidence.policy()?)?,
            // Without an evidence directory there is no policy to be held against.
            Err(error) if error.code() == "evidence_directory_missing" => {}
            Err(error) => return Err(error),
        }
        Ok(directory)
    }
}

/// Reads an object of names and keys.
fn parse_keys(bytes: &[u8]) -> Result<Vec<(String, PublicKey)>> {
    let value = Value::parse(bytes).map_err(ParseError::from)?;
    let members = value.members().ok_or(ParseError::WrongType { field: "keys", expected: "an object" })?;
    let mut keys = Vec::new();
    for (name, key) in members {
        if keys.len() >= limits::PRINCIPALS {
            return Err(ParseError::TooMany { field: "keys", limit: limits::PRINCIPALS }.into());
        }
        let key = key.as_str().ok_or(ParseError::WrongType { field: "keys", expected: "a string" })?;
        keys.push((name.clone().into_owned(), PublicKey::parse_hex(&key).at(escape(&name))?));
    }
    Ok(keys)
}

fn parse_key(text: &str) -> std::result::Result<(String, PublicKey), String> {
    let (name, key) = text.rsplit_once('=').ok_or("it is written NAME=KEY, the key as 64 hex digits")?;
    Ok((name.to_owned(), PublicKey::parse_hex(key).map_err(|error| error.to_string())?))
}
