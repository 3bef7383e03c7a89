//! A copy of the evidence ledger: every entry in order, the checkpoint over them, and where it travels the documents.
//!
//! Whoever holds all entries needs no proof from anybody: roots, inclusion and consistency are computed here. Guards
//! against a registry that hides, alters or reorders entries, or that shows two histories.

use std::{collections::BTreeMap, path::Path};

use placet_core::{
    bundle::{InclusionProof, LedgerProofs},
    code::Code,
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    ledger::{Checkpoint, CheckpointError, Hash, LogPolicy, SignedCheckpoint, Tree, merkle},
    policy::Policy,
    trust::LedgerView,
};

use crate::{
    error::{At as _, Error, Result},
    files,
};

/// The media type of a ledger file.
pub(crate) const LEDGER: &str = "application/vnd.placet.ledger+json;version=1";
/// Bytes of a ledger file, or of an audit file that holds one.
pub(crate) const LIMIT: usize = 512 << 20;
/// Bytes of a checkpoint, as in bundles.
pub(crate) const CHECKPOINT: usize = 64 << 10;
/// Entries of a ledger that is read.
pub(crate) const ENTRIES: usize = 1 << 20;
/// How many older sizes a trust document leads from without being asked.
const RECENT_SIZES: u64 = 32;

/// Every entry of a ledger and its checkpoint. Nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) checkpoint: String,
    pub(crate) entries: Vec<Digest>,
    /// Documents that stand in it, where it travels with them.
    pub(crate) envelopes: Vec<Envelope>,
}

/// A ledger whose checkpoint the log has signed over these very entries.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedLedger {
    pub(crate) checkpoint: Checkpoint,
    note: String,
    tree: Tree,
    entries: Vec<Digest>,
    index: BTreeMap<Digest, u64>,
}

impl Ledger {
    /// Reads a ledger file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Self::parse(&files::read(path, LIMIT)?).at(path.display())
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut fields = Fields::of(Value::parse(bytes).map_err(ParseError::from)?, "ledger")?;
        if text(&mut fields, "media_type")? != LEDGER {
            return Err(ParseError::Invalid { field: "media_type", code: Code::UnsupportedVersion }.into());
        }
        let ledger = Self {
            checkpoint: text(&mut fields, "checkpoint")?,
            entries: digests(&mut fields, "entries")?,
            envelopes: elements(&mut fields, "envelopes", ENTRIES)?
                .map(Envelope::from_value)
                .collect::<std::result::Result<_, _>>()?,
        };
        fields.finish()?;
        Ok(ledger)
    }

    /// The ledger as canonical JSON.
    pub(crate) fn to_json(&self) -> String {
        let envelopes = self.envelopes.iter().fold(ArrayWriter::new(), |array, e| array.raw(&e.to_json()));
        ObjectWriter::new()
            .string("media_type", LEDGER)
            .string("checkpoint", &self.checkpoint)
            .raw("entries", digests_json(&self.entries))
            .raw("envelopes", envelopes.finish())
            .finish()
    }

    /// Verifies the checkpoint, and that it is over exactly these entries.
    ///
    /// # Errors
    ///
    /// Those of [`verify_checkpoint`]; `ledger_mismatch`.
    pub(crate) fn verify(&self, log: &LogPolicy) -> Result<VerifiedLedger> {
        let checkpoint = verify_checkpoint(&self.checkpoint, log)?;
        let tree: Tree = self.entries.iter().map(|entry| merkle::leaf_hash(entry.as_bytes())).collect();
        if checkpoint.size() != tree.size() || *checkpoint.root() != tree.root() {
            let message = format!(
                "the checkpoint is over {} entries, and these {} are not they",
                checkpoint.size(),
                tree.size()
            );
            return Err(Error::new("ledger_mismatch", message));
        }
        let index = (0..).zip(&self.entries).map(|(index, entry)| (*entry, index)).collect();
        let (note, entries) = (self.checkpoint.clone(), self.entries.clone());
        Ok(VerifiedLedger { checkpoint, note, tree, entries, index })
    }
}

impl VerifiedLedger {
    /// Whether this is a continuation of an earlier tree.
    ///
    /// # Errors
    ///
    /// `ledger_shrunk` or `ledger_forked`.
    pub(crate) fn check_extends(&self, size: u64, root: &Hash) -> Result<()> {
        let refuse = |code: Code| {
            Error::of(code, format!("{}: {} entries then, {} now", meaning(code), size, self.size()))
        };
        match self.tree.root_at(size) {
            Err(_) => Err(refuse(Code::LedgerShrunk)),
            Ok(then) if then != *root => Err(refuse(Code::LedgerForked)),
            Ok(_) => Ok(()),
        }
    }

