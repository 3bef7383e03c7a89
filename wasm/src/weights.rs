//! The digest of weights: a file that is read piece by piece, or a directory of files that were.
//!
//! A decision is about the weights that a process really loads, so their digest is taken from the
//! bytes and never from a document. Files of many gigabytes pass through in pieces; only the state
//! of the hash function stays in memory.

use placet_core::{
    code::Code,
    digest::{Digest, Hasher},
    error::ParseError,
    limits,
    weights::{Manifest, WeightsFile, WeightsKind, check_path},
};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::boundary::{Thrown, object};

/// SHA-256 (FIPS 180-4) over a file's pieces, in order.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct WeightsHasher {
    hasher: Hasher,
    size: u64,
}

#[wasm_bindgen]
impl WeightsHasher {
    /// Begins with the empty file.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        self.size = self.size.saturating_add(piece.len() as u64);
    }

    /// Ends the file and returns `{kind, digest, size}`.
    ///
    /// # Errors
    ///
    /// None for a file that there can be.
    pub fn finish(self) -> Result<JsValue, JsValue> {
        let (kind, digest) = (WeightsKind::File.as_str(), self.hasher.finish().to_string());
        object(&File { kind, digest, size: self.size })
    }
}

/// The manifest of a directory, file by file.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct ManifestHasher {
    files: Vec<WeightsFile>,
}

#[wasm_bindgen]
impl ManifestHasher {
    /// Begins with the empty directory.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file; the order does not matter.
    ///
    /// # Errors
    ///
    /// Throws `manifest_path`, `invalid_digest` or `too_many`.
    pub fn add(&mut self, path: String, size: u64, digest: &str) -> Result<(), JsValue> {
        if self.files.len() >= limits::FILES {
            return Err(Thrown::from(ParseError::TooMany { field: "files", limit: limits::FILES }).into());
        }
        check_path(&path).map_err(Thrown::from)?;
        let invalid = ParseError::Invalid { field: "digest", code: Code::InvalidDigest };
        let digest = Digest::parse(digest).ok_or_else(|| Thrown::from(invalid))?;
        self.files.push(WeightsFile { path, size, digest });
        Ok(())
    }

    /// Ends the directory and returns `{kind, digest}`.
    ///
    /// # Errors
    ///
    /// Throws `manifest_empty` or `manifest_case_collision`.
    pub fn finish(self) -> Result<JsValue, JsValue> {
        let weights = Manifest::directory(self.files).map_err(Thrown::from)?.weights();
        object(&Directory { kind: weights.kind.as_str(), digest: weights.digest.to_string() })
    }
}

#[derive(Serialize)]
struct File {
    kind: &'static str,
    digest: String,
    size: u64,
}

#[derive(Serialize)]
struct Directory {
    kind: &'static str,
    digest: String,
}
