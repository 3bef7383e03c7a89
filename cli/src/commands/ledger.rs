//! `placet ledger`: the evidence ledger in one file, and whether it is what the log signed.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::ExitCode,
};

use base64ct::{Base64, Encoding as _};
use clap::{Args, Subcommand};
use jiff::Timestamp as Moment;
use placet_core::{
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    json::{Fields, Value},
    ledger::Checkpoint,
    summary::escape,
};
use serde_json::json;

use super::Context;
use crate::{
    document::Document,
    error::{At as _, Error, Result},
    evidence::Evidence,
    files::{self, Access},
    ledger::{CHECKPOINT, LIMIT, Ledger, log_of, verify_checkpoint},
    registry_client::RegistryArgs,
    terminal::{GOOD, paint},
    words::{Put as _, Table},
};

/// Copy the evidence ledger into one file, or verify such a file
#[derive(Args, Debug)]
pub(super) struct LedgerCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Export(Export),
    Verify(Verify),
}

/// Write every entry of the ledger, the checkpoint over them and the documents into one file
///
/// Takes the copy that `placet pull` keeps in the directory, or with --registry what the registry shows now. It is
/// verified under the pinned policy's log key before anything is written.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet ledger export --output ledger.json
  placet ledger export --registry http://127.0.0.1:8787 --output ledger.json
  placet ledger export --without-documents --output entries.json")]
struct Export {
    /// Write entries and checkpoint alone
    #[arg(long)]
    without_documents: bool,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// Check a copy of the ledger against the pinned policy's log key, and against what was seen before
///
/// The checkpoint must be signed by the log and cosigned by as many witnesses as the policy asks for; its root must be
/// that of these very entries; every document in the file must be one of them and be signed by who may; and with
/// --earlier the ledger must continue each earlier copy or checkpoint.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet ledger verify ledger.json
  placet ledger verify ledger.json --earlier last-year.json --earlier checkpoint.txt
  placet ledger verify ledger.json --trust trust.json --pin sha256:…     without an evidence directory")]
struct Verify {
    /// The copy of the ledger
    file: PathBuf,
    /// An earlier copy, or a checkpoint as the log signed it; may be given again
    #[arg(long, value_name = "FILE")]
    earlier: Vec<PathBuf>,
}

impl LedgerCommand {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        match self.action {
            Action::Export(command) => command.run(context),
            Action::Verify(command) => command.run(context),
        }
    }
}

impl Export {
    fn run(self, context: &Context) -> Result<ExitCode> {
        let registry = self.registry.named()?;
        let store = context.source.store()?;
        let held = store.load()?;
        let evidence = context.source.evidence()?;
        let log = log_of(evidence.policy()?)?.without_threshold();
        let missing = || {
            Error::new("document_not_found", "there is no copy of the ledger here")
                .hint("`placet pull` takes one in, or name the registry with --registry")
        };
        let mut ledger = match &registry {
            Some(registry) => registry.ledger(held.ledger.as_ref())?.ok_or_else(missing)?,
            None => held.ledger.clone().ok_or_else(missing)?,
        };
        let verified = ledger.verify(&log)?;
        if let Some(before) = held.ledger.and_then(|held| held.verify(&log).ok()) {
            verified.check_extends(before.size(), before.checkpoint.root())?;
        }
        let mut without = 0_usize;
        if !self.without_documents {
            let policies = held.policies.values().map(|envelope| (envelope.digest(), envelope));
            let documents = held.documents.iter().map(|(digest, document)| (*digest, &document.envelope));
            let here: BTreeMap<Digest, &Envelope> = policies.chain(documents).collect();
            for entry in verified.entries() {
                match (here.get(entry), &registry) {
                    (Some(envelope), _) => ledger.envelopes.push((*envelope).clone()),
                    (None, Some(registry)) => ledger.envelopes.push(registry.envelope(*entry)?),
                    (None, None) => without += 1,
                }
            }
        }
        let text = format!("{}\n", ledger.to_json());
        files::create(&self.output, text.as_bytes(), Access::Anyone)?;
        let (size, documents) = (verified.size(), ledger.envelopes.len());
        let mut words = format!(
            "Wrote the ledger of {} with {size} entries and {documents} documents\n  to {}\n",
            escape(verified.checkpoint.origin()),
            self.output.display()
        );
        if without > 0 {
            words.put(format_args!("  {without} of the documents are not here; a registry has them\n"));
        }
        let json = json!({
            "origin": verified.checkpoint.origin(),
            "size": size,
            "documents": documents,
            "missing": without,
            "path": self.output.display().to_string(),
        });
        context.answer(&words, &json)
    }
}

