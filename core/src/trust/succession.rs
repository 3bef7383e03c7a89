//! From one trust document to the next, for a verifier that runs on: what was verified once is not forgotten.
//!
//! Guards against a source that ends a revocation by leaving it out, or that shows an older policy or list again. What
//! was verified stays; what was not is gone with the next document, so that junk blocks nothing for longer than it is
//! shown.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{Domain, Negative, Trust};
use crate::{
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    gather::gather,
    key::PublicKey,
    limits,
    policy::{POLICY, TrustPolicy},
    revocation_list::{REVOCATION_LIST, RevocationList, VerifiedList},
    time::Timestamp,
};

/// As many loose statements are kept, unless the revocation list names them as its sources.
const KEPT_REVOCATIONS: usize = limits::TRUST_ENVELOPES / 2;

/// What a verifier goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// What to judge by: everything that is kept, and everything that was shown last.
    pub held: Trust,
    /// What stays beside the next document: the verified policies, the best list, and every verified negative
    /// statement. A state says what a verifier must not fall behind; with this it does not.
    pub kept: Trust,
}

impl Succession {
    /// A verifier that has seen nothing.
    #[must_use]
    pub fn new(pins: BTreeSet<Digest>) -> Self {
        let trust = Trust { pins, ..Trust::default() };
        Self { held: trust.clone(), kept: trust }
    }

    /// What follows when a source shows `fresh` at the time `now`. Its pins count for nothing.
    #[must_use]
    pub fn next(&self, fresh: &Trust, now: Timestamp) -> Self {
        let held = Trust {
            pins: self.kept.pins.clone(),
            policies: join(&self.kept.policies, &fresh.policies),
            revocation_lists: join(&self.kept.revocation_lists, &fresh.revocation_lists),
            revocations: join(&self.kept.revocations, &fresh.revocations),
            ledger: fresh.ledger.clone(),
        };
        let mut kept = self.kept.clone();
        for domain in held.verify().domains.into_values() {
            kept.keep(&held, domain, now);
        }
        Self { held, kept }
    }

    /// What follows when loose statements are shown beside everything that is held.
    #[must_use]
    pub fn with_revocations(&self, more: impl IntoIterator<Item = Envelope>, now: Timestamp) -> Self {
        let more: Vec<_> = more.into_iter().map(Ok).collect();
        self.next(&Trust { revocations: join(&self.held.revocations, &more), ..self.held.clone() }, now)
    }
}

impl Trust {
    /// Adds what of `held` is verified in a domain. Nothing that is kept is judged anew: a forged policy beside the chain
    /// would cut it short, and with it everything that only its later policies entitle.
    fn keep(&mut self, held: &Self, domain: Domain, now: Timestamp) {
        let Some(chain) = domain.policy else { return };
        keep_policies(&mut self.policies, &held.policies, &chain);
        keep_negatives(&mut self.revocations, &held.revocations, &chain);
        // One that nobody may use now, such as one of the future, is not kept, or it would deny until its time comes.
        let usable = || domain.lists.iter().filter(|list| list.check_signers(&chain, now).is_ok());
        let Some(best) = usable().max_by_key(|list| list.list().number) else { return };
        let number = best.list().number;
        // Two best ones are an equivocation, which must not pass because one of them is forgotten.
        let best_ones: BTreeSet<_> =
            gather(usable().filter(|list| list.list().number == number).map(VerifiedList::digest));
        keep_lists(&mut self.revocation_lists, &held.revocation_lists, &chain, &best_ones);
        if self.revocations.len() > KEPT_REVOCATIONS {
            let sources: BTreeSet<_> = gather(best.list().entries.iter().map(|entry| entry.source));
            let listed = |statement: &Envelope| sources.contains(&statement.digest());
            self.revocations.retain(|statement| !statement.as_ref().is_ok_and(listed));
        }
    }
}

/// Every policy of the chain, under the signatures that made it part of it.
fn keep_policies(kept: &mut Envelopes, held: &Envelopes, chain: &TrustPolicy) {
    let mut before: Vec<PublicKey> = Vec::new();
    for link in chain.links() {
        let policy = link.policy();
        let root = policy.root.principals.iter().flat_map(|name| policy.keys(name));
        let root: Vec<_> = root.map(|key| key.public.clone()).collect();
        let is_link =
            |envelope: &Envelope| envelope.payload_type() == POLICY && envelope.digest() == link.digest();
        for envelope in merged(held, is_link) {
            kept.retain(|held| !held.as_ref().is_ok_and(is_link));
            kept.push(Ok(envelope.only_signed_by(root.iter().chain(&before))));
        }
        before = root;
    }
}

/// The best lists, under the signatures of the list's signers. An older one of this domain has done its part: what it
/// revoked is in the state.
fn keep_lists(kept: &mut Envelopes, held: &Envelopes, chain: &TrustPolicy, best: &BTreeSet<Digest>) {
    let policy = chain.newest().policy();
    let signers = policy.list_signers.principals.iter().flat_map(|name| policy.keys(name));
    let signers: Vec<_> = signers.map(|key| &key.public).collect();
    let is_best = |list: &Envelope| list.payload_type() == REVOCATION_LIST && best.contains(&list.digest());
    let is_of_domain = |list: &Envelope| {
        RevocationList::parse(list.unverified_payload()).is_ok_and(|list| list.domain == chain.domain())
    };
    kept.retain(|list| !list.as_ref().is_ok_and(is_of_domain));
    kept.extend(merged(held, is_best).map(|list| Ok(list.only_signed_by(signers.iter().copied()))));
}

/// Every negative statement that is verified, once.
fn keep_negatives(kept: &mut Envelopes, held: &Envelopes, chain: &TrustPolicy) {
    let mut known: BTreeSet<_> = gather(kept.iter().flatten().map(Envelope::digest));
    for envelope in held.iter().flatten() {
        if !known.contains(&envelope.digest()) && Negative::verify(chain, envelope).is_some() {
            known.insert(envelope.digest());
            kept.push(Ok(envelope.clone()));
        }
    }
}

type Envelopes = Vec<Result<Envelope, ParseError>>;

/// What is kept, and of what is fresh whatever is not exactly the same.
fn join(kept: &Envelopes, fresh: &Envelopes) -> Envelopes {
    let mut joined = kept.clone();
    let mut known: BTreeMap<Digest, Vec<&Envelope>> = BTreeMap::new();
    for envelope in kept.iter().flatten() {
        known.entry(envelope.digest()).or_default().push(envelope);
    }
    for envelope in fresh {
        let same =
            |envelope: &Envelope| known.get(&envelope.digest()).is_some_and(|held| held.contains(&envelope));
        if !envelope.as_ref().is_ok_and(same) {
            joined.push(envelope.clone());
        }
    }
    joined
}

/// The envelopes that are meant, which are of one type: each payload once, with the signatures of all.
fn merged(envelopes: &Envelopes, meant: impl Fn(&Envelope) -> bool) -> impl Iterator<Item = Envelope> {
    let mut payloads = BTreeMap::<_, Envelope>::new();
    for envelope in envelopes.iter().flatten().filter(|envelope| meant(envelope)) {
        let merged = payloads.entry(envelope.digest()).or_insert_with(|| envelope.clone());
        merged.merge(envelope.clone());
    }
    payloads.into_values()
}
