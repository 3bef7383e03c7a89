//! The evidence directory: plain files that a person can read and git can hold.
//!
//! ```text
//! pins                       digests of version 1 of the policy, one a line: the only part that must come from a safe place
//! policies/0001.json         policies by version
//! lists/000212.json          revocation lists by number
//! documents/<hex>.json       everything else that was signed, by the digest of its payload
//! ledger.json                every entry of the registry's ledger, with the checkpoint over them
//! decisions/<hex>.json       decisions that a deployment followed, by their digest
//! state.json                 what `placet verify` has seen, so that nobody can take it back to an older truth
//! ```
//!
//! Every file but `pins` and `state.json` proves itself: it is an envelope that is verified whenever it is read. Files
//! are written whole or not at all, and none is written over that says something else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
};

use placet_core::{digest::Digest, envelope::Envelope, limits, state::State};

use crate::{
    document::{Claim, Document},
    error::{At as _, Error, Result},
    files::{self, Access, Batch},
    ledger::Ledger,
};

/// An evidence directory.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    root: PathBuf,
}

/// What an evidence directory holds. Nothing of it is verified.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pub(crate) pins: BTreeSet<Digest>,
    pub(crate) policies: BTreeMap<u64, Envelope>,
    pub(crate) lists: BTreeMap<u64, Envelope>,
    pub(crate) documents: BTreeMap<Digest, Document>,
    pub(crate) ledger: Option<Ledger>,
}

/// What became of a document that was put into the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It is new.
    New,
    /// It was there, and has new signatures now.
    Merged,
    /// It was there as it is.
    Known,
}

impl Put {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Merged => "merged",
            Self::Known => "known",
        }
    }
}