impl Verify {
    fn run(self, context: &Context) -> Result<ExitCode> {
        let ledger = Ledger::read(&self.file)?;
        let evidence = context.source.evidence()?;
        let log = log_of(evidence.policy()?)?;
        let verified = ledger.verify(&log).at(self.file.display())?;
        let mut earlier = Vec::new();
        for path in &self.earlier {
            let before = earlier_checkpoint(path, &evidence)?;
            verified.check_extends(before.size(), before.root()).at(path.display())?;
            earlier.push((path.display().to_string(), before.size()));
        }
        let entries: BTreeSet<&Digest> = verified.entries().iter().collect();
        if entries.len() != verified.entries().len() {
            return Err(
                Error::new("ledger_mismatch", "an entry stands in the ledger twice").at(self.file.display())
            );
        }
        let documents = check_documents(&ledger.envelopes, &entries, &evidence).at(self.file.display())?;
        let checkpoint = &verified.checkpoint;
        let mut table = Table::default();
        table
            .row("log", escape(checkpoint.origin()))
            .row("entries", verified.size())
            .row("root", Digest::from_bytes(*checkpoint.root()))
            .row("documents", format!("{documents} verified, {} not in the file", entries.len() - documents));
        for cosignature in checkpoint.cosignatures() {
            let when = i64::try_from(cosignature.timestamp()).ok().and_then(|s| Moment::from_second(s).ok());
            let when = when.map_or_else(|| "at no time".to_owned(), |when| format!("at {when}"));
            table.row("witness", format!("{} {when}", escape(cosignature.witness())));
        }
        for (path, size) in &earlier {
            table.row("continues", format!("{path}, {size} entries"));
        }
        let text = format!("{}\n{}", paint(GOOD, "The ledger is what the log signed"), table.finish(2));
        let json = json!({
            "origin": checkpoint.origin(),
            "size": verified.size(),
            "root": Digest::from_bytes(*checkpoint.root()).to_string(),
            "documents": documents,
            "witnesses": checkpoint.cosignatures().iter().map(|cosignature| json!({
                "name": cosignature.witness(),
                "time": cosignature.timestamp(),
            })).collect::<Vec<_>>(),
            "earlier": earlier.iter().map(|(path, size)| json!({ "path": path, "size": size })).collect::<Vec<_>>(),
        });
        context.answer(&text, &json)
    }
}

/// The checkpoint in an earlier copy, or in a note; witnesses may have been asked for only since.
fn earlier_checkpoint(path: &Path, evidence: &Evidence) -> Result<Checkpoint> {
    let log = log_of(evidence.policy()?)?.without_threshold();
    let bytes = files::read(path, LIMIT)?;
    if bytes.first() == Some(&b'{') {
        return Ok(Ledger::parse(&bytes)
            .and_then(|ledger| ledger.verify(&log))
            .at(path.display())?
            .checkpoint);
    }
    let note = String::from_utf8(bytes).ok().filter(|note| note.len() <= CHECKPOINT);
    let malformed = || Error::new("ledger_mismatch", "this is neither a copy of a ledger nor a checkpoint");
    verify_checkpoint(&note.ok_or_else(malformed).at(path.display())?, &log).at(path.display())
}

/// Whether every document is an entry of the ledger, once, and was ever good; gives their number.
fn check_documents(
    envelopes: &[Envelope],
    entries: &BTreeSet<&Digest>,
    evidence: &Evidence,
) -> Result<usize> {
    let mut seen = BTreeSet::new();
    for envelope in envelopes {
        let digest = envelope.digest();
        if !entries.contains(&digest) || !seen.insert(digest) {
            return Err(Error::new(
                "ledger_mismatch",
                format!("the document {digest} is no entry, or stands here twice"),
            ));
        }
        let document = Document::of(envelope.clone()).at(digest)?;
        evidence.check_once_good(&document).at(format_args!("{} {digest}", document.kind()))?;
    }
    Ok(seen.len())
}

/// What a proof of consistency says, as the registry answers.
pub(super) fn parse_consistency(bytes: &[u8]) -> Result<(u64, u64, Vec<[u8; 32]>)> {
    let mut fields = Fields::of(Value::parse(bytes).map_err(ParseError::from)?, "consistency")?;
    let mut size = |field: &'static str| {
        let size = fields.required(field)?.as_u64();
        size.ok_or(ParseError::WrongType { field, expected: "an integer" })
    };
    let (from, to) = (size("from")?, size("to")?);
    let hash = |value: Value<'_>| -> std::result::Result<[u8; 32], ParseError> {
        let bytes = value.as_str().and_then(|text| Base64::decode_vec(&text).ok());
        let malformed = ParseError::WrongType { field: "proof", expected: "hashes in base64" };
        bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(malformed)
    };
    let proof = crate::ledger::elements(&mut fields, "proof", 64)?
        .map(hash)
        .collect::<std::result::Result<_, _>>()?;
    fields.finish()?;
    Ok((from, to, proof))
}
