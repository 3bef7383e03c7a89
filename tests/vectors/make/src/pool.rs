//! Envelopes that several vectors of a directory share stand in files of their own, by a name that says what they are.

use std::collections::BTreeMap;

use placet_core::{digest::Digest, envelope::Envelope};
use serde_json::{Value, json};

/// How every envelope begins that this project writes.
const BEGINNING: &str = r#"{"payload":""#;

/// The envelopes that have a file.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// By their text.
    names: BTreeMap<String, String>,
}

impl Pool {
    /// The envelopes that occur more than once in `texts`.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = BTreeMap::<&str, usize>::new();
        for envelope in texts.flat_map(envelopes) {
            *counts.entry(envelope).or_default() += 1;
        }
        let shared = counts.into_iter().filter(|(_, count)| *count > 1);
        Self { names: shared.map(|(text, _)| (text.to_owned(), name(text))).collect() }
    }

    /// Text in pieces, those that have a file by its name.
    pub(crate) fn forms(&self, text: &str) -> Vec<Value> {
        let mut forms = Vec::new();
        let mut rest = text;
        for envelope in envelopes(text) {
            let Some(name) = self.names.get(envelope) else { continue };
            let Some((before, after)) = rest.split_once(envelope) else { continue };
            if !before.is_empty() {
                forms.push(json!({"utf8": before}));
            }
            forms.push(json!({"file": format!("files/{name}")}));
            rest = after;
        }
        if !rest.is_empty() {
            forms.push(json!({"utf8": rest}));
        }
        forms
    }

    /// Name and content of every file.
    pub(crate) fn files(&self) -> impl Iterator<Item = (String, String)> {
        self.names.iter().map(|(text, name)| (format!("files/{name}"), text.clone()))
    }
}

/// The envelopes in a text, in order.
fn envelopes(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(BEGINNING).filter_map(|(start, _)| {
        let envelope = text.get(start..)?;
        // The list of signatures ends the envelope, as its keys are sorted.
        let end = envelope.find("}]}").map(|end| end + 3)?;
        let envelope = envelope.get(..end)?;
        Envelope::parse(envelope.as_bytes()).is_ok().then_some(envelope)
    })
}

/// What an envelope is, who signs it as it says, and enough of its digest to tell it from others.
fn name(text: &str) -> String {
    let digest = Digest::of(text.as_bytes()).to_hex();
    let payload =
        Envelope::parse(text.as_bytes()).ok().map(|envelope| envelope.unverified_payload().to_vec());
    let payload: Value =
        payload.and_then(|payload| serde_json::from_slice(&payload).ok()).unwrap_or_default();
    let field =
        |name: &str| payload["predicate"][name].as_str().or(payload[name].as_str()).map(ToOwned::to_owned);
    let kind = match payload["predicateType"].as_str() {
        Some(kind) => kind.split(':').nth(2).unwrap_or("statement").to_owned(),
        None if payload.get("entries").is_some() => "revocation-list".into(),
        None if payload.get("key").is_some() => "key-revocation".into(),
        None if payload.get("rules").is_some() => "policy".into(),
        None => "envelope".into(),
    };
    let signer = ["approver", "proposed_by", "trainer", "revoked_by"].into_iter().find_map(field);
    let signer = signer.map(|signer| format!("-{signer}")).unwrap_or_default();
    format!("{kind}{signer}-{}.json", &digest[..8])
}
