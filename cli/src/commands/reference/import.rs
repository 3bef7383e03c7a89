//! `placet reference import`: what a record says, and what of it can be carried over.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use placet_core::{
    error::ParseError,
    limits,
    reference::{
        DriftAlert, DriftCheckResult, IntegrityFacts, ModelApproval, PromotionResult, TrainingOutput,
    },
    summary::escape,
};
use serde_json::{Value, json};

use crate::{
    commands::Context,
    error::{At as _, Error, Result},
    files::{self, Access, Batch},
    words::Table,
};

/// Read a record of the Python reference, and write what can be carried over
///
/// Reads ModelApproval, TrainingOutput, DriftCheckResult, DriftAlert, PromotionResult and integrity facts. Nothing of a
/// record becomes a signed document by itself, as nobody signed it in such a form: a training output gives files for
/// `placet train`, an approval tells what to propose, and people approve that anew.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet reference import approval.json
  placet reference import training.json --output carried      metrics.json, card.json and metadata.json for `placet train`")]
pub(super) struct Import {
    /// The record
    file: PathBuf,
    /// Write the files for `placet train` into this new directory
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// A record of any kind.
enum Record {
    Approval(Box<ModelApproval>),
    Training(Box<TrainingOutput>),
    Drift(DriftCheckResult),
    Alert(DriftAlert),
    Promotion(PromotionResult),
    Facts(IntegrityFacts),
}

impl Import {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let bytes = files::read(&self.file, limits::PAYLOAD)?;
        let record = Record::parse(&bytes).at(self.file.display())?;
        let carried = match (&record, &self.output) {
            (_, None) => Vec::new(),
            (Record::Training(training), Some(directory)) => write(training, directory)?,
            (_, Some(_)) => {
                let message = format!("nothing of a {} becomes a file", record.kind());
                return Err(Error::new("wrong_document", message).hint("--output is for a TrainingOutput"));
            }
        };
        let mut text = format!(
            "{} of the Python reference: a claim until it is verified\n{}",
            record.kind(),
            record.table().finish(2)
        );
        if let Some(next) = record.next(&carried) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "To carry it over:\n  {next}");
        }
        let json = json!({
            "kind": record.kind(),
            "record": serde_json::from_str::<Value>(&record.to_json()).unwrap_or_default(),
            "next": record.next(&carried),
            "files": carried.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        });
        context.answer(&text, &json)
    }
}

