//! Decisions that were recorded, made again from exactly the documents that they name.

use std::collections::BTreeSet;

use placet_core::{
    bundle::Bundle,
    code::{Code, Gate},
    decide::{evaluate, verify_deployment},
    decision::{Decision, Outcome, Status},
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    json::Value,
    name::Principal,
    request::Request,
    state::State,
    time::Timestamp,
    trust::VerifiedTrust,
};

use crate::{
    document::Claim,
    error::{Error, Result},
    evidence::Evidence,
    store::Held,
};

/// A recorded decision and what comes out of the same evidence again.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) digest: Digest,
    pub(crate) request: Option<Request>,
    /// The outcome as recorded.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) again: Again,
    /// Who followed it, and when, under a signature that holds; or why it does not.
    pub(crate) deployments: Vec<std::result::Result<(Principal, Timestamp), Code>>,
}

/// What comes out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// The same record, byte for byte.
    Same,
    /// Another record.
    Other(Outcome, Vec<Code>),
    /// The evidence that it names is not in the file, or it is no record.
    Lacking(&'static str),
}

impl Recorded {
    /// Makes a recorded decision again from exactly the documents that it names.
    pub(super) fn of(held: &Held, record: &[u8]) -> Self {
        let digest = Digest::of(record);
        let Ok(named) = Named::parse(record) else {
            let again = Again::Lacking("it is no record of a decision");
            return Self { digest, request: None, outcome: None, again, deployments: Vec::new() };
        };
        let (again, decided) = match named.evidence(held) {
            Err(why) => (Again::Lacking(why), None),
            Ok((trust, bundle)) => {
                let mut decision = evaluate(&bundle, &trust, &State::new(), &named.request).decision;
                named.take_checkpoint_of(&mut decision, held);
                let again = if decision.to_json().as_bytes() == record {
                    Again::Same
                } else {
                    Again::Other(decision.outcome, decision.denials.clone())
                };
                (again, Some((trust, decision)))
            }
        };
        let followed = held.documents.values().filter(|document| {
            matches!(&document.claim, Claim::Deployment(deployment) if deployment.decision == digest)
        });
        let deployments = followed.map(|document| {
            let (trust, decision) = decided.as_ref().ok_or(Code::DeploymentMismatch)?;
            let domain = decision.evidence.domain.ok_or(Code::PolicyUnpinned)?;
            let chain = trust.policy(domain).ok_or(Code::PolicyMissing)?;
            let verified =
                verify_deployment(&document.envelope, decision, chain, &trust.revoked_keys(domain));
            let verified = verified.map_err(|error| error.code())?;
            Ok((verified.statement().deployed_by.clone(), verified.statement().deployed_at))
        });
        let deployments = deployments.collect();
        Self { digest, request: Some(named.request), outcome: Some(named.outcome), again, deployments }
    }
}

/// What a record of a decision names.
struct Named {
    request: Request,
    outcome: Outcome,
    policy: Option<u64>,
    list: Option<u64>,
    proposal: Option<Digest>,
    training_output: Option<Digest>,
    approvals: BTreeSet<Digest>,
    revocations: BTreeSet<Digest>,
    /// What the ledger's gate says.
    ledger: Option<String>,
}

impl Named {
    fn parse(record: &[u8]) -> Result<Self> {
        let malformed = || Error::new("wrong_document", "this is no record of a decision");
        // Strictly first, so that no two readers see two records.
        let root = Value::parse(record).map_err(ParseError::from)?;
        let mut members = root.members().ok_or_else(malformed)?;
        let request = members.find(|(name, _)| name == "request").ok_or_else(malformed)?.1;
        let request = Request::parse(request.raw().as_bytes())?;
        let json: serde_json::Value = serde_json::from_slice(record).map_err(|_| malformed())?;
        let digest = |value: &serde_json::Value| value.as_str().and_then(Digest::parse);
        let digests = |value: &serde_json::Value, field: Option<&str>| -> Option<BTreeSet<Digest>> {
            value.as_array()?.iter().map(|item| digest(field.map_or(item, |field| &item[field]))).collect()
        };
        let evidence = &json["evidence"];
        let gates = json["gates"].as_array().into_iter().flatten();
        let ledger = gates.into_iter().find(|gate| gate["gate"].as_str() == Some(Gate::Ledger.as_str()));
        Ok(Self {
            request,
            outcome: json["outcome"].as_str().and_then(Outcome::parse).ok_or_else(malformed)?,
            policy: evidence["policy"]["version"].as_u64(),
            list: evidence["revocation_list"]["number"].as_u64(),
            proposal: digest(&evidence["proposal"]),
            training_output: digest(&evidence["training_output"]),
            approvals: digests(&json["approvals"], Some("digest")).ok_or_else(malformed)?,
            revocations: digests(&evidence["revocations"], None).ok_or_else(malformed)?,
            ledger: ledger.and_then(|gate| gate["detail"].as_str()).map(str::to_owned),
        })
    }

    /// Exactly that evidence.
    fn evidence(&self, held: &Held) -> std::result::Result<(VerifiedTrust, Bundle), &'static str> {
        let proposal = self.proposal.ok_or("it names no proposal")?;
        let mut wanted: BTreeSet<Digest> = self.approvals.union(&self.revocations).copied().collect();
        wanted.extend([Some(proposal), self.training_output].into_iter().flatten());
        if !wanted.iter().all(|digest| held.documents.contains_key(digest)) {
            return Err("documents that it names are not in the file");
        }
        let mut then = held.clone();
        then.policies.retain(|version, _| self.policy.is_some_and(|newest| *version <= newest));
        then.lists.retain(|number, _| Some(*number) == self.list);
        then.documents.retain(|digest, _| wanted.contains(digest));
        if self.list.is_some() && then.lists.is_empty() {
            return Err("the revocation list that it names is not in the file");
        }
        let evidence = Evidence::from_directory(then, None, &State::new());
        let bundle = evidence.bundle(proposal).map_err(|_| "its training output is not in the file")?;
        let approvals: BTreeSet<_> = bundle.approvals().map(Envelope::digest).collect();
        if approvals != self.approvals {
            return Err("an approval that it names is of another proposal");
        }
        // A rejection in the bundle is a loose one only where it was named so.
        let mut trust = evidence.trust().clone();
        trust.revocations.retain(|envelope| {
            envelope.as_ref().is_ok_and(|envelope| self.revocations.contains(&envelope.digest()))
        });
        Ok((trust.verify(), bundle))
    }

    /// Tells the size of the tree as the record does: the file's checkpoint is a later one, to which the one of then
    /// leads.
    fn take_checkpoint_of(&self, decision: &mut Decision, held: &Held) {
        let size = held.ledger.as_ref().map_or(0, |ledger| ledger.entries.len());
        let told = self.ledger.as_deref().filter(|told| {
            let rest =
                told.strip_prefix("included, checkpoint of ").and_then(|rest| rest.strip_suffix(" entries"));
            rest.and_then(|number| number.parse().ok()).is_some_and(|then: usize| then <= size)
        });
        let gates = decision.gates.iter_mut();
        let passed = gates.into_iter().find(|gate| gate.gate == Gate::Ledger && gate.status == Status::Pass);
        if let (Some(gate), Some(told)) = (passed, told) {
            told.clone_into(&mut gate.detail);
        }
    }
}
