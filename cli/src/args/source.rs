//! Where the evidence is: a directory, or explicit files.

use std::{collections::BTreeSet, fs::File, path::PathBuf};

use clap::Args;
use placet_core::{bundle::Bundle, digest::Digest, limits, state::State, trust::Trust};

use crate::{
    error::{At as _, Error, Result},
    evidence::Evidence,
    files,
    store::{self, Store},
};

/// Where the evidence is.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Evidence")]
pub(crate) struct Source {
    /// The evidence directory
    #[arg(long, global = true, value_name = "DIR", env = "PLACET_DIR", default_value = "placet")]
    dir: PathBuf,
    /// Take policies, lists and loose revocations from this trust file, not from the directory
    #[arg(long, global = true, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Trust this digest of version 1 of the policy in place of the pins in the trust or audit file
    #[arg(long, global = true, value_name = "DIGEST", value_parser = parse_digest)]
    pin: Vec<Digest>,
    /// Take the evidence for one proposal from this bundle, not from the directory
    #[arg(long, global = true, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Keep what was seen in this file; without it in the directory, and with --trust nowhere
    #[arg(long, global = true, value_name = "FILE")]
    state: Option<PathBuf>,
}

impl Source {
    /// The evidence directory.
    ///
    /// # Errors
    ///
    /// `evidence_directory_missing`; `output_required` where explicit files stand in its place.
    pub(crate) fn store(&self) -> Result<Store> {
        if self.trust.is_some() {
            let message = "with --trust there is no evidence directory to write to";
            return Err(Error::new("output_required", message).hint("name a file with --output"));
        }
        Store::open(&self.dir)
    }

    /// The directory, whether it is there or not.
    pub(crate) fn directory(&self) -> &PathBuf {
        &self.dir
    }

    /// Reads all evidence.
    pub(crate) fn evidence(&self) -> Result<Evidence> {
        let bundle = self.bundle.as_ref().map(|path| -> Result<_> {
            Bundle::parse(&files::read(path, limits::BUNDLE)?).at(path.display())
        });
        let bundle = bundle.transpose()?;
        match &self.trust {
            Some(path) => {
                let mut trust = Trust::parse(&files::read(path, limits::TRUST)?).at(path.display())?;
                if !self.pin.is_empty() {
                    trust.pins = self.pin.iter().copied().collect();
                }
                Ok(Evidence::from_files(trust, bundle))
            }
            None if !self.pin.is_empty() => Err(Error::new(
                "usage",
                "--pin goes with a trust or audit file: the directory has its own pins",
            )),
            None => {
                let held = Store::open(&self.dir)?.load()?;
                // Only the ledger is led on from what was seen; all else needs no state to be read.
                let state = if held.ledger.is_some() { self.state()? } else { State::new() };
                Ok(Evidence::from_directory(held, bundle, &state))
            }
        }
    }

    /// The pins that were given, or else those of the directory.
    pub(crate) fn pins(&self) -> Result<BTreeSet<Digest>> {
        if !self.pin.is_empty() {
            return Ok(self.pin.iter().copied().collect());
        }
        let store = Store::open(&self.dir).map_err(|error| {
            error.hint("name the digest of version 1 of the policy, from a safe place, with --pin")
        })?;
        Ok(store.load()?.pins)
    }

    /// Keeps other commands with the same evidence from remembering until the lock is dropped.
    pub(crate) fn lock(&self) -> Result<File> {
        store::lock(self.trust.as_ref().unwrap_or(&Store::at(&self.dir).pins_path()))
    }

    /// What was seen so far.
    pub(crate) fn state(&self) -> Result<State> {
        self.state_path().map_or_else(|| Ok(State::new()), |path| store::read_state(&path))
    }

    /// Remembers what was seen, together with what another command remembered meanwhile.
    pub(crate) fn keep_state(&self, seen: State) -> Result<()> {
        let Some(path) = self.state_path() else { return Ok(()) };
        let _lock = self.lock()?;
        let before = store::read_state(&path)?;
        let after = before.clone().merge(seen);
        if after == before && path.exists() {
            return Ok(());
        }
        files::replace(&path, format!("{}\n", after.to_json()).as_bytes())
    }

    fn state_path(&self) -> Option<PathBuf> {
        let kept = || self.trust.is_none().then(|| Store::at(&self.dir).state_path());
        self.state.clone().or_else(kept)
    }
}

/// Reads a whole digest, for clap.
pub(crate) fn parse_digest(text: &str) -> std::result::Result<Digest, String> {
    Digest::parse(text).ok_or_else(|| "a digest is sha256: and 64 lower-case hex digits".into())
}
