//! The chain from the pinned version 1 to the newest policy, linked as TUF links its root (TUF specification §5.3).

use alloc::{collections::BTreeMap, vec::Vec};

use super::{POLICY, Policy, PolicyKey};
use crate::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    key::KeyId,
    name::Principal,
    proposal::PolicyRef,
    quorum::{SignedBy, Tally, threshold_signers},
    time::Timestamp,
};

/// A verified chain of policies. It cannot be made but by verification, and it is never empty.
#[derive(Clone, Debug)]
pub struct TrustPolicy {
    first: Link,
    later: Vec<Link>,
}

/// One policy of a chain.
#[derive(Clone, Debug)]
pub struct Link {
    policy: Policy,
    digest: Digest,
    /// Who signed it for its own root.
    signers: Vec<SignedBy>,
}

impl Link {
    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The digest of its payload.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Who signed it for its own root, and under which key.
    pub fn signers(&self) -> impl Iterator<Item = (Principal, KeyId)> {
        self.signers.iter().map(|signer| (signer.principal.clone(), signer.key_id))
    }

    /// Its version and digest.
    #[must_use]
    pub fn reference(&self) -> PolicyRef {
        PolicyRef { version: self.policy.version, digest: self.digest }
    }
}

impl TrustPolicy {
    /// The policy that judges.
    #[must_use]
    pub fn newest(&self) -> &Link {
        self.later.last().unwrap_or(&self.first)
    }

    /// All policies, the pinned one first.
    #[must_use]
    pub fn links(&self) -> impl DoubleEndedIterator<Item = &Link> {
        core::iter::once(&self.first).chain(&self.later)
    }

    /// The digest of version 1, which every document of the organisation carries.
    #[must_use]
    pub fn domain(&self) -> Digest {
        self.first.digest
    }

    /// The link of a version, if the chain reaches it.
    #[must_use]
    pub fn version(&self, version: u64) -> Option<&Link> {
        self.links().find(|link| link.policy.version == version)
    }

    /// The link that `reference` names exactly.
    #[must_use]
    pub fn find(&self, reference: PolicyRef) -> Option<&Link> {
        self.version(reference.version).filter(|link| link.digest == reference.digest)
    }

    /// Whether the newest policy is in force: within its window, and its root's keys still within theirs. Expiry of the
    /// policies before does not matter.
    ///
    /// # Errors
    ///
    /// [`Code::PolicyNotYetValid`], [`Code::PolicyExpired`], or [`Code::PolicySignatures`] where too few of the keys
    /// that signed it are valid now and were when it was issued.
    pub fn check_in_force(&self, now: Timestamp) -> Result<(), Code> {
        let Link { policy, signers, .. } = self.newest();
        if policy.window.not_before > now.plus(policy.clock_skew_seconds.into()) {
            return Err(Code::PolicyNotYetValid);
        }
        if now >= policy.window.not_after {
            return Err(Code::PolicyExpired);
        }
        let mut tally = Tally::default();
        for signer in signers {
            // A policy may be issued up to the skew ahead of now; its keys are not stretched for that.
            if signer.window.contains(policy.window.not_before) && signer.window.contains(now) {
                tally.add(&signer.principal, signer.key_id);
            }
        }
        if tally.reaches(policy.root.threshold) { Ok(()) } else { Err(Code::PolicySignatures) }
    }

    /// The chain as it would be with `draft` as its newest policy, signed by every key of its root: for looking ahead
    /// alone, as nobody has signed it.
    pub(crate) fn supposing(mut self, draft: &Policy, digest: Digest) -> Result<Self, Code> {
        ensure_follows(draft, self.newest()).map_err(|failure| failure.0)?;
        let keys = draft.root.principals.iter().flat_map(|name| draft.keys(name).map(move |key| (name, key)));
        let signed_by = |(name, key): (&Principal, &PolicyKey)| SignedBy {
            principal: name.clone(),
            key_id: key.public.key_id(),
            window: key.window,
        };
        let signers = keys.map(signed_by).collect();
        self.later.push(Link { policy: draft.clone(), digest, signers });
        Ok(self)
    }

    /// The moments at which the answer of [`Self::check_in_force`] may change.
    pub(crate) fn boundaries(&self) -> impl Iterator<Item = Timestamp> {
        let Link { policy, signers, .. } = self.newest();
        let windows = core::iter::once(policy.window).chain(signers.iter().map(|signer| signer.window));
        windows.flat_map(|window| [window.not_before, window.not_after])
    }
}

