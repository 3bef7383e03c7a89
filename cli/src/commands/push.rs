//! `placet push`: sends what was signed to a registry.

use std::{path::Path, process::ExitCode};

use clap::Args;
use placet_core::code::Code;
use serde_json::{Value, json};

use super::Context;
use crate::{
    ERROR,
    document::{Claim, Document},
    error::{Error, Result},
    registry_client::{RegistryArgs, Sent},
    store,
    terminal::{self, BAD, FAINT, GOOD, paint},
};

/// Send signed documents to a registry
///
/// Sends everything in the evidence directory that the registry lacks, or the documents that are named; sending a known
/// one does no harm. The signature is the login, so no token is needed. What the registry does not take is shown with
/// its code, and the exit code is 2.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet push --registry http://127.0.0.1:8787
  PLACET_REGISTRY=http://127.0.0.1:8787 placet push
  placet push 3f9a1c                one document, by the beginning of its digest
  placet push approval.json         or a file")]
pub(super) struct Push {
    /// Documents, each by at least six digits of its digest or by a file [default: everything in the directory]
    document: Vec<String>,
    #[command(flatten)]
    registry: RegistryArgs,
}

impl Push {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let registry = self.registry.required()?;
        let documents = self.documents(context)?;
        let total = documents.len();
        let (mut answers, mut new, mut refused) = (Vec::new(), 0_usize, 0_usize);
        for (index, document) in documents.iter().enumerate() {
            let (kind, digest) = (document.kind(), document.digest());
            let is_list = matches!(document.claim, Claim::RevocationList(_));
            let (style, status, refusal) = match registry.send(&document.envelope)? {
                Sent::New => {
                    new += 1;
                    (GOOD, "new", None)
                }
                Sent::Known => (FAINT, "known", None),
                // Whoever signs lists numbers them; that the registry is ahead is as it should be.
                Sent::Refused(error) if is_list && error.code() == Code::ListRollback.as_str() => {
                    (FAINT, "older", None)
                }
                Sent::Refused(error) => {
                    refused += 1;
                    (BAD, "refused", Some(error))
                }
            };
            if !context.json {
                let place = paint(FAINT, format_args!("{:>3}/{total}", index + 1));
                let status = paint(style, format_args!("{status:<7}"));
                let why = refusal.as_ref().map(|error| format!("\n         {error}")).unwrap_or_default();
                terminal::print(&format!("{place}  {status}  {kind} {digest}{why}\n"))?;
            }
            let mut answer = json!({ "digest": digest.to_string(), "kind": kind, "status": status });
            if let Some(error) = refusal {
                answer["code"] = json!(error.code());
                answer["message"] = json!(error.to_string());
            }
            answers.push(answer);
        }
        let text = format!("{total} documents: {new} new, {refused} refused\n");
        context
            .answer(&text, &json!({ "documents": Value::from(answers), "new": new, "refused": refused }))?;
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(ERROR) })
    }

    /// What to send, in an order in which everything finds what it refers to.
    fn documents(&self, context: &Context) -> Result<Vec<Document>> {
        if self.document.is_empty() {
            let held = context.source.store()?.load()?;
            // Every list holds what the ones before it held and has not run out.
            let list = held.lists.into_values().next_back();
            let envelopes = held.policies.into_values().chain(list);
            let mut documents = envelopes.map(Document::of).collect::<std::result::Result<Vec<_>, _>>()?;
            documents.extend(held.documents.into_values());
            documents.sort_by_key(order);
            return Ok(documents);
        }
        let mut evidence = None;
        let mut documents = Vec::new();
        for reference in &self.document {
            if Path::new(reference).is_file() {
                documents.push(store::read_document(Path::new(reference))?);
                continue;
            }
            let evidence = match &mut evidence {
                Some(evidence) => evidence,
                none => none.insert(context.source.evidence()?),
            };
            let digest = evidence.find_document(reference)?;
            let missing = || Error::new("document_not_found", format!("there is no document `{reference}`"));
            documents.push(evidence.document(digest).cloned().ok_or_else(missing)?);
        }
        documents.sort_by_key(order);
        Ok(documents)
    }
}

/// Policies first, then what is asked for, in time, then who agreed, and at last what ended.
fn order(document: &Document) -> (u8, u64, i64) {
    match &document.claim {
        Claim::Policy(policy) => (0, policy.version, 0),
        Claim::TrainingOutput(_) => (1, 0, 0),
        Claim::Proposal(proposal) => (2, 0, proposal.proposed_at.seconds()),
        Claim::Approval(_) if !document.is_negative() => (3, 0, 0),
        Claim::Deployment(_) => (4, 0, 0),
        Claim::DriftReport(report) => (4, 1, report.window.to.seconds()),
        Claim::Approval(_) | Claim::Other(_) => (5, 0, 0),
        Claim::Revocation(_) => (6, 0, 0),
        Claim::KeyRevocation(_) => (7, 0, 0),
        Claim::RevocationList(list) => (8, list.number, 0),
    }
}