impl Store {
    /// An evidence directory that is there.
    ///
    /// # Errors
    ///
    /// `evidence_directory_missing`.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        let store = Self::at(root);
        if store.pins_path().is_file() {
            return Ok(store);
        }
        let message = format!("{} is no evidence directory: it has no file `pins`", root.display());
        Err(Error::new("evidence_directory_missing", message)
            .hint("name it with --dir or PLACET_DIR, or make one with `placet init`"))
    }

    /// An evidence directory that may have to be made.
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The file with the pins.
    pub(crate) fn pins_path(&self) -> PathBuf {
        self.root.join("pins")
    }

    /// Where the state is kept.
    pub(crate) fn state_path(&self) -> PathBuf {
        self.root.join("state.json")
    }

    /// Where a policy of this version is kept.
    pub(crate) fn policy_path(&self, version: u64) -> PathBuf {
        self.root.join("policies").join(format!("{version:04}.json"))
    }

    /// Where a revocation list of this number is kept.
    pub(crate) fn list_path(&self, number: u64) -> PathBuf {
        self.root.join("lists").join(format!("{number:06}.json"))
    }

    /// Where a document is kept.
    pub(crate) fn document_path(&self, digest: Digest) -> PathBuf {
        self.root.join("documents").join(format!("{}.json", digest.to_hex()))
    }

    /// Where the copy of the ledger is kept.
    pub(crate) fn ledger_path(&self) -> PathBuf {
        self.root.join("ledger.json")
    }

    /// Where the decisions are kept that deployments followed.
    pub(crate) fn decisions_path(&self) -> PathBuf {
        self.root.join("decisions")
    }

    /// Keeps other commands from writing until the lock is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        lock(&self.pins_path())
    }

    /// Reads everything.
    ///
    /// # Errors
    ///
    /// The first file that cannot be read, with its code: a file that was a rejection and is garbage now must not be
    /// passed over.
    pub(crate) fn load(&self) -> Result<Held> {
        let mut held = Held { pins: self.pins()?, ..Held::default() };
        for path in self.files("policies")? {
            let document = read_document(&path)?;
            let Claim::Policy(policy) = &document.claim else { return Err(misfiled(&path, &document)) };
            ensure_name(&path, &self.policy_path(policy.version), &document)?;
            held.policies.insert(policy.version, document.envelope);
        }
        for path in self.files("lists")? {
            let document = read_document(&path)?;
            let Claim::RevocationList(list) = &document.claim else { return Err(misfiled(&path, &document)) };
            ensure_name(&path, &self.list_path(list.number), &document)?;
            held.lists.insert(list.number, document.envelope);
        }
        for path in self.files("documents")? {
            let document = read_document(&path)?;
            if matches!(document.claim, Claim::Policy(_) | Claim::RevocationList(_)) {
                return Err(misfiled(&path, &document));
            }
            ensure_name(&path, &self.document_path(document.digest()), &document)?;
            held.documents.insert(document.digest(), document);
        }
        if self.ledger_path().exists() {
            held.ledger = Some(Ledger::read(&self.ledger_path())?);
        }
        Ok(held)
    }

    /// The pinned digests. Lines that begin with `#` are remarks.
    fn pins(&self) -> Result<BTreeSet<Digest>> {
        let path = self.pins_path();
        let text = String::from_utf8(files::read(&path, limits::TEXT)?);
        let text = text.map_err(|_| Error::new("invalid_utf8", format!("{} is no UTF-8", path.display())))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let parse = |line| {
            let message = || format!("{}: `{line}` is no digest", path.display());
            Digest::parse(line).ok_or_else(|| Error::new("invalid_digest", message()))
        };
        lines.map(parse).collect()
    }

    /// The JSON files of a part of the directory, sorted.
    fn files(&self, part: &str) -> Result<Vec<PathBuf>> {
        let path = self.root.join(part);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("file_unreadable", &path, &error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| Error::io("file_unreadable", &path, &error))?.path();
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if !hidden && path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Takes a document in; signatures of a known one are merged. The caller has verified it and holds the lock.
    ///
    /// An approval counts with exactly one signature, so to a known statement nothing is added (attack: a second
    /// signature that makes a good approval useless).
    ///
    /// # Errors
    ///
    /// `list_equivocation`, `policy_equivocation`, `too_many`, or why a file cannot be read or written.
    pub(crate) fn put(&self, document: &Document) -> Result<(PathBuf, Put)> {
        let (path, equivocation, may_merge) = match &document.claim {
            Claim::Policy(policy) => (self.policy_path(policy.version), "policy_equivocation", true),
            Claim::RevocationList(list) => (self.list_path(list.number), "list_equivocation", true),
            _ => (self.document_path(document.digest()), "file_exists", false),
        };
        if !path.exists() {
            self.create(&path, &file_text(&document.envelope))?;
            return Ok((path, Put::New));
        }
        let held = read_document(&path)?.envelope;
        if held.digest() != document.digest() {
            let message = format!("{} holds another document of the same number", path.display());
            return Err(Error::new(equivocation, message));
        }
        let mut merged = held.clone();
        merged.merge(document.envelope.clone());
        if !may_merge || merged.signature_count() == held.signature_count() {
            return Ok((path, Put::Known));
        }
        if merged.signature_count() > limits::SIGNATURES {
            return Err(Error::new("too_many", format!("more than {} signatures", limits::SIGNATURES)));
        }
        files::replace(&path, &file_text(&merged))?;
        Ok((path, Put::Merged))
    }

    /// Keeps a copy of the ledger in the place of an older one, which the caller has compared.
    pub(crate) fn put_ledger(&self, ledger: &Ledger) -> Result<()> {
        files::replace(&self.ledger_path(), format!("{}\n", ledger.to_json()).as_bytes())
    }

    /// The records of decisions that are kept, byte for byte.
    pub(crate) fn decisions(&self) -> Result<BTreeMap<Digest, Vec<u8>>> {
        let paths = self.files("decisions")?.into_iter();
        let records = paths.map(|path| {
            let record = files::read(&path, limits::PAYLOAD)?;
            let digest = Digest::of(&record);
            let name = path.file_stem().map(|name| name.to_string_lossy().into_owned());
            if name == Some(digest.to_hex()) {
                return Ok((digest, record));
            }
            let message = format!("{} holds another decision than its name says", path.display());
            Err(Error::new("evidence_misfiled", message))
        });
        records.collect()
    }

    /// Keeps the record of a decision; gives its digest.
    pub(crate) fn put_decision(&self, record: &[u8]) -> Result<PathBuf> {
        let path = self.decisions_path().join(format!("{}.json", Digest::of(record).to_hex()));
        self.create(&path, record)?;
        Ok(path)
    }

    /// Writes a new file, with the directory that it stands in.
    fn create(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let mut batch = Batch::new();
        batch.directory(path.parent().unwrap_or(&self.root))?;
        batch.create(path, bytes, Access::Anyone)?;
        batch.keep();
        Ok(())
    }
}

/// The text of an envelope as a file.
pub(crate) fn file_text(envelope: &Envelope) -> Vec<u8> {
    let mut text = envelope.to_json();
    text.push('\n');
    text.into_bytes()
}

/// Reads an envelope and what it claims from a file.
pub(crate) fn read_document(path: &Path) -> Result<Document> {
    let envelope = Envelope::parse(&files::read(path, limits::ENVELOPE)?).at(path.display())?;
    Document::of(envelope).at(path.display())
}

fn ensure_name(path: &Path, expected: &Path, document: &Document) -> Result<()> {
    if path.file_name() == expected.file_name() { Ok(()) } else { Err(misfiled(path, document)) }
}

fn misfiled(path: &Path, document: &Document) -> Error {
    let message = format!("{} holds a {}, {}", path.display(), document.kind(), document.digest());
    Error::new("evidence_misfiled", message)
        .hint("move it out of the evidence directory, and take it in with `placet add`")
}

/// Locks a file that every command opens, until the lock is dropped.
pub(crate) fn lock(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| Error::io("file_unreadable", path, &error))?;
    file.lock().map_err(|error| Error::io("file_unreadable", path, &error))?;
    Ok(file)
}

/// Reads a state, which is empty where there is none yet.
pub(crate) fn read_state(path: &Path) -> Result<State> {
    if !path.exists() {
        return Ok(State::new());
    }
    State::parse(&files::read(path, limits::STATE)?).at(path.display()).map_err(|error| {
        error.hint("restore it from a copy; a verifier without its state can be taken back to an older list")
    })
}
