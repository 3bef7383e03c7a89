//! `placet witness`: cosigns the ledger's checkpoint, if the ledger only grew since the last one.
//!
//! Guards against a log that shows different histories to different readers. What was seen is on the disk before a
//! cosignature leaves, so that not even a crash between the two makes this witness sign two histories.
//!
//! Source: C2SP tlog-cosignature (`cosignature/v1`) and tlog-witness, whose rules of consistency these are.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use placet_core::{
    code::Code,
    digest::Digest,
    error::ParseError,
    json::{Fields, ObjectWriter, Value},
    key::Signer as _,
    ledger::{Checkpoint, Hash, LogPolicy, WitnessKey},
    policy::Policy,
    summary::escape,
};
use serde_json::json;

use super::{Context, ledger::parse_consistency};
use crate::{
    clock,
    error::{At as _, Error, Result},
    files::{self, Access},
    ledger::{self, CHECKPOINT, LIMIT, Ledger, log_of, verify_checkpoint},
    registry_client::{Registry, RegistryArgs},
    signing::{Key, PassphraseArgs, open_key},
    words::Put as _,
};

/// The media type of the file in which a witness remembers.
const SEEN: &str = "application/vnd.placet.witness+json;version=1";

/// Cosign the ledger's checkpoint, if it continues the last one that this witness has seen
///
/// The policy names the witness and its key. The checkpoint must be signed by the log, and the ledger must be proved to
/// continue the one that was cosigned last, which is kept in --seen: keep that file with the key, and never restore an
/// older copy of it. The very first checkpoint is taken as it is. With --registry the checkpoint comes from there and
/// the cosignature goes back to it; a file is a copy of the ledger (`placet ledger export`) or a checkpoint.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet witness --key witness.pem --registry http://127.0.0.1:8787           run it every few minutes
  placet witness ledger.json --key witness.pem --output cosigned.txt          from a copy of the ledger
  placet witness checkpoint.txt --proof consistency.json --key witness.pem --output cosigned.txt")]
pub(super) struct Witness {
    /// A copy of the ledger, or a checkpoint [default: the newest of the registry]
    file: Option<PathBuf>,
    /// For a checkpoint in a file: how the ledger became it, as `/v1/ledger/consistency` answers
    #[arg(long, value_name = "FILE", requires = "file")]
    proof: Option<PathBuf>,
    /// The witness's key file; without it the text in PLACET_KEY is used
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Where this witness remembers what it has seen [default: witness.json in the evidence directory]
    #[arg(long, value_name = "FILE")]
    seen: Option<PathBuf>,
    /// Write the cosigned checkpoint to this file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    registry: RegistryArgs,
}

impl Witness {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let registry = self.registry.named()?;
        if self.output.is_none() && registry.is_none() {
            return Err(Error::new("output_required", "the cosigned checkpoint has nowhere to go")
                .hint("name a file with --output, or a registry with --registry"));
        }
        let evidence = context.source.evidence()?;
        let policy = evidence.chain_in_force(clock::now()?)?.newest().policy();
        let log = log_of(policy)?.without_threshold();
        let key = open_key(self.key.as_deref(), &self.passphrase)?;
        let witness = witness_of(policy, &key)?;
        let path = self.seen.clone().unwrap_or_else(|| context.source.directory().join("witness.json"));

        // From reading what was seen to writing it down nobody else may cosign with this memory.
        let _lock = context.source.lock()?;
        let seen = Seen::read(&path)?.filter(|seen| seen.origin == policy_origin(policy));
        let shown = self.shown(registry.as_ref(), &log)?;
        let checkpoint = shown.check(seen.as_ref(), registry.as_ref(), self.proof.as_deref())?;
        let now = clock::now()?.seconds().unsigned_abs();
        let message = WitnessKey::cosigned_message(now, checkpoint.text());
        let line = witness.signature_line(now, &key.sign(message.as_bytes()));
        let note = format!("{}{line}", shown.note);
        // What would be served must count, and is looked at as everybody else will.
        let counts = verify_checkpoint(&note, &log)?;
        if !counts.cosignatures().iter().any(|cosignature| cosignature.witness() == witness.name()) {
            return Err(Error::of(Code::SignatureInvalid, "the cosignature does not verify"));
        }
        let remembered = Seen {
            origin: checkpoint.origin().to_owned(),
            size: checkpoint.size(),
            root: Digest::from_bytes(*checkpoint.root()),
        };
        files::replace(&path, format!("{}\n", remembered.to_json()).as_bytes())?;
        if let Some(output) = &self.output {
            files::create(output, note.as_bytes(), Access::Anyone)?;
        }
        let served = registry.map(|registry| registry.cosign(&note)).transpose()?.flatten();
        let from = seen.as_ref().map_or(0, |seen| seen.size);
        let mut text = format!(
            "Cosigned {} as {}\n  {} entries, {from} of them seen before\n",
            escape(checkpoint.origin()),
            escape(witness.name()),
            checkpoint.size(),
        );
        if seen.is_none() {
            text.push_str("  it is the first checkpoint that this witness has seen, and is taken as it is\n");
        }
        if let Some(served) = served {
            text.put(format_args!("  the registry serves the checkpoint of {served} entries\n"));
        }
        let json = json!({
            "origin": checkpoint.origin(),
            "witness": witness.name(),
            "size": checkpoint.size(),
            "root": remembered.root.to_string(),
            "seen": from,
            "served": served,
            "path": self.output.map(|path| path.display().to_string()),
        });
        context.answer(&text, &json)
    }

    /// What is to be cosigned, signed by the log.
    fn shown(&self, registry: Option<&Registry>, log: &LogPolicy) -> Result<Shown> {
        let Some(path) = &self.file else {
            let missing = || Error::new("registry_required", "there is no checkpoint to cosign");
            let note = registry.ok_or_else(missing)?.newest_checkpoint()?;
            let checkpoint = verify_checkpoint(&note, log)?;
            return Ok(Shown { note, checkpoint, ledger: None });
        };
        let bytes = files::read(path, LIMIT)?;
        if bytes.first() == Some(&b'{') {
            let copy = Ledger::parse(&bytes).at(path.display())?;
            let verified = copy.verify(log).at(path.display())?;
            let (note, checkpoint) = (copy.checkpoint, verified.checkpoint.clone());
            return Ok(Shown { note, checkpoint, ledger: Some(verified) });
        }
        let note = String::from_utf8(bytes).ok().filter(|note| note.len() <= CHECKPOINT);
        let malformed =
            || Error::new("ledger_mismatch", "this is neither a copy of a ledger nor a checkpoint");
        let note = note.ok_or_else(malformed).at(path.display())?;
        let checkpoint = verify_checkpoint(&note, log).at(path.display())?;
        Ok(Shown { note, checkpoint, ledger: None })
    }
}

