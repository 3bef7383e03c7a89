//! Everything that is revoked, from whichever source says so.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    digest::Digest,
    key::KeyId,
    revocation::Target,
    revocation_list::{EntryKind, VerifiedList},
    state::DomainState,
    time::Timestamp,
    trust::Domain,
};

/// What may no longer count. Sources are added up: a loose revocation counts at once, list or no list.
#[derive(Debug, Default)]
pub(super) struct Stops {
    pub(super) keys: BTreeSet<KeyId>,
    pub(super) approvals: BTreeSet<Digest>,
    pub(super) proposals: BTreeSet<Digest>,
    pub(super) weights: BTreeSet<Digest>,
    /// Loose statements that counted, by digest, each with the proposal or weights that it is about; a key concerns
    /// every case.
    sources: BTreeMap<Digest, Option<Digest>>,
}

impl Stops {
    /// Collects from the list in use, the list last seen (attack: a list that forgets), and loose statements.
    pub(super) fn collect(
        domain: Option<&Domain>,
        list: Option<&VerifiedList>,
        seen: &DomainState,
        now: Timestamp,
    ) -> Self {
        let mut stops = Self::default();
        let remembered = seen.list.iter().flat_map(|list| &list.entries);
        let running = remembered.filter(|(_, until)| until.is_none_or(|until| now < until));
        running.for_each(|((kind, value), _)| stops.add(*kind, *value));
        let listed = list.into_iter().flat_map(|list| &list.list().entries);
        listed.for_each(|entry| stops.add(entry.kind, entry.value));
        if let Some(domain) = domain {
            stops.add_loose(domain);
        }
        stops
    }

    /// The loose statements that are about one of `subjects`, sorted by digest.
    pub(super) fn sources(&self, subjects: &[Digest]) -> Vec<Digest> {
        let about = |subject: &Option<Digest>| subject.is_none_or(|subject| subjects.contains(&subject));
        self.sources.iter().filter(|(_, subject)| about(subject)).map(|(digest, _)| *digest).collect()
    }

    fn add(&mut self, kind: EntryKind, value: Digest) {
        match kind {
            EntryKind::Approval => self.approvals.insert(value),
            EntryKind::Proposal => self.proposals.insert(value),
            EntryKind::Weights => self.weights.insert(value),
            EntryKind::Key => self.keys.insert(KeyId::from_digest(value)),
        };
    }

    fn add_loose(&mut self, domain: &Domain) {
        let newest = domain.policy.as_ref().map(|chain| chain.newest().policy());
        for revocation in &domain.revocations {
            let (set, target) = match revocation.statement().target {
                Target::Proposal(digest) => (&mut self.proposals, digest),
                Target::Weights(digest) => (&mut self.weights, digest),
            };
            set.insert(target);
            self.sources.insert(revocation.digest(), Some(target));
        }
        for revocation in &domain.key_revocations {
            let key = revocation.statement().key;
            // A key that has become the root's or a list signer's since can no longer be revoked.
            if !newest.is_some_and(|policy| policy.is_anchor(key)) {
                self.sources.insert(revocation.digest(), None);
                self.keys.insert(key);
            }
        }
        for verdict in &domain.negative_verdicts {
            self.sources.insert(verdict.digest(), Some(verdict.statement().proposal));
        }
    }
}
