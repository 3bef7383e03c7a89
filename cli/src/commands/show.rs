//! `placet show`: anything in words.

mod overview;

use std::{path::Path, process::ExitCode};

use clap::Args;
use placet_core::{
    bundle::Bundle,
    decision::DECISION,
    digest::Digest,
    envelope::Envelope,
    json::Value as Json,
    key::{PublicKey, Signer as _},
    limits,
    state::State,
    summary::escape,
    trust::Trust,
};
use serde_json::{Value, json};

use super::Context;
use crate::{
    document::Document,
    error::{At as _, Error, Result},
    evidence::Evidence,
    files,
    signing::{PassphraseArgs, open_key},
    terminal::{BAD, HEADING, paint},
    words::{Put as _, Table, document},
};

/// Show any document, bundle, trust file, decision or key in words; without an argument, what the directory holds
///
/// What a document says is a claim: `placet verify` tells what counts.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet show                     proposals, and where each may run
  placet show digits-classifier@2
  placet show 9f2c41
  placet show digits.bundle.json
  placet show 9f2c41 --json       the payload, byte for byte
  placet show alice.json          the public half of a key")]
pub(super) struct Show {
    /// A digest or the beginning of one, a file, or MODEL@VERSION
    what: Option<String>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

impl Show {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let Some(what) = &self.what else { return overview::run(context) };
        let path = Path::new(what);
        if path.is_file() {
            return self.file(context, path);
        }
        let mut evidence = context.source.evidence()?;
        let digest = match evidence.find_document(what) {
            Ok(digest) => digest,
            Err(error) if what.contains('@') => evidence
                .find_proposal(what)
                .or_else(|_| evidence.find_training_output(what))
                .map_err(|_| error)?,
            Err(error) => return Err(error),
        };
        let missing = || Error::new("document_not_found", format!("{digest} is not there"));
        show(context, evidence.document(digest).ok_or_else(missing)?, Some(&evidence))
    }

    fn file(&self, context: &Context, path: &Path) -> Result<ExitCode> {
        let bytes = files::read(path, limits::TRUST)?;
        let known = context.source.evidence().ok();
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return self.key(context, path);
        }
        let value = Json::parse(&bytes).map_err(placet_core::error::ParseError::from).at(path.display())?;
        let member = |name: &str| {
            let found = value.members()?.find(|(key, _)| key == name)?.1.as_str()?;
            Some(found.into_owned())
        };
        let has = |name: &str| value.members().is_some_and(|mut members| members.any(|(key, _)| key == name));
        if member("format").as_deref() == Some(DECISION) {
            return decision(context, value);
        }
        if has("format") || has("kty") {
            return self.key(context, path);
        }
        if has("pins") {
            return trust(context, &Trust::parse(&bytes).at(path.display())?);
        }
        if has("domains") {
            State::parse(&bytes).at(path.display())?;
            return context.answer(&format!("State of a verifier\n  {}\n", escape(value.raw())), &raw(value));
        }
        if has("media_type") {
            return bundle(context, &Bundle::parse(&bytes).at(path.display())?, known.as_ref());
        }
        let envelope = Envelope::parse(&bytes).at(path.display())?;
        show(context, &Document::of(envelope).at(path.display())?, known.as_ref())
    }

    /// The public half of a key file.
    fn key(&self, context: &Context, path: &Path) -> Result<ExitCode> {
        let public =
            match placet_keys::locked::LockedKey::parse(&files::read(path, placet_keys::MAX_FILE_LEN)?) {
                // What a locked file says of its public half is a claim until it is opened.
                Ok(locked) => PublicKey::from_bytes(&locked.public_key())?,
                Err(_) => open_key(Some(path), &self.passphrase).at("key")?.public_key().clone(),
            };
        let evidence = context.source.evidence().ok();
        let owner = evidence.as_ref().and_then(|evidence| {
            let owner = evidence.policy_for_words()?.owner(public.key_id())?;
            Some(evidence.person(owner))
        });
        let mut table = Table::default();
        table
            .row("public key", public.to_hex())
            .row("fingerprint", public.fingerprint())
            .row("in words", public.words())
            .row("key id", public.key_id())
            .row("owner", owner.as_deref().unwrap_or("not in the policy"));
        let json = json!({
            "public_key": public.to_hex(),
            "fingerprint": public.fingerprint(),
            "words": public.words(),
            "key_id": public.key_id().to_string(),
            "owner": owner,
        });
        context.answer(&format!("{}\n{}", paint(HEADING, "Key"), table.finish(2)), &json)
    }
}