    /// The number of entries.
    pub(crate) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The entries in order.
    pub(crate) fn entries(&self) -> &[Digest] {
        &self.entries
    }

    /// Where a document stands.
    pub(crate) fn index_of(&self, digest: Digest) -> Option<u64> {
        self.index.get(&digest).copied()
    }

    /// The proof that a tree of `size` entries became this one.
    pub(crate) fn consistency(&self, size: u64) -> Option<Vec<Hash>> {
        self.tree.consistency_proof(size, self.size()).ok()
    }

    /// The proofs of a bundle.
    pub(crate) fn proofs(&self, digests: impl IntoIterator<Item = Digest>) -> LedgerProofs {
        let proof = |digest| {
            let index = self.index_of(digest)?;
            let hashes = self.tree.inclusion_proof(index, self.size()).ok()?;
            Some((digest, InclusionProof { index, hashes }))
        };
        let inclusion = digests.into_iter().filter_map(proof).collect();
        LedgerProofs { checkpoint: self.note.clone(), inclusion }
    }

    /// The checkpoint, with the ways to it from recent sizes and from `seen` ones.
    pub(crate) fn view(&self, seen: impl IntoIterator<Item = u64>) -> LedgerView {
        let recent = self.size().saturating_sub(RECENT_SIZES).max(1)..self.size();
        let sizes = recent.chain(seen.into_iter().filter(|size| (1..self.size()).contains(size)));
        let proof = |size| Some((size, self.consistency(size)?));
        LedgerView { checkpoint: self.note.clone(), consistency: sizes.filter_map(proof).collect() }
    }
}

/// The log that a policy names, with its witnesses and their threshold.
///
/// # Errors
///
/// `ledger_missing` where it names none.
pub(crate) fn log_of(policy: &Policy) -> Result<LogPolicy> {
    let log = policy.log.as_ref().and_then(|log| log.policy().ok());
    log.ok_or_else(|| {
        Error::of(Code::LedgerMissing, "the policy names no log")
            .hint("a root adds one with `placet policy draft --from`")
    })
}

/// Verifies a signed checkpoint.
///
/// # Errors
///
/// The codes of checkpoints.
pub(crate) fn verify_checkpoint(note: &str, log: &LogPolicy) -> Result<Checkpoint> {
    let refuse = |error: CheckpointError| Error::of(error.code(), error);
    SignedCheckpoint::parse(note.as_bytes()).and_then(|signed| signed.verify(log)).map_err(refuse)
}

fn meaning(code: Code) -> &'static str {
    code.meaning().trim_end_matches('.')
}

/// Takes a string.
pub(crate) fn text(fields: &mut Fields<'_>, field: &'static str) -> std::result::Result<String, ParseError> {
    let value = fields.required(field)?.as_str();
    let value = value.ok_or(ParseError::WrongType { field, expected: "a string" })?;
    if value.len() > CHECKPOINT {
        return Err(ParseError::TooLarge { field, limit: CHECKPOINT });
    }
    Ok(value.into_owned())
}

/// Takes an array of at most `limit` elements.
pub(crate) fn elements<'a>(
    fields: &mut Fields<'a>,
    field: &'static str,
    limit: usize,
) -> std::result::Result<impl Iterator<Item = Value<'a>>, ParseError> {
    let value = fields.required(field)?;
    let elements = || value.elements().ok_or(ParseError::WrongType { field, expected: "an array" });
    if elements()?.count() > limit {
        return Err(ParseError::TooMany { field, limit });
    }
    elements()
}

/// Takes an array of digests.
pub(crate) fn digests(
    fields: &mut Fields<'_>,
    field: &'static str,
) -> std::result::Result<Vec<Digest>, ParseError> {
    let digest = |value: Value<'_>| {
        let digest = value.as_str().and_then(|text| Digest::parse(&text));
        digest.ok_or(ParseError::Invalid { field, code: Code::InvalidDigest })
    };
    elements(fields, field, ENTRIES)?.map(digest).collect()
}

/// Digests as an array.
pub(crate) fn digests_json(digests: &[Digest]) -> String {
    digests.iter().fold(ArrayWriter::new(), |array, digest| array.string(&digest.to_string())).finish()
}
