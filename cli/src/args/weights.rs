//! Weights on disk, or a digest from the deployer's own configuration.

use std::path::PathBuf;

use clap::Args;
use placet_core::{
    digest::Digest,
    weights::{Manifest, Weights, WeightsKind},
};

use super::source::parse_digest;
use crate::{
    error::{Error, Result},
    hashing::{self, Links},
};

/// Which weights it is about.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Weights")]
pub(crate) struct WeightsArgs {
    /// The file or directory that will be loaded; it is hashed here and now
    #[arg(long, value_name = "PATH", required_unless_present = "weights_digest")]
    weights: Option<PathBuf>,
    /// Read through symbolic links, and hash what they lead to
    #[arg(long)]
    follow: bool,
    /// Instead of hashing: the digest from your own configuration, never one that came with the model
    #[arg(long, value_name = "DIGEST", conflicts_with = "weights", requires = "weights_kind", value_parser = parse_digest)]
    weights_digest: Option<Digest>,
    /// Of what it is the digest: file or directory
    #[arg(long, value_name = "KIND", requires = "weights_digest", value_parser = parse_kind)]
    weights_kind: Option<WeightsKind>,
}

impl WeightsArgs {
    /// Hashes the weights, or takes the digest that was given.
    pub(crate) fn read(&self) -> Result<Weights> {
        match (self.weights_digest, self.weights_kind) {
            (Some(digest), Some(kind)) => Ok(Weights { kind, digest }),
            _ => Ok(self.manifest()?.weights()),
        }
    }

    /// Hashes the weights.
    pub(crate) fn manifest(&self) -> Result<Manifest> {
        let Some(path) = &self.weights else {
            return Err(Error::new("weights_required", "the files of the weights are needed")
                .hint("name them with --weights PATH"));
        };
        hashing::manifest(path, if self.follow { Links::Follow } else { Links::Refuse })
    }

    /// Where the weights are, if they are named.
    pub(crate) fn path(&self) -> Option<&PathBuf> {
        self.weights.as_ref()
    }
}

fn parse_kind(text: &str) -> std::result::Result<WeightsKind, String> {
    WeightsKind::parse(text).ok_or_else(|| "weights are a `file` or a `directory`".into())
}
