//! The digest of a weights file that is read piece by piece.
//!
//! A decision is about the weights that a process really loads, so their digest is taken from the
//! bytes and never from a document. Files of many gigabytes pass through in pieces; only the state
//! of the hash function stays in memory.

use core::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use wasm_bindgen::prelude::*;

use crate::error::to_object;

/// The weights of one file, as a request and a training output name them.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FileWeights {
    /// Always `file`.
    pub kind: &'static str,
    /// `sha256:` and 64 lower-case hexadecimal digits.
    pub digest: String,
    /// The length in bytes.
    pub size: u64,
}

/// SHA-256 (FIPS 180-4) over a file's pieces, in order.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct WeightsHasher {
    hasher: Sha256,
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
        to_object(&self.into_weights())
    }
}

impl WeightsHasher {
    /// Ends the file.
    #[must_use]
    pub fn into_weights(self) -> FileWeights {
        let mut digest = String::from("sha256:");
        for byte in self.hasher.finalize() {
            // Writing to a string cannot fail.
            let _ = write!(digest, "{byte:02x}");
        }
        FileWeights {
            kind: "file",
            digest,
            size: self.size,
        }
    }
}
