//! `placet audit export`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use placet_core::{name::ModelId, summary::escape};
use serde_json::json;

use crate::{
    args::parse_model,
    audit::AuditFile,
    clock,
    commands::Context,
    error::{Error, Result},
    files::{self, Access},
};

/// Put everything about a model, or about all, into one file
///
/// Policies, revocation lists, every signed document, the copy of the ledger and the records of decisions that
/// deployments followed, as the evidence directory holds them; `placet pull` first takes in what a registry has. The
/// pin is not in it: whoever verifies it brings that from a safe place.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet audit export --output all.audit.json
  placet audit export --model digits-classifier --output digits.audit.json")]
pub(super) struct Export {
    /// Only what is about this model [default: everything]
    #[arg(long, value_name = "ID", value_parser = parse_model)]
    model: Option<ModelId>,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

impl Export {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let store = context.source.store()?;
        let (held, decisions) = (store.load()?, store.decisions()?);
        // Nothing is handed to an auditor that the directory's own pin does not begin.
        context.source.evidence()?.chain()?;
        let file = AuditFile::of(held, decisions, self.model.clone(), clock::now()?);
        if let Some(model) = self.model.filter(|_| file.held.documents.values().all(|d| d.model().is_none()))
        {
            return Err(Error::new("document_not_found", format!("there is nothing about {model}"))
                .hint("`placet show` lists what is there"));
        }
        let json = file.to_json();
        AuditFile::parse(json.as_bytes())?;
        files::create(&self.output, format!("{json}\n").as_bytes(), Access::Anyone)?;
        let about =
            file.model.as_ref().map_or_else(|| "every model".to_owned(), |model| escape(model.as_str()));
        let entries = file.held.ledger.as_ref().map(|ledger| ledger.entries.len());
        let ledger = entries
            .map_or_else(|| "no ledger".to_owned(), |entries| format!("a ledger of {entries} entries"));
        let text = format!(
            "Wrote the audit file about {about}\n  {} policies, {} lists, {} documents, {} decisions, {ledger}\n  to {}\n",
            file.held.policies.len(),
            file.held.lists.len(),
            file.held.documents.len(),
            file.decisions.len(),
            self.output.display()
        );
        let json = json!({
            "path": self.output.display().to_string(),
            "model_id": file.model.as_ref().map(ModelId::as_str),
            "policies": file.held.policies.len(),
            "revocation_lists": file.held.lists.len(),
            "documents": file.held.documents.len(),
            "decisions": file.decisions.len(),
            "ledger": entries,
        });
        context.answer(&text, &json)
    }
}
