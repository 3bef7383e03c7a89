//! `placet pull`: takes in what a registry has, as far as it proves itself.
//!
//! Guards the evidence directory against a registry that lies: everything is fetched and verified under the directory's
//! own pin first, and only when all of it is good is anything written. What a registry withholds nobody can see.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
};

use clap::Args;
use placet_core::{
    approval::Approval,
    code::Code,
    deployment::Deployment,
    digest::Digest,
    drift_report::DriftReport,
    envelope::Envelope,
    proposal::Proposal,
    revocation::{KeyRevocation, Revocation},
    revocation_list::VerifiedList,
    training::TrainingOutput,
};
use serde_json::{Value, json};

use super::Context;
use crate::{
    args::parse_digest,
    document::{Claim, Document},
    error::{At as _, Error, Result},
    evidence::Evidence,
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
    let envelopes = fetch(registry, &store.load()?, proposals)?;
    let _lock = store.lock()?;
    let held = store.load()?;
    let numbers: BTreeMap<u64, Digest> =
        held.lists.iter().map(|(number, envelope)| (*number, envelope.digest())).collect();
    let evidence = Evidence::from_directory(held, None);
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
    let put = |document: Document| {
        let (_, put) = store.put(&document)?;
        Ok((document, put))
    };
    documents.into_iter().map(put).collect()
}

/// Everything that is asked for, as it came: what to trust first.
fn fetch(registry: &Registry, held: &Held, proposals: Option<&[Digest]>) -> Result<Vec<Envelope>> {
    let trust = registry.trust()?;
    let parts = trust.policies.into_iter().chain(trust.revocation_lists).chain(trust.revocations);
    let mut envelopes = parts.collect::<std::result::Result<Vec<_>, _>>()?;
    if let Some(proposals) = proposals {
        for proposal in proposals {
            envelopes.append(&mut registry.about(*proposal)?);
        }
        return Ok(envelopes);
    }
    for digest in registry.training_outputs()? {
        if !held.documents.contains_key(&digest) {
            envelopes.push(registry.envelope(digest)?);
        }
    }
    for proposal in registry.proposals()? {
        envelopes.append(&mut registry.about(proposal)?);
    }
    Ok(envelopes)
}

/// Whether a document was ever good. Whether it counts now is decided when somebody asks: a proposal that has run out,
/// or a key that was revoked since, is no lie of the registry's.
fn check(evidence: &Evidence, numbers: &BTreeMap<u64, Digest>, document: &Document) -> Result<()> {
    let (chain, envelope) = (evidence.chain()?, &document.envelope);
    match &document.claim {
        Claim::Policy(policy) => {
            let held = chain.version(policy.version).map(placet_core::policy::Link::digest);
            if held != Some(document.digest()) {
                return Err(Error::of(
                    Code::PolicyUnpinned,
                    "the policy is not of the chain that the pin begins",
                ));
            }
        }
        Claim::RevocationList(list) => {
            if numbers.get(&list.number).is_some_and(|held| *held != document.digest()) {
                return Err(Error::of(Code::ListEquivocation, Code::ListEquivocation.meaning()));
            }
            VerifiedList::verify(envelope, chain)?;
        }
        Claim::Approval(_) if !document.is_negative() && envelope.signature_count() != 1 => {
            return Err(Error::of(Code::SignatureCount, Code::SignatureCount.meaning()));
        }
        Claim::Approval(_) => drop(chain.verify_negative::<Approval>(envelope)?),
        Claim::TrainingOutput(_) => drop(chain.verify_negative::<TrainingOutput>(envelope)?),
        Claim::Proposal(_) => drop(chain.verify_negative::<Proposal>(envelope)?),
        Claim::Deployment(_) => drop(chain.verify_negative::<Deployment>(envelope)?),
        Claim::DriftReport(_) => drop(chain.verify_negative::<DriftReport>(envelope)?),
        Claim::Revocation(_) => drop(chain.verify_negative::<Revocation>(envelope)?),
        Claim::KeyRevocation(_) => drop(chain.verify_negative::<KeyRevocation>(envelope)?),
        Claim::Other(_) => {}
    }
    Ok(())
}