impl Record {
    /// Reads a record of the kind that its fields tell.
    fn parse(bytes: &[u8]) -> Result<Self> {
        let value = placet_core::json::Value::parse(bytes).map_err(ParseError::from)?;
        let members =
            value.members().ok_or(ParseError::WrongType { field: "record", expected: "an object" })?;
        let names: Vec<_> = members.map(|(name, _)| name.into_owned()).collect();
        let has = |name: &str| names.iter().any(|known| known == name);
        Ok(if has("governance") {
            Self::Facts(IntegrityFacts::parse(bytes)?)
        } else if has("promoted") {
            Self::Promotion(PromotionResult::parse(bytes)?)
        } else if has("alerted_at") {
            Self::Alert(DriftAlert::parse(bytes)?)
        } else if has("checked_at") {
            Self::Drift(DriftCheckResult::parse(bytes)?)
        } else if has("card") {
            Self::Training(TrainingOutput::parse(bytes)?.into())
        } else {
            Self::Approval(ModelApproval::parse(bytes)?.into())
        })
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Approval(_) => "ModelApproval",
            Self::Training(_) => "TrainingOutput",
            Self::Drift(_) => "DriftCheckResult",
            Self::Alert(_) => "DriftAlert",
            Self::Promotion(_) => "PromotionResult",
            Self::Facts(_) => "integrity facts",
        }
    }

    fn to_json(&self) -> String {
        match self {
            Self::Approval(record) => record.to_json(),
            Self::Training(record) => record.to_json(),
            Self::Drift(record) => record.to_json(),
            Self::Alert(record) => record.to_json(),
            Self::Promotion(record) => record.to_json(),
            Self::Facts(record) => record.to_json(),
        }
    }

    fn table(&self) -> Table {
        let mut table = Table::default();
        let places = |places: Option<&[String]>| match places {
            None => "everywhere".to_owned(),
            Some(names) => names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", "),
        };
        match self {
            Self::Approval(record) => {
                let terms = record.terms();
                let expires = terms.expires_at.map_or_else(|| "never".to_owned(), |time| time.to_string());
                let signers: Vec<_> = record.approver_signatures().map(|(name, _)| escape(name)).collect();
                table
                    .row("model", escape(&terms.model_id))
                    .row("weights", escape(&terms.weights_hash))
                    .row("environments", places(terms.approved_environments.as_deref()))
                    .row("scopes", places(terms.approved_scopes.as_deref()))
                    .row("approved", terms.approved_at)
                    .row("expires", expires)
                    .row("status", format!("{}, which nobody signed", escape(record.status())))
                    .row(
                        "entries",
                        format!("{} of {}: {}", signers.len(), terms.required_approvers, signers.join(", ")),
                    );
            }
            Self::Training(record) => {
                table
                    .row("model", escape(&record.model_id))
                    .row("weights", escape(&record.weights_hash))
                    .row("created", record.created_at)
                    .row("correlation id", escape(&record.correlation_id))
                    .row("metrics", record.numbers().len());
            }
            Self::Drift(record) => {
                table
                    .row("model", escape(&record.model_id))
                    .row("checked", record.checked_at)
                    .row("drifted", record.is_drifted)
                    .row("metrics", record.metrics.len())
                    .row("summary", escape(&record.summary));
            }
            Self::Alert(record) => {
                table.row("model", escape(&record.model_id)).row("summary", escape(&record.summary));
            }
            Self::Promotion(record) => {
                table
                    .row("model", escape(&record.model_id))
                    .row("promoted", record.promoted)
                    .row("at", record.promoted_at)
                    .row("message", escape(&record.message));
            }
            Self::Facts(record) => {
                table
                    .row("model", escape(&record.model_id))
                    .row("weights", escape(&record.weights_hash))
                    .row("status", escape(&record.status))
                    .row("quorum", format!("{}, by the word of who wrote it", record.has_quorum))
                    .row("environments", places(record.approved_environments.as_deref()))
                    .row("scopes", places(record.approved_scopes.as_deref()));
            }
        }
        table
    }

    /// The command that carries it over, where one does.
    fn next(&self, carried: &[PathBuf]) -> Option<String> {
        match self {
            Self::Approval(record) => {
                let terms = record.terms();
                let mut line = format!("placet propose {}@VERSION", shell(&terms.model_id));
                for environment in terms.approved_environments.iter().flatten() {
                    let _ = write!(line, " --environment {}", shell(environment));
                }
                for scope in terms.approved_scopes.iter().flatten() {
                    let _ = write!(line, " --scope {}", shell(scope));
                }
                Some(format!("{line}    once its training output is signed; people approve it anew"))
            }
            Self::Training(record) => {
                let mut line = format!(
                    "placet train --model {} --version VERSION --weights PATH",
                    shell(&record.model_id)
                );
                let files = carried.iter().filter_map(|path| Some((path.file_stem()?.to_str()?, path)));
                for (name, path) in files {
                    let _ = write!(line, " --{name} {}", shell(&path.display().to_string()));
                }
                Some(line)
            }
            _ => None,
        }
    }
}

/// The files for `placet train`: all of them or none.
fn write(training: &TrainingOutput, directory: &Path) -> Result<Vec<PathBuf>> {
    let numbers: Vec<_> = training
        .numbers()
        .into_iter()
        .map(|(name, number)| format!("{}: {}", json!(name), number.as_str()))
        .collect();
    let files = [
        ("metrics.json", format!("{{{}}}\n", numbers.join(", "))),
        ("card.json", format!("{}\n", training.card.as_str())),
        ("metadata.json", format!("{}\n", training.metadata.as_str())),
    ];
    let mut batch = Batch::new();
    batch.directory(directory)?;
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = directory.join(name);
        batch.create(&path, text.as_bytes(), Access::Anyone)?;
        paths.push(path);
    }
    batch.keep();
    Ok(paths)
}

/// A word of a command line; in quotes where it is more than letters and digits.
fn shell(text: &str) -> String {
    let plain =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/@:-+".contains(&b));
    if plain { text.to_owned() } else { format!("'{}'", escape(text).replace('\'', "'\\''")) }
}
