//! `placet add`: takes in what others signed.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use placet_core::{
    approval::Approval,
    bundle::Bundle,
    code::Code,
    deployment::Deployment,
    drift_report::DriftReport,
    envelope::Envelope,
    json::Value as Json,
    limits,
    proposal::Proposal,
    revocation::{KeyRevocation, Revocation},
    revocation_list::VerifiedList,
    time::Timestamp,
    training::TrainingOutput,
    trust::Trust,
};
use serde_json::{Value, json};

use super::Context;
use crate::{
    clock,
    document::{Claim, Document},
    error::{At as _, Error, Result},
    evidence::Evidence,
    files,
    words::Put as _,
};

/// Take in documents that others signed: envelopes, bundles or trust files
///
/// Each is verified under the pinned policy, and nothing is taken in unless everything is good. Pins are never taken
/// from a file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet add approval.json
  placet add digits.bundle.json trust.json")]
pub(super) struct Add {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Add {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let store = context.source.store()?;
        let _lock = store.lock()?;
        let now = clock::now()?;
        let mut envelopes = Vec::new();
        for path in &self.files {
            let bytes = files::read(path, limits::TRUST)?;
            let found = envelopes_of(&bytes).at(path.display())?;
            envelopes.extend(found.into_iter().map(|envelope| (path.display().to_string(), envelope)));
        }
        let evidence = with_policies(context.source.evidence()?, &envelopes)?;
        let mut documents = Vec::new();
        for (place, envelope) in envelopes {
            let document = Document::of(envelope).at(&place)?;
            check(&evidence, &document, now).at(&place)?;
            documents.push(document);
        }
        let mut text = String::new();
        let mut json = Vec::new();
        for document in documents {
            let (path, put) = store.put(&document)?;
            let (kind, digest) = (document.kind(), document.digest());
            text.put(format_args!("{:<6}  {kind} {digest}\n", put.as_str()));
            json.push(json!({
                "digest": digest.to_string(),
                "kind": kind,
                "path": path.display().to_string(),
                "status": put.as_str(),
            }));
        }
        context.answer(&text, &json!({ "documents": Value::from(json) }))
    }
}

/// The envelopes in a file: one, or those of a bundle or of a trust file.
fn envelopes_of(bytes: &[u8]) -> Result<Vec<Envelope>> {
    let value = Json::parse(bytes).map_err(placet_core::error::ParseError::from)?;
    let has = |name: &str| value.members().is_some_and(|mut members| members.any(|(key, _)| key == name));
    if has("pins") {
        let trust = Trust::parse(bytes)?;
        let parts = trust.policies.into_iter().chain(trust.revocation_lists).chain(trust.revocations);
        return Ok(parts.collect::<std::result::Result<_, _>>()?);
    }
    if has("media_type") {
        let bundle = Bundle::parse(bytes)?;
        let first = bundle.training_output().into_iter().chain(bundle.proposal());
        return Ok(first.chain(bundle.approvals()).cloned().collect());
    }
    Ok(vec![Envelope::parse(bytes)?])
}

/// The evidence as it would be with the policies among `envelopes`, if they continue the chain.
fn with_policies(evidence: Evidence, envelopes: &[(String, Envelope)]) -> Result<Evidence> {
    let policies: Vec<_> = envelopes
        .iter()
        .map(|(_, envelope)| envelope)
        .filter(|envelope| envelope.payload_type() == placet_core::policy::POLICY)
        .cloned()
        .collect();
    if policies.is_empty() { Ok(evidence) } else { evidence.with_policies(policies) }
}

/// Whether a document is good: what asks for something must be valid now, what ends something must be by whoever might.
fn check(evidence: &Evidence, document: &Document, now: Timestamp) -> Result<()> {
    let envelope = &document.envelope;
    let chain = evidence.chain()?;
    let kept = evidence.document(document.digest()).is_some();
    match &document.claim {
        // The chain with it was verified before.
        Claim::Policy(policy) => {
            let held = chain.version(policy.version).map(placet_core::policy::Link::digest);
            if held == Some(document.digest()) {
                return Ok(());
            }
            return Err(Error::of(Code::PolicyUnpinned, "the policy is not of this organisation's chain"));
        }
        Claim::RevocationList(_) => VerifiedList::verify(envelope, chain).map(drop)?,
        Claim::Revocation(_) => chain.verify_negative::<Revocation>(envelope).map(drop)?,
        Claim::KeyRevocation(_) => chain.verify_negative::<KeyRevocation>(envelope).map(drop)?,
        Claim::Approval(_) if document.is_negative() => {
            chain.verify_negative::<Approval>(envelope).map(drop)?;
        }
        // What was good once and is held already does no harm when it comes again.
        _ if kept => {}
        Claim::Approval(_) => {
            if envelope.signature_count() != 1 {
                return Err(Error::of(Code::SignatureCount, Code::SignatureCount.meaning()));
            }
            evidence.verify::<Approval>(envelope, now).map(drop)?;
        }
        Claim::TrainingOutput(_) => evidence.verify::<TrainingOutput>(envelope, now).map(drop)?,
        Claim::Proposal(_) => evidence.verify::<Proposal>(envelope, now).map(drop)?,
        Claim::Deployment(_) => evidence.verify::<Deployment>(envelope, now).map(drop)?,
        Claim::DriftReport(_) => evidence.verify::<DriftReport>(envelope, now).map(drop)?,
        Claim::Other(kind) => {
            let message = format!("a document of type `{kind}` is not known here");
            return Err(Error::of(Code::WrongPredicateType, message));
        }
    }
    Ok(())
}
