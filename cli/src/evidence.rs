//! The evidence that a command looks at, from a directory or from files, and how documents in it are found.

mod find;
mod once_good;

use std::collections::{BTreeMap, BTreeSet};

use placet_core::{
    bundle::Bundle,
    code::Code,
    decide::{Decided, evaluate},
    digest::Digest,
    envelope::Envelope,
    key::KeyId,
    ledger::LogPolicy,
    limits,
    name::{ModelId, Principal},
    policy::{Policy, TrustPolicy},
    proposal::Proposal,
    request::Request,
    revocation_list::VerifiedList,
    state::State,
    statement::Statement,
    time::Timestamp,
    training::TrainingOutput,
    trust::{Trust, VerifiedTrust},
    verify::Verified,
    weights::Weights,
};

use crate::{
    document::{Claim, Document},
    error::{Error, Result},
    ledger::{self, Ledger, VerifiedLedger},
    store::Held,
};

/// Verified trust, and documents as they claim to be.
#[derive(Debug)]
pub(crate) struct Evidence {
    trust: Trust,
    verified: VerifiedTrust,
    documents: BTreeMap<Digest, Document>,
    /// The bundle as it was given, so that it is judged byte for byte.
    given: Option<Bundle>,
    ledger: Option<VerifiedLedger>,
    highest_list: u64,
}

/// A proposal with its training output, both verified, and the policy that its approvers are shown.
pub(crate) struct Proposed<'a> {
    pub(crate) training: Verified<TrainingOutput>,
    pub(crate) proposal: Verified<Proposal>,
    pub(crate) policy: &'a Policy,
}

impl Evidence {
    /// The evidence in a directory; where a bundle is given, its documents stand in place of those in the directory. The
    /// copy of the ledger leads on from what `state` has seen.
    pub(crate) fn from_directory(held: Held, bundle: Option<Bundle>, state: &State) -> Self {
        let highest_list = held.lists.last_key_value().map_or(0, |(number, _)| *number);
        let newest = held.lists.into_values().rev().take(limits::POLICY_CHAIN);
        let negative = held.documents.values().filter(|document| document.is_negative());
        let trust = Trust {
            pins: held.pins,
            policies: held.policies.into_values().map(Ok).collect(),
            revocation_lists: newest.map(Ok).collect(),
            revocations: negative.map(|document| Ok(document.envelope.clone())).collect(),
            ledger: None,
        };
        let documents = match &bundle {
            Some(bundle) => documents_of(bundle),
            None => held.documents,
        };
        let verified = trust.verify();
        let mut evidence = Self { verified, trust, documents, given: bundle, ledger: None, highest_list };
        if let Some(ledger) = held.ledger {
            evidence.attach_ledger(&ledger, state);
        }
        evidence
    }

    /// Takes a copy of the ledger in, if its checkpoint is of the policy's log and over its entries. Without it a rule
    /// that asks for the ledger denies.
    fn attach_ledger(&mut self, ledger: &Ledger, state: &State) {
        let log = self.policy().and_then(ledger::log_of).map(LogPolicy::without_threshold);
        // How many witnesses it takes is decided with the rest.
        let Some((log, ledger)) =
            log.ok().and_then(|log| ledger.verify(&log).ok().map(|ledger| (log, ledger)))
        else {
            return;
        };
        let given = self.given.as_ref().and_then(Bundle::ledger);
        let given = given.and_then(|proofs| ledger::verify_checkpoint(&proofs.checkpoint, &log).ok());
        let seen = state.tree_sizes().chain(given.map(|checkpoint| checkpoint.size()));
        self.trust.ledger = Some(ledger.view(seen));
        self.ledger = Some(ledger);
        self.verified = self.trust.verify();
    }

    /// The evidence in a trust file and a bundle.
    pub(crate) fn from_files(trust: Trust, bundle: Option<Bundle>) -> Self {
        let mut documents = bundle.as_ref().map(documents_of).unwrap_or_default();
        for envelope in trust.revocations.iter().flatten() {
            // Junk among loose statements blocks nothing, as in a decision.
            documents
                .extend(Document::of(envelope.clone()).ok().map(|document| (document.digest(), document)));
        }
        let mut evidence =
            Self { verified: trust.verify(), trust, documents, given: bundle, ledger: None, highest_list: 0 };
        evidence.highest_list = evidence.list().map_or(0, |list| list.list().number);
        evidence
    }

