//! `placet pull`: takes in what a registry has, as far as it proves itself.
//!
//! Guards the evidence directory against a registry that lies: everything is fetched and verified under the directory's
//! own pin first, and only when all of it is good is anything written. What a registry withholds nobody can see.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
};

use clap::Args;
use placet_core::{code::Code, digest::Digest, envelope::Envelope, policy::Policy, state::State};
use serde_json::{Value, json};

use super::Context;
use crate::{
    args::parse_digest,
    document::{Claim, Document},
    error::{At as _, Error, Result},
    evidence::Evidence,
    ledger::{Ledger, log_of},
    registry_client::{Registry, RegistryArgs},
    store::{self, Held, Store},
    words::Put as _,
};

/// Take in what a registry has: policies, the revocation list and documents
///
/// Everything is verified under the directory's own pin before anything is written: one document that is not what its
/// digest says, or was not signed by who may, and nothing is taken in. A new directory needs the file `pins` alone, with
/// the digest of version 1 of the policy from a safe place.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet pull --registry http://127.0.0.1:8787
  mkdir placet && echo sha256:… > placet/pins && placet pull      a new directory, by the digest from the root
  placet pull sha256:…                                            one proposal, and what there is to trust")]
pub(super) struct Pull {
    /// Proposals, by their whole digests [default: everything that the registry has]
    #[arg(value_parser = parse_digest)]
    proposal: Vec<Digest>,
    #[command(flatten)]
    registry: RegistryArgs,
}

impl Pull {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let registry = self.registry.required()?;
        let store = context.source.store()?;
        let which = if self.proposal.is_empty() { None } else { Some(self.proposal.as_slice()) };
        let pulled = pull(&registry, &store, which)?;
        let mut text = String::new();
        let mut json = Vec::new();
        for (document, put) in &pulled {
            let (kind, digest) = (document.kind(), document.digest());
            if *put != store::Put::Known {
                text.put(format_args!("{:<6}  {kind} {digest}\n", put.as_str()));
            }
            json.push(json!({ "digest": digest.to_string(), "kind": kind, "status": put.as_str() }));
        }
        let new = pulled.iter().filter(|(_, put)| *put != store::Put::Known).count();
        text.put(format_args!("{} documents, {new} of them new here\n", pulled.len()));
        context.answer(&text, &json!({ "documents": Value::from(json), "new": new }))
    }
}

/// Takes in what there is to trust, and everything about these proposals, or about all.
///
/// # Errors
///
/// Those of [`Registry`], and the code of the first document that is not good; then nothing was written.
pub(super) fn pull(
    registry: &Registry,
    store: &Store,
    proposals: Option<&[Digest]>,
) -> Result<Vec<(Document, store::Put)>> {
    let before = store.load()?;
    let (envelopes, ledger) = fetch(registry, &before, proposals)?;
    let _lock = store.lock()?;
    let held = store.load()?;
    let held_ledger = held.ledger.clone();
    let numbers: BTreeMap<u64, Digest> =
        held.lists.iter().map(|(number, envelope)| (*number, envelope.digest())).collect();
    let evidence = Evidence::from_directory(held, None, &State::new());
    let (policies, others): (Vec<_>, Vec<_>) =
        envelopes.into_iter().partition(|envelope| envelope.payload_type() == placet_core::policy::POLICY);
    let evidence = if policies.is_empty() { evidence } else { evidence.with_policies(policies.clone())? };
    let mut documents = Vec::new();
    let mut seen = BTreeSet::new();
    for envelope in policies.into_iter().chain(others) {
        if !seen.insert(envelope.digest()) {
            continue;
        }
        let digest = envelope.digest();
        let document = Document::of(envelope).at(digest)?;
        // What a later version of Placet signs is left to it.
        if !matches!(document.claim, Claim::Other(_)) {
            check(&evidence, &numbers, &document).at(format_args!("{} {digest}", document.kind()))?;
            documents.push(document);
        }
    }
    let ledger = match evidence.policy()?.log {
        Some(_) => continued(evidence.policy()?, before.ledger, held_ledger, ledger)?,
        None => None,
    };
    if let Some(ledger) = ledger {
        store.put_ledger(&ledger)?;
    }
    let put = |document: Document| {
        let (_, put) = store.put(&document)?;
        Ok((document, put))
    };
    documents.into_iter().map(put).collect()
}

/// Everything that is asked for, as it came: what to trust first, and the ledger.
fn fetch(
    registry: &Registry,
    held: &Held,
    proposals: Option<&[Digest]>,
) -> Result<(Vec<Envelope>, Option<Ledger>)> {
    let trust = registry.trust()?;
    let ledger = trust.ledger.map(|view| registry.ledger_of(view.checkpoint, held.ledger.as_ref()));
    let ledger = ledger.transpose()?;
    let parts = trust.policies.into_iter().chain(trust.revocation_lists).chain(trust.revocations);
    let mut envelopes = parts.collect::<std::result::Result<Vec<_>, _>>()?;
    if let Some(proposals) = proposals {
        for proposal in proposals {
            envelopes.append(&mut registry.about(*proposal)?);
        }
        return Ok((envelopes, ledger));
    }
    for digest in registry.training_outputs()? {
        if !held.documents.contains_key(&digest) {
            envelopes.push(registry.envelope(digest)?);
        }
    }
    for proposal in registry.proposals()? {
        envelopes.append(&mut registry.about(proposal)?);
    }
    Ok((envelopes, ledger))
}

/// The registry's ledger, if it is newer than the copy that is held; it must continue the copy of `before`.
fn continued(
    policy: &Policy,
    before: Option<Ledger>,
    held: Option<Ledger>,
    new: Option<Ledger>,
) -> Result<Option<Ledger>> {
    let log = log_of(policy)?.without_threshold();
    let Some(new) = new else { return Ok(None) };
    // A copy of another log's, from before a rotation, is continued by nothing.
    let before = before.and_then(|before| before.verify(&log).ok());
    let verified = new.verify(&log).map_err(|error| match &before {
        // The entries that were held are the beginning of the new ones.
        Some(_) if error.code() == "ledger_mismatch" => {
            Error::of(Code::LedgerForked, Code::LedgerForked.meaning())
        }
        _ => error,
    })?;
    if let Some(before) = &before {
        verified.check_extends(before.size(), before.checkpoint.root())?;
    }
    let held = held.and_then(|held| held.verify(&log).ok());
    let known = held.is_some_and(|held| held.size() > verified.size());
    Ok((!known).then_some(new))
}

/// Whether a document was ever good. Whether it counts now is decided when somebody asks: a proposal that has run out,
/// or a key that was revoked since, is no lie of the registry's.
fn check(evidence: &Evidence, numbers: &BTreeMap<u64, Digest>, document: &Document) -> Result<()> {
    if let Claim::RevocationList(list) = &document.claim
        && numbers.get(&list.number).is_some_and(|held| *held != document.digest())
    {
        return Err(Error::of(Code::ListEquivocation, Code::ListEquivocation.meaning()));
    }
    evidence.check_once_good(document)
}