/// One document; for programs its payload as it was signed.
fn show(context: &Context, found: &Document, evidence: Option<&Evidence>) -> Result<ExitCode> {
    if context.json {
        crate::terminal::write_bytes(found.envelope.unverified_payload())?;
        return Ok(ExitCode::SUCCESS);
    }
    let policy = evidence.and_then(Evidence::policy_for_words);
    context.answer(&document::document(found, policy), &Value::Null)
}

fn bundle(context: &Context, bundle: &Bundle, evidence: Option<&Evidence>) -> Result<ExitCode> {
    let policy = evidence.and_then(Evidence::policy_for_words);
    let first = bundle.training_output().into_iter().chain(bundle.proposal());
    let mut text = String::new();
    let mut digests = Vec::new();
    for envelope in first.chain(bundle.approvals()) {
        digests.push(envelope.digest().to_string());
        match Document::of(envelope.clone()) {
            Ok(found) => text.push_str(&document::document(&found, policy)),
            Err(error) => text.put(format_args!("{}: {error}\n", paint(BAD, "Unreadable"))),
        }
        text.push('\n');
    }
    text.pop();
    context.answer(&text, &json!({ "documents": digests }))
}

fn trust(context: &Context, trust: &Trust) -> Result<ExitCode> {
    let pins: Vec<_> = trust.pins.iter().map(ToString::to_string).collect();
    let mut table = Table::default();
    table
        .row("pins", pins.join(", "))
        .row("policies", trust.policies.len())
        .row("revocation lists", trust.revocation_lists.len())
        .row("loose revocations", trust.revocations.len());
    let verified = trust.verify();
    for pin in verified.pins() {
        let chain = verified.policy(pin).map_or("none verified".to_owned(), |chain| {
            format!(
                "version {} of {}",
                chain.newest().policy().version,
                escape(&chain.newest().policy().organization)
            )
        });
        table.row("policy", chain);
        if let Some(list) = verified.revocation_list(pin) {
            let list = list.list();
            table.row("list", format!("{}, until {}", list.number, list.window.not_after));
        }
    }
    let json = json!({
        "pins": pins,
        "policies": trust.policies.len(),
        "revocation_lists": trust.revocation_lists.len(),
        "revocations": trust.revocations.len(),
    });
    context.answer(&format!("{}\n{}", paint(HEADING, "Trust"), table.finish(2)), &json)
}

fn decision(context: &Context, value: Json<'_>) -> Result<ExitCode> {
    let digest = Digest::of(value.raw().as_bytes());
    let mut table = Table::default();
    table.row("digest", digest);
    flatten(&mut table, "", value);
    context.answer(&format!("{}\n{}", paint(HEADING, "Decision"), table.finish(2)), &raw(value))
}

/// Every leaf of a JSON document with its path.
fn flatten(table: &mut Table, path: &str, value: Json<'_>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(members) = value.members() {
        members.for_each(|(name, value)| flatten(table, &below(&escape(&name)), value));
    } else if let Some(elements) = value.elements() {
        elements.enumerate().for_each(|(index, value)| flatten(table, &below(&index.to_string()), value));
    } else {
        let text = value.as_str().map_or_else(|| value.raw().to_owned(), |text| escape(&text));
        table.row(path, text);
    }
}

fn raw(value: Json<'_>) -> Value {
    serde_json::from_str(value.raw()).unwrap_or_default()
}
