//! `placet bundle`: the two files that a gateway needs.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use placet_core::{bundle::Bundle, limits, trust::Trust};
use serde_json::json;

use super::Context;
use crate::{
    error::{At as _, Error, Result},
    files::{self, Access},
    words::Put as _,
};

/// Write the evidence for one proposal into one file, and the trust into another
///
/// With these two files any machine decides by itself: `placet verify --bundle FILE --trust FILE`. A bundle or trust
/// file that is there already is replaced in one step; any other file is left alone.
#[derive(Args, Debug)]
#[command(
    name = "bundle",
    after_help = "Examples:
  placet bundle digits-classifier@2 --output digits.bundle.json --trust-output trust.json
  placet bundle 9f2c41 --output digits.bundle.json"
)]
pub(super) struct MakeBundle {
    /// The proposal: its digest or the beginning of it, a file, or MODEL@VERSION
    proposal: String,
    /// The bundle to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The trust file to write: pins, policies, lists and loose revocations
    #[arg(long, value_name = "FILE")]
    trust_output: Option<PathBuf>,
}

impl MakeBundle {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let mut evidence = context.source.evidence()?;
        let digest = evidence.find_proposal(&self.proposal)?;
        let bundle = evidence.bundle(digest)?;
        let approvals = bundle.approvals().count();
        // Both are made and checked before either is written.
        let bundle = bundle.to_json();
        Bundle::parse(bundle.as_bytes())?;
        let trust = evidence.trust().to_json();
        Trust::parse(trust.as_bytes())?;
        check_target(&self.output, limits::BUNDLE, |bytes| Bundle::parse(bytes).is_ok())?;
        if let Some(path) = &self.trust_output {
            check_target(path, limits::TRUST, |bytes| Trust::parse(bytes).is_ok())?;
            write(path, &trust)?;
        }
        write(&self.output, &bundle)?;
        let mut text = format!(
            "Wrote the bundle of {digest} with {approvals} approvals\n  to {}\n",
            self.output.display()
        );
        if let Some(path) = &self.trust_output {
            text.put(format_args!("and the trust\n  to {}\n", path.display()));
        }
        let json = json!({
            "proposal": digest.to_string(),
            "bundle": self.output.display().to_string(),
            "trust": self.trust_output.as_ref().map(|path| path.display().to_string()),
            "approvals": approvals,
        });
        context.answer(&text, &json)
    }
}

/// Whether a file may be written: it is not there, or it is an older one of the same kind.
fn check_target(path: &Path, limit: usize, is_same_kind: impl Fn(&[u8]) -> bool) -> Result<()> {
    if !path.exists() || files::read(path, limit).is_ok_and(|bytes| is_same_kind(&bytes)) {
        return Ok(());
    }
    Err(Error::new("file_exists", format!("{} is there already and is something else", path.display()))
        .hint("move it away, or name another file"))
}

fn write(path: &Path, text: &str) -> Result<()> {
    let bytes = format!("{text}\n");
    if path.exists() {
        return files::replace(path, bytes.as_bytes());
    }
    files::create(path, bytes.as_bytes(), Access::Anyone).map(drop).at("bundle")
}
