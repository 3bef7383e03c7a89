//! How a document is named: by its digest or the beginning of it, by a file, or by `MODEL@VERSION`.

use std::path::Path;

use placet_core::digest::Digest;

use super::Evidence;
use crate::{
    document::{Claim, Document},
    error::{Error, Result},
    store,
    words::indented,
};

impl Evidence {
    /// Finds a training output.
    pub(crate) fn find_training_output(&mut self, reference: &str) -> Result<Digest> {
        self.find(reference, "training output", |_, document, model_version| {
            let Claim::TrainingOutput(training) = &document.claim else { return false };
            model_version.is_none_or(|(model, version)| {
                training.subject.model_id.as_str() == model && training.version.as_str() == version
            })
        })
    }

    /// Finds a proposal.
    pub(crate) fn find_proposal(&mut self, reference: &str) -> Result<Digest> {
        self.find(reference, "proposal", |evidence, document, model_version| {
            let Claim::Proposal(proposal) = &document.claim else { return false };
            model_version.is_none_or(|(model, version)| {
                proposal.subject.model_id.as_str() == model && evidence.version_of(proposal) == Some(version)
            })
        })
    }

    /// Finds any document.
    pub(crate) fn find_document(&mut self, reference: &str) -> Result<Digest> {
        self.find(reference, "document", |_, _, model_version| model_version.is_none())
    }

    /// Finds the one document that is meant: by the digest or the beginning of it, by a file, or by `MODEL@VERSION`.
    fn find(
        &mut self,
        reference: &str,
        kind: &'static str,
        fits: impl Fn(&Self, &Document, Option<(&str, &str)>) -> bool,
    ) -> Result<Digest> {
        let hex = reference.strip_prefix("sha256:").unwrap_or(reference);
        let is_hex = (6..=64).contains(&hex.len())
            && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let path = Path::new(reference);
        let found: Vec<Digest> = if is_hex {
            let begins = |digest: &Digest| digest.to_hex().starts_with(hex);
            let fitting = self.documents.iter().filter(|(_, document)| fits(self, document, None));
            fitting.map(|(digest, _)| *digest).filter(begins).collect()
        } else if path.is_file() {
            let document = store::read_document(path)?;
            if !fits(self, &document, None) {
                let message = format!("{reference} holds a {}, not a {kind}", document.kind());
                return Err(Error::new("wrong_document", message));
            }
            let digest = document.digest();
            if !self.documents.contains_key(&digest) {
                self.insert(document);
            }
            vec![digest]
        } else if let Some(model_version) = reference.rsplit_once('@') {
            let documents = self.documents.iter();
            let fitting = documents.filter(|(_, document)| fits(self, document, Some(model_version)));
            fitting.map(|(digest, _)| *digest).collect()
        } else {
            let message = format!("`{reference}` names no {kind}");
            return Err(Error::new("reference_malformed", message)
                .hint("name it by at least six digits of its digest, by a file, or as MODEL@VERSION"));
        };
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(Error::new("document_not_found", format!("there is no {kind} `{reference}`"))
                .hint("`placet show` lists what is there")),
            several => {
                let list = indented(several);
                Err(Error::new(
                    "document_ambiguous",
                    format!("`{reference}` may be any of these:\n{}", list.trim_end()),
                )
                .hint("name one by its digest"))
            }
        }
    }
}