    /// The one pinned domain whose policy is held.
    fn domain(&self) -> Result<Digest> {
        let mut domains = self.verified.pins().filter(|pin| self.verified.policy(*pin).is_some());
        match (domains.next(), domains.next()) {
            (Some(domain), None) => Ok(domain),
            (Some(_), Some(_)) => {
                let message = "the evidence is of several organisations, each with its own pin";
                Err(Error::new("several_domains", message).hint("keep a directory for each of them"))
            }
            (None, _) => {
                let failure = self.verified.pins().find_map(|pin| self.verified.policy_failure(pin));
                let code = failure.unwrap_or(Code::PolicyUnpinned);
                Err(Error::of(code, "there is no policy to go by"))
            }
        }
    }

    /// The verified policy chain, in force or not.
    pub(crate) fn chain(&self) -> Result<&TrustPolicy> {
        let missing = || Error::of(Code::PolicyMissing, "there is no policy to go by");
        self.verified.policy(self.domain()?).ok_or_else(missing)
    }

    /// The verified policy chain, whole and in force: for whoever asks for something.
    pub(crate) fn chain_in_force(&self, now: Timestamp) -> Result<&TrustPolicy> {
        let chain = self.chain()?;
        let whole = self.verified.policy_failure(chain.domain()).map_or(Ok(()), Err);
        let refuse = |code: Code| Error::of(code, code.meaning().trim_end_matches('.'));
        whole.and_then(|()| chain.check_in_force(now)).map_err(refuse)?;
        Ok(chain)
    }

    /// The newest policy.
    pub(crate) fn policy(&self) -> Result<&Policy> {
        Ok(self.chain()?.newest().policy())
    }

    /// The newest policy, if there is one: for words alone.
    pub(crate) fn policy_for_words(&self) -> Option<&Policy> {
        self.policy().ok()
    }

    /// The verified revocation list with the highest number.
    pub(crate) fn list(&self) -> Option<&VerifiedList> {
        self.verified.revocation_list(self.domain().ok()?)
    }

    /// The highest number of any list that is held, verified or not.
    pub(crate) fn highest_list(&self) -> u64 {
        self.highest_list
    }

    /// The keys that are revoked.
    pub(crate) fn revoked_keys(&self) -> BTreeSet<KeyId> {
        self.domain().map(|domain| self.verified.revoked_keys(domain)).unwrap_or_default()
    }

    /// What a verifier is given.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The verified trust.
    pub(crate) fn verified(&self) -> &VerifiedTrust {
        &self.verified
    }

    /// Every document.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// The document of this digest.
    pub(crate) fn document(&self, digest: Digest) -> Option<&Document> {
        self.documents.get(&digest)
    }

    /// Adds a document, for looking at what it would change.
    pub(crate) fn insert(&mut self, document: Document) {
        if document.is_negative() {
            self.trust.revocations.push(Ok(document.envelope.clone()));
            self.verified = self.trust.verify();
        }
        self.given = None;
        self.documents.insert(document.digest(), document);
    }

    /// The same evidence with more policies, which must continue the chain or be part of it.
    ///
    /// # Errors
    ///
    /// Why the chain with them is not whole.
    pub(crate) fn with_policies(mut self, policies: Vec<Envelope>) -> Result<Self> {
        self.trust.policies.extend(policies.into_iter().map(Ok));
        self.verified = self.trust.verify();
        let domain = self.domain()?;
        match self.verified.policy_failure(domain) {
            None => Ok(self),
            Some(code) => Err(Error::of(code, code.meaning().trim_end_matches('.'))),
        }
    }

    /// The proposals as they claim to be.
    pub(crate) fn proposals(&self) -> impl Iterator<Item = (Digest, &Proposal)> {
        self.documents.iter().filter_map(|(digest, document)| match &document.claim {
            Claim::Proposal(proposal) => Some((*digest, &**proposal)),
            _ => None,
        })
    }

    /// The training output as it claims to be.
    pub(crate) fn training_output(&self, digest: Digest) -> Option<&TrainingOutput> {
        match &self.documents.get(&digest)?.claim {
            Claim::TrainingOutput(training) => Some(training),
            _ => None,
        }
    }

    /// The version of the model that a proposal is for, as its training output claims.
    pub(crate) fn version_of(&self, proposal: &Proposal) -> Option<&str> {
        self.training_output(proposal.training_output).map(|training| training.version.as_str())
    }