/// A checkpoint that somebody shows this witness.
struct Shown {
    note: String,
    checkpoint: Checkpoint,
    ledger: Option<ledger::VerifiedLedger>,
}

impl Shown {
    /// Whether the ledger only grew.
    ///
    /// # Errors
    ///
    /// `ledger_shrunk`, `ledger_forked`.
    fn check(
        &self,
        seen: Option<&Seen>,
        registry: Option<&Registry>,
        proof: Option<&Path>,
    ) -> Result<&Checkpoint> {
        let Some(seen) = seen else { return Ok(&self.checkpoint) };
        let size = self.checkpoint.size();
        let refuse = |code: Code| {
            Error::of(
                code,
                format!("{}: {} entries then, {size} now", code.meaning().trim_end_matches('.'), seen.size),
            )
            .hint("do not cosign it; keep this checkpoint and tell the auditors")
        };
        if size < seen.size {
            return Err(refuse(Code::LedgerShrunk));
        }
        let root = seen.root.as_bytes();
        if let Some(ledger) = &self.ledger {
            return ledger.check_extends(seen.size, root).map(|()| &self.checkpoint);
        }
        let hashes = if size == seen.size || seen.size == 0 {
            Vec::new()
        } else {
            Self::proof(seen.size, size, registry, proof)?
        };
        let extends = self.checkpoint.verify_extends(seen.size, root, &hashes);
        extends.map(|()| &self.checkpoint).map_err(|_| refuse(Code::LedgerForked))
    }

    fn proof(from: u64, to: u64, registry: Option<&Registry>, file: Option<&Path>) -> Result<Vec<Hash>> {
        let bytes = match (file, registry) {
            (Some(path), _) => files::read(path, CHECKPOINT)?,
            (None, Some(registry)) => registry.consistency(from, to)?,
            (None, None) => {
                let message = format!("it takes a proof from {from} entries to {to}");
                return Err(
                    Error::of(Code::LedgerForked, message).hint("name it with --proof, or a registry")
                );
            }
        };
        let (first, second, hashes) = parse_consistency(&bytes).at("consistency")?;
        if (first, second) == (from, to) {
            return Ok(hashes);
        }
        let message = format!("the proof is from {first} entries to {second}, and not from {from} to {to}");
        Err(Error::of(Code::LedgerForked, message))
    }
}

/// The witness whose key it is.
fn witness_of(policy: &Policy, key: &Key) -> Result<WitnessKey> {
    let witnesses = policy.log.iter().flat_map(|log| &log.witnesses);
    let named = witnesses.into_iter().find(|witness| witness.key == *key.public_key());
    let named = named.ok_or_else(|| {
        let message = format!("the policy names no witness with the key {}", key.public_key().fingerprint());
        Error::of(Code::SignerUnknown, message).hint("a root names it: `placet policy draft --from`")
    })?;
    WitnessKey::new(&named.name, named.key.clone()).map_err(|error| Error::of(error.code(), error))
}

fn policy_origin(policy: &Policy) -> &str {
    policy.log.as_ref().map_or("", |log| log.origin.as_str())
}

/// The last checkpoint that this witness cosigned.
struct Seen {
    origin: String,
    size: u64,
    root: Digest,
}

impl Seen {
    fn read(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        Self::parse(&files::read(path, CHECKPOINT)?).map(Some).at(path.display())
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        let mut fields = Fields::of(Value::parse(bytes).map_err(ParseError::from)?, "witness")?;
        if ledger::text(&mut fields, "media_type")? != SEEN {
            return Err(ParseError::Invalid { field: "media_type", code: Code::UnsupportedVersion }.into());
        }
        let size = fields.required("size")?.as_u64();
        let root = Digest::parse(&ledger::text(&mut fields, "root")?);
        let seen = Self {
            origin: ledger::text(&mut fields, "origin")?,
            size: size.ok_or(ParseError::Invalid { field: "size", code: Code::InvalidInteger })?,
            root: root.ok_or(ParseError::Invalid { field: "root", code: Code::InvalidDigest })?,
        };
        fields.finish()?;
        Ok(seen)
    }

    fn to_json(&self) -> String {
        ObjectWriter::new()
            .string("media_type", SEEN)
            .string("origin", &self.origin)
            .integer("size", self.size)
            .display("root", &self.root)
            .finish()
    }
}
