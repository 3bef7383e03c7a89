//! The chain of policies from the pinned one to the newest.

use placet_core::{
    code::Code,
    digest::Digest,
    name::Principal,
    policy::{POLICY, Policy, Threshold},
    proposal::PolicyRef,
    time::{Timestamp, Window},
};

use crate::documents::{Document, keys_of, merged};

/// A chain, never empty.
pub(crate) struct Chain {
    pub(crate) domain: Digest,
    pub(crate) policies: Vec<Policy>,
    digests: Vec<Digest>,
    newest: Document,
}

impl Chain {
    pub(crate) fn newest(&self) -> &Policy {
        self.policies.last().expect("a chain is never empty")
    }

    pub(crate) fn reference(&self) -> PolicyRef {
        PolicyRef {
            version: self.newest().version,
            digest: *self.digests.last().expect("a chain is never empty"),
        }
    }

    /// The policy of that version, if it is the one meant.
    pub(crate) fn find(&self, reference: PolicyRef) -> Option<&Policy> {
        let digests = self.policies.iter().zip(&self.digests);
        digests
            .filter(|(policy, digest)| policy.version == reference.version && **digest == reference.digest)
            .map(|(policy, _)| policy)
            .next()
    }

    /// The windows of the keys under which the newest policy is signed for its own root.
    pub(crate) fn windows(&self) -> Vec<Window> {
        signers(&self.newest, &self.newest().root, self.newest()).into_iter().map(|(_, w)| w).collect()
    }

    /// Why the newest policy is not in force.
    pub(crate) fn not_in_force(&self, now: Timestamp) -> Option<Code> {
        let policy = self.newest();
        let issued = policy.window.not_before;
        if issued > now.plus(policy.clock_skew_seconds.into()) {
            return Some(Code::PolicyNotYetValid);
        }
        if now >= policy.window.not_after {
            return Some(Code::PolicyExpired);
        }
        let valid = |window: &Window| covers(*window, issued) && covers(*window, now);
        let signers = signers(&self.newest, &policy.root, policy);
        let people = signers.iter().filter(|(_, window)| valid(window)).map(|(name, _)| *name);
        (!enough(people, &policy.root)).then_some(Code::PolicySignatures)
    }
}

pub(crate) fn covers(window: Window, time: Timestamp) -> bool {
    time >= window.not_before && time < window.not_after
}

/// The members of a group who signed, with the window of each key that they signed with.
pub(crate) fn signers<'a>(
    document: &Document,
    group: &'a Threshold,
    policy: &Policy,
) -> Vec<(&'a Principal, Window)> {
    let mut signers = Vec::new();
    for name in &group.principals {
        for key in keys_of(policy, name) {
            if document.signed_under(&key.public).is_ok() {
                signers.push((name, key.window));
            }
        }
    }
    signers
}

/// Whether these are as many different people as the group asks for.
pub(crate) fn enough<'a>(people: impl Iterator<Item = &'a Principal>, group: &Threshold) -> bool {
    let mut different: Vec<&Principal> = people.collect();
    different.sort();
    different.dedup();
    different.len() as u64 >= group.threshold
}

/// The longest verified chain, and why not every policy that is held is part of it.
pub(crate) fn chain(pin: Digest, held: &[Result<Document, Code>]) -> (Option<Chain>, Option<Code>) {
    let mut unreadable = Vec::new();
    let mut own = Vec::new();
    for document in held {
        let policy = document.as_ref().map_err(|code| *code).and_then(|document| {
            if document.envelope.payload_type() != POLICY {
                return Err(Code::WrongPayloadType);
            }
            Policy::parse(document.payload()).map_err(|error| error.code())
        });
        match (document, policy) {
            (Ok(document), Ok(policy)) => {
                if policy.domain.unwrap_or(document.digest()) == pin {
                    own.push(document.clone());
                }
            }
            (_, Err(code)) => unreadable.push(code),
            (Err(code), Ok(_)) => unreadable.push(*code),
        }
    }
    let unreadable = unreadable.into_iter().max();
    let mut own: Vec<(Policy, Document)> = merged(&own)
        .into_iter()
        .filter_map(|document| Some((Policy::parse(document.payload()).ok()?, document)))
        .collect();
    own.sort_by_key(|(policy, _)| policy.version);
    let lowest = own.first().map(|(policy, _)| policy.version);
    let mut at_lowest = own.iter().filter(|(policy, _)| Some(policy.version) == lowest);
    if !at_lowest.any(|(_, document)| document.digest() == pin) {
        let absent = if held.is_empty() { Code::PolicyMissing } else { Code::PolicyUnpinned };
        return (None, Some(unreadable.unwrap_or(absent)));
    }
    let mut chain: Option<Chain> = None;
    for (policy, document) in &own {
        let twins = own.iter().filter(|(other, _)| other.version == policy.version).count();
        let broken =
            if twins > 1 { Some(Code::PolicyEquivocation) } else { fault(policy, document, chain.as_ref()) };
        if let Some(broken) = broken {
            let failure = if chain.is_none() { broken } else { unreadable.unwrap_or(broken) };
            return (chain, Some(failure));
        }
        let (mut policies, mut digests) = chain.map_or_else(Default::default, |c| (c.policies, c.digests));
        policies.push(policy.clone());
        digests.push(document.digest());
        chain = Some(Chain { domain: pin, policies, digests, newest: document.clone() });
    }
    (chain, unreadable)
}

/// Why a policy does not continue the chain.
fn fault(policy: &Policy, document: &Document, chain: Option<&Chain>) -> Option<Code> {
    let signed = |by: &Policy| enough(signers(document, &by.root, by).into_iter().map(|s| s.0), &by.root);
    if let Some(chain) = chain {
        if policy.version != chain.newest().version + 1 {
            return Some(Code::PolicyVersionGap);
        }
        if policy.previous != Some(chain.reference().digest) {
            return Some(Code::PolicyPreviousMismatch);
        }
        if !signed(chain.newest()) {
            return Some(Code::PolicySignatures);
        }
    }
    (!signed(policy)).then_some(Code::PolicySignatures)
}