    /// The evidence for one proposal.
    ///
    /// # Errors
    ///
    /// `document_not_found` where the training output is not there, `too_many` where there are more approvals than a
    /// bundle may hold.
    pub(crate) fn bundle(&self, proposal: Digest) -> Result<Bundle> {
        let same = |bundle: &&Bundle| bundle.proposal().is_some_and(|e| e.digest() == proposal);
        if let Some(given) = self.given.as_ref().filter(same) {
            return Ok(given.clone());
        }
        let missing = |kind: &str, digest| {
            Error::new("document_not_found", format!("the {kind} {digest} is not there"))
        };
        let document = self.document(proposal).ok_or_else(|| missing("proposal", proposal))?;
        let Claim::Proposal(claim) = &document.claim else { return Err(missing("proposal", proposal)) };
        let training = self.document(claim.training_output);
        let training = training.ok_or_else(|| missing("training output", claim.training_output))?;
        let about = |document: &&Document| matches!(&document.claim, Claim::Approval(approval) if approval.proposal == proposal);
        let approvals: Vec<Envelope> =
            self.documents().filter(about).map(|document| document.envelope.clone()).collect();
        // The proposal and the training output are two of the envelopes.
        if approvals.len() > limits::BUNDLE_ENVELOPES - 2 {
            let message = format!("{} approvals of one proposal", approvals.len());
            return Err(Error::new("too_many", message).hint("move those that are junk out of documents/"));
        }
        let digests = [training.digest(), proposal].into_iter().chain(approvals.iter().map(Envelope::digest));
        let proofs = self.ledger.as_ref().map(|ledger| ledger.proofs(digests));
        Ok(Bundle::new(training.envelope.clone(), document.envelope.clone(), approvals, proofs))
    }

    /// Decides about one proposal.
    pub(crate) fn decide(&self, proposal: Digest, request: &Request, state: &State) -> Result<Decided> {
        Ok(evaluate(&self.bundle(proposal)?, &self.verified, state, request))
    }

    /// The bundle that was given as a file.
    pub(crate) fn given(&self) -> Option<&Bundle> {
        self.given.as_ref()
    }

    /// The proposals that could answer a question about `model` and `weights`: those of the very weights; where there
    /// are none, those of the model, so that the denial can say what was approved instead.
    pub(crate) fn candidates(&self, model: &ModelId, weights: Weights) -> Vec<Digest> {
        let of_model = || self.proposals().filter(|(_, proposal)| proposal.subject.model_id == *model);
        let exact: Vec<_> = of_model()
            .filter(|(_, proposal)| proposal.subject.weights == weights)
            .map(|(digest, _)| digest)
            .collect();
        if exact.is_empty() { of_model().map(|(digest, _)| digest).collect() } else { exact }
    }

    /// Verifies a statement that asks for something, as it must be to count now.
    pub(crate) fn verify<T: Statement>(&self, envelope: &Envelope, now: Timestamp) -> Result<Verified<T>> {
        Ok(self.chain()?.verify(envelope, now, &self.revoked_keys())?)
    }

    /// A proposal with what its approvers are shown.
    ///
    /// # Errors
    ///
    /// Why the proposal or its training output does not count now; `proposal_policy_unknown`.
    pub(crate) fn proposed(&self, digest: Digest, now: Timestamp) -> Result<Proposed<'_>> {
        let bundle = self.bundle(digest)?;
        let missing = || Error::new("document_not_found", "the bundle lacks a readable document");
        let proposal: Verified<Proposal> = self.verify(bundle.proposal().ok_or_else(missing)?, now)?;
        let training = self.verify(bundle.training_output().ok_or_else(missing)?, now)?;
        let link = self.chain()?.find(proposal.statement().policy);
        let link = link
            .ok_or_else(|| Error::of(Code::ProposalPolicyUnknown, Code::ProposalPolicyUnknown.meaning()))?;
        if proposal.statement().training_output != bundle.training_output().map_or(digest, Envelope::digest) {
            return Err(Error::of(Code::TrainingOutputMismatch, Code::TrainingOutputMismatch.meaning()));
        }
        Ok(Proposed { training, proposal, policy: link.policy() })
    }

    /// The name of a person with what the policy calls them.
    pub(crate) fn person(&self, name: &Principal) -> String {
        crate::words::person(self.policy_for_words(), name)
    }
}

/// The readable documents of a bundle.
fn documents_of(bundle: &Bundle) -> BTreeMap<Digest, Document> {
    let first = bundle.training_output().into_iter().chain(bundle.proposal());
    let mut documents = BTreeMap::new();
    for envelope in first.chain(bundle.approvals()) {
        // What cannot be read stands in the bundle all the same, and the decision says so.
        if let Ok(document) = Document::of(envelope.clone()) {
            documents.insert(document.digest(), document);
        }
    }
    documents
}
