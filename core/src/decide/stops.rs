//! Everything that is revoked, from whichever source says so.

use alloc::collections::BTreeSet;

use crate::{
    digest::Digest,
    key::KeyId,
    name::Principal,
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
    /// Who rejected or withdrew from which proposal by a loose statement.
    pub(super) verdicts: BTreeSet<(Digest, Principal)>,
    /// The digests of the loose statements that counted.
    pub(super) sources: BTreeSet<Digest>,
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
            self.sources.insert(revocation.digest());
            match revocation.statement().target {
                Target::Proposal(digest) => self.proposals.insert(digest),
                Target::Weights(digest) => self.weights.insert(digest),
            };
        }
        for revocation in &domain.key_revocations {
            let key = revocation.statement().key;
            // A key that has become the root's or a list signer's since can no longer be revoked.
            if !newest.is_some_and(|policy| policy.is_anchor(key)) {
                self.sources.insert(revocation.digest());
                self.keys.insert(key);
            }
        }
        for verdict in &domain.negative_verdicts {
            self.sources.insert(verdict.digest());
            self.verdicts.insert((verdict.statement().proposal, verdict.statement().approver.clone()));
        }
    }
}
