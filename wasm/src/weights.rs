//! The digest of a weights file that is read piece by piece.
//!
//! A decision is about the weights that a process really loads, so their digest is taken from the
//! bytes and never from a document. Files of many gigabytes pass through in pieces; only the state
//! of the hash function stays in memory.

use placet_core::{digest::Hasher, weights::WeightsKind};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::boundary::to_object;

/// The weights of one file, as a request and a training output name them.
#[derive(Serialize)]
struct FileWeights {
    kind: &'static str,
    digest: String,
    size: u64,
}

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
    #[must_use]
    pub fn finish(self) -> JsValue {
        to_object(&FileWeights {
            kind: WeightsKind::File.as_str(),
            digest: self.hasher.finish().to_string(),
            size: self.size,
        })
    }
}