/// Where a chain broke; what was verified before that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChainFailure(pub(crate) Code);

/// A policy document of unknown standing.
struct Candidate {
    policy: Policy,
    digest: Digest,
    envelope: Envelope,
}

/// Builds the chain that starts at `pin` out of envelopes in any order. The chain is the longest verified one; the
/// failure says why not every policy of this domain is part of it, and then nothing may be permitted (attack: a broken
/// or forked newer policy that is held back in favour of a laxer old one).
pub(crate) fn verify_chain(
    pin: Digest,
    envelopes: &[Result<Envelope, ParseError>],
) -> (Option<TrustPolicy>, Option<ChainFailure>) {
    let (candidates, mut failure) = candidates(pin, envelopes);
    let mut versions = candidates.into_values();
    let Some(first) = versions.next().filter(|versions| versions.iter().any(|c| c.digest == pin)) else {
        let code = if envelopes.is_empty() { Code::PolicyMissing } else { Code::PolicyUnpinned };
        return (None, Some(failure.unwrap_or(ChainFailure(code))));
    };
    let first = match verify_link(first, None) {
        Ok(link) => link,
        Err(broken) => return (None, Some(broken)),
    };
    let mut chain = TrustPolicy { first, later: Vec::new() };
    for next in versions {
        match verify_link(next, Some(chain.newest())) {
            Ok(link) => chain.later.push(link),
            Err(broken) => {
                failure = failure.or(Some(broken));
                break;
            }
        }
    }
    (Some(chain), failure)
}

/// The policies of the domain `pin` by version, and the first reason why an envelope held none.
fn candidates(
    pin: Digest,
    envelopes: &[Result<Envelope, ParseError>],
) -> (BTreeMap<u64, Vec<Candidate>>, Option<ChainFailure>) {
    let mut versions = BTreeMap::<u64, Vec<Candidate>>::new();
    let mut failure = None;
    for envelope in envelopes {
        let parsed = envelope.as_ref().map_err(ParseError::code).and_then(|envelope| {
            if envelope.payload_type() != POLICY {
                return Err(Code::WrongPayloadType);
            }
            let policy = Policy::parse(envelope.unverified_payload()).map_err(|e| e.code())?;
            Ok(Candidate { policy, digest: envelope.digest(), envelope: envelope.clone() })
        });
        match parsed {
            Ok(candidate) if candidate.policy.domain.unwrap_or(candidate.digest) == pin => {
                let same_version = versions.entry(candidate.policy.version).or_default();
                match same_version.iter_mut().find(|other| other.digest == candidate.digest) {
                    Some(other) => other.envelope.merge(candidate.envelope),
                    None => same_version.push(candidate),
                }
            }
            // Another organisation's policy says nothing about this one.
            Ok(_) => {}
            Err(code) => failure = failure.max(Some(code)),
        }
    }
    (versions, failure.map(ChainFailure))
}

/// Verifies the one policy of the next version.
fn verify_link(same_version: Vec<Candidate>, before: Option<&Link>) -> Result<Link, ChainFailure> {
    let [candidate] =
        <[Candidate; 1]>::try_from(same_version).map_err(|_| ChainFailure(Code::PolicyEquivocation))?;
    let Candidate { policy, digest, envelope } = candidate;
    if let Some(before) = before {
        ensure_follows(&policy, before)?;
        let signers = threshold_signers(&envelope, &before.policy.root, &before.policy);
        if !Tally::of(&signers).reaches(before.policy.root.threshold) {
            return Err(ChainFailure(Code::PolicySignatures));
        }
    }
    let signers = threshold_signers(&envelope, &policy.root, &policy);
    if !Tally::of(&signers).reaches(policy.root.threshold) {
        return Err(ChainFailure(Code::PolicySignatures));
    }
    Ok(Link { policy, digest, signers })
}

/// Whether a policy names the one before it as its predecessor.
fn ensure_follows(policy: &Policy, before: &Link) -> Result<(), ChainFailure> {
    if Some(policy.version) != before.policy.version.checked_add(1) {
        return Err(ChainFailure(Code::PolicyVersionGap));
    }
    if policy.previous != Some(before.digest) {
        return Err(ChainFailure(Code::PolicyPreviousMismatch));
    }
    Ok(())
}
