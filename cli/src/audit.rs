//! The audit file: everything that decisions about a model, or about all, rest on, in one file for years to come.
//!
//! It brings no pin: whoever reads it years later brings that, and all else proves itself.

mod recorded;
mod report;

use std::collections::BTreeMap;

use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    name::ModelId,
    time::Timestamp,
};

pub(crate) use recorded::{Again, Recorded};
pub(crate) use report::{LedgerFinding, Report, Standing};

use crate::{
    document::{Claim, Document},
    error::{At as _, Error, Result},
    ledger::{ENTRIES, Ledger, digests, digests_json, elements, text},
    store::Held,
};

/// The media type of an audit file.
pub(crate) const AUDIT: &str = "application/vnd.placet.audit+json;version=1";

/// An audit file. Nothing of it is verified.
#[derive(Debug)]
pub(crate) struct AuditFile {
    /// When it was made, as it says.
    pub(crate) exported_at: Timestamp,
    /// The model that it is about; none: all.
    pub(crate) model: Option<ModelId>,
    /// Policies, lists, documents and the ledger.
    pub(crate) held: Held,
    /// Records of decisions that deployments followed, byte for byte.
    pub(crate) decisions: Vec<Vec<u8>>,
}

impl AuditFile {
    /// What a directory holds about a model, or about all of them. What is about no model (policies, lists, key
    /// revocations) belongs to all.
    pub(crate) fn of(
        mut held: Held,
        decisions: BTreeMap<Digest, Vec<u8>>,
        model: Option<ModelId>,
        exported_at: Timestamp,
    ) -> Self {
        let wanted = |of: Option<&ModelId>| model.is_none() || of.is_none() || of == model.as_ref();
        held.documents.retain(|_, document| wanted(document.model()));
        let deployments = held.documents.values().filter_map(|document| match &document.claim {
            Claim::Deployment(deployment) => Some(deployment.decision),
            _ => None,
        });
        let followed: Vec<_> = deployments.collect();
        let decisions =
            decisions.into_iter().filter(|(digest, _)| model.is_none() || followed.contains(digest));
        let decisions = decisions.map(|(_, record)| record).collect();
        Self { exported_at, model, held, decisions }
    }

    /// Reads an audit file.
    ///
    /// # Errors
    ///
    /// What it is that cannot be read; `policy_equivocation` and `list_equivocation` where two claim one number.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut fields = Fields::of(Value::parse(bytes).map_err(ParseError::from)?, "audit file")?;
        if text(&mut fields, "media_type")? != AUDIT {
            return Err(ParseError::Invalid { field: "media_type", code: Code::UnsupportedVersion }.into());
        }
        let exported_at = Timestamp::parse(&text(&mut fields, "exported_at")?);
        let exported_at =
            exported_at.ok_or(ParseError::Invalid { field: "exported_at", code: Code::InvalidTime })?;
        let model = fields.required("model_id")?;
        let model = match model.as_str() {
            None if model.is_null() => None,
            None => return Err(ParseError::WrongType { field: "model_id", expected: "a string" }.into()),
            Some(text) => Some(ModelId::parse(&text)?),
        };
        let mut held = Held::default();
        for document in documents(&mut fields, "policies")? {
            let Claim::Policy(policy) = &document.claim else { return Err(misplaced(&document)) };
            if held.policies.insert(policy.version, document.envelope).is_some() {
                return Err(Error::of(Code::PolicyEquivocation, Code::PolicyEquivocation.meaning()));
            }
        }
        for document in documents(&mut fields, "revocation_lists")? {
            let Claim::RevocationList(list) = &document.claim else { return Err(misplaced(&document)) };
            if held.lists.insert(list.number, document.envelope).is_some() {
                return Err(Error::of(Code::ListEquivocation, Code::ListEquivocation.meaning()));
            }
        }
        for document in documents(&mut fields, "documents")? {
            if matches!(document.claim, Claim::Policy(_) | Claim::RevocationList(_)) {
                return Err(misplaced(&document));
            }
            held.documents.insert(document.digest(), document);
        }
        held.ledger = match fields.required("ledger")? {
            value if value.is_null() => None,
            value => {
                let mut fields = Fields::of(value, "ledger")?;
                let (checkpoint, entries) =
                    (text(&mut fields, "checkpoint")?, digests(&mut fields, "entries")?);
                fields.finish()?;
                Some(Ledger { checkpoint, entries, envelopes: Vec::new() })
            }
        };
        let record = |value: Value<'_>| {
            let text =
                value.as_str().ok_or(ParseError::WrongType { field: "decisions", expected: "strings" })?;
            Ok(text.into_owned().into_bytes())
        };
        let decisions = elements(&mut fields, "decisions", ENTRIES)?.map(record);
        let decisions = decisions.collect::<std::result::Result<_, ParseError>>()?;
        fields.finish()?;
        Ok(Self { exported_at, model, held, decisions })
    }

    /// The file as canonical JSON.
    pub(crate) fn to_json(&self) -> String {
        let array = |envelopes: &mut dyn Iterator<Item = &Envelope>| {
            envelopes.fold(ArrayWriter::new(), |array, envelope| array.raw(&envelope.to_json())).finish()
        };
        let decisions = self.decisions.iter().filter_map(|record| std::str::from_utf8(record).ok());
        let ledger = self.held.ledger.as_ref().map(|ledger| {
            ObjectWriter::new()
                .string("checkpoint", &ledger.checkpoint)
                .raw("entries", digests_json(&ledger.entries))
                .finish()
        });
        let documents = &mut self.held.documents.values().map(|document| &document.envelope);
        ObjectWriter::new()
            .string("media_type", AUDIT)
            .display("exported_at", &self.exported_at)
            .optional("model_id", self.model.as_ref())
            .raw("policies", array(&mut self.held.policies.values()))
            .raw("revocation_lists", array(&mut self.held.lists.values()))
            .raw("documents", array(documents))
            .raw("ledger", ledger.unwrap_or_else(|| "null".into()))
            .raw("decisions", decisions.fold(ArrayWriter::new(), ArrayWriter::string).finish())
            .finish()
    }
}

/// Takes an array of envelopes.
fn documents(fields: &mut Fields<'_>, field: &'static str) -> Result<Vec<Document>> {
    let read = |(index, value): (usize, Value<'_>)| {
        Envelope::from_value(value).and_then(Document::of).at(format_args!("{field}[{index}]"))
    };
    elements(fields, field, ENTRIES)?.enumerate().map(read).collect()
}

fn misplaced(document: &Document) -> Error {
    let message = format!("a {} stands among documents of another kind", document.kind());
    Error::new("wrong_document", message)
}
