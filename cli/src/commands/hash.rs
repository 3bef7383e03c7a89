//! `placet hash`: the digest of weights, and the manifest behind it.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use placet_core::{key::words, weights::Manifest};
use serde_json::{Value, json};

use super::Context;
use crate::{
    error::Result,
    hashing::{self, Links},
    terminal::{self, size},
};

/// Hash weights: a file, or a directory by its manifest
///
/// The digest of a file is its SHA-256. The digest of a directory is the SHA-256 of its manifest, which is what
/// sha256sum prints for its files in the order of their names:
///
///   find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum
///
/// Symbolic links and special files are refused, as are names that commands or other systems read differently.
#[derive(Args, Debug)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:
  placet hash weights.npz
  placet hash weights/ --manifest          the lines whose hash it is
  placet hash ~/.cache/models/x --follow   a download cache made of links"
)]
pub(super) struct Hash {
    /// The file or directory
    path: PathBuf,
    /// Read through symbolic links, and hash what they lead to
    #[arg(long)]
    follow: bool,
    /// Print the manifest, as sha256sum does, instead of its digest
    #[arg(long)]
    manifest: bool,
}

impl Hash {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let links = if self.follow { Links::Follow } else { Links::Refuse };
        let manifest = hashing::manifest(&self.path, links)?;
        if self.manifest && !context.json {
            terminal::write_bytes(manifest.text().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        let weights = manifest.weights();
        let count = manifest.files().len();
        let text = format!(
            "{}\n  {}, {count} file{}, {}\n  in words: {}\n",
            weights.digest,
            weights.kind.as_str(),
            if count == 1 { "" } else { "s" },
            size(manifest.size()),
            words(&weights.digest)
        );
        context.answer(&text, &manifest_json(&manifest))
    }
}

/// A manifest for programs.
fn manifest_json(manifest: &Manifest) -> Value {
    let weights = manifest.weights();
    let files = manifest
        .files()
        .iter()
        .map(|file| json!({ "path": file.path, "size": file.size, "digest": file.digest.to_string() }));
    json!({
        "kind": weights.kind.as_str(),
        "digest": weights.digest.to_string(),
        "size": manifest.size(),
        "files": files.collect::<Vec<_>>(),
    })
}
