//! The next revocation list, from everything that ended something: what a registry signs.
//!
//! A pure function, so that anyone who holds the same statements can say what the list must hold. A verifier still
//! believes a list by its signature alone.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{Entry, EntryKind, RevocationList, VerifiedList};
use crate::{
    approval::{Approval, Verdict},
    code::Code,
    digest::Digest,
    error::ParseError,
    limits,
    policy::TrustPolicy,
    proposal::Proposal,
    revocation::{KeyRevocation, Reason, Revocation, Target},
    time::{Timestamp, Window},
    verify::Verified,
};

/// The verified statements of a domain that end something, and those that they end.
///
/// All are verified as negative statements are ([`TrustPolicy::verify_negative`]), so that a rotation of the policy or
/// the end of a key loses none.
#[derive(Clone, Debug, Default)]
pub struct Endings {
    /// Proposals, for how long what is said about them must stay listed.
    pub proposals: Vec<Verified<Proposal>>,
    /// Approvals, rejections and withdrawals.
    pub verdicts: Vec<Verified<Approval>>,
    /// Revocations of proposals and weights.
    pub revocations: Vec<Verified<Revocation>>,
    /// Revocations of keys.
    pub key_revocations: Vec<Verified<KeyRevocation>>,
    /// The proposals whose successor was approved wherever it asks to run, each with that successor
    /// ([`superseded`](crate::decide::superseded)). A successor of another model replaces nothing.
    pub superseded: BTreeMap<Digest, Digest>,
}

impl RevocationList {
    /// The list after `previous`, made now and valid for `seconds`. Its number is above `number`, the highest that was
    /// ever used, and above that of `previous`.
    ///
    /// Every entry of `previous` is carried until it has run out. A rejection is listed as the end of its proposal
    /// where one of the rules that would govern it gives the rejecter a veto; a rejection or withdrawal also lists
    /// every approval that the same person gave to the same proposal.
    ///
    /// # Errors
    ///
    /// [`Code::ClockRollback`] where `previous` was made later than now, [`Code::EmptyValidity`] where `seconds` is not
    /// positive, [`ParseError::TooMany`] over [`limits::LIST_ENTRIES`].
    pub fn next(
        chain: &TrustPolicy,
        previous: Option<&VerifiedList>,
        number: u64,
        endings: &Endings,
        now: Timestamp,
        seconds: i64,
    ) -> Result<Self, ParseError> {
        if previous.is_some_and(|previous| previous.list.window.not_before > now) {
            return Err(ParseError::invalid("this_update", Code::ClockRollback));
        }
        let window = Window { not_before: now, not_after: now.plus(seconds) };
        if window.not_before >= window.not_after {
            return Err(ParseError::invalid("next_update", Code::EmptyValidity));
        }
        let mut entries = Entries { now, map: BTreeMap::new() };
        let carried = previous.into_iter().flat_map(|previous| &previous.list.entries);
        carried.for_each(|entry| entries.add(*entry));
        endings.add_to(&mut entries, chain);
        if entries.map.len() > limits::LIST_ENTRIES {
            return Err(ParseError::TooMany { field: "entries", limit: limits::LIST_ENTRIES });
        }
        let held = previous.map_or(0, |previous| previous.list.number);
        Ok(Self {
            domain: chain.domain(),
            number: number.max(held).saturating_add(1),
            window,
            policy: chain.newest().reference(),
            entries: entries.map.into_values().collect(),
        })
    }
}

/// Entries by what they revoke.
struct Entries {
    now: Timestamp,
    map: BTreeMap<(EntryKind, Digest), Entry>,
}

impl Entries {
    /// Adds an entry that has not run out; of two that revoke the same, the one that lasts longer stays, the first of
    /// equals.
    fn add(&mut self, entry: Entry) {
        if entry.until.is_some_and(|until| until <= self.now) {
            return;
        }
        // Without an end is longest.
        let end = |entry: &Entry| (entry.until.is_none(), entry.until);
        let held = self.map.entry((entry.kind, entry.value)).or_insert(entry);
        if end(&entry) > end(held) {
            *held = entry;
        }
    }
}

impl Endings {
    fn add_to(&self, entries: &mut Entries, chain: &TrustPolicy) {
        let proposals: BTreeMap<_, _> = self.proposals.iter().map(|p| (p.digest(), p.statement())).collect();
        // What ends a proposal that is not known stays for ever.
        let until = |proposal: &Digest| proposals.get(proposal).map(|proposal| proposal.window.not_after);
        for revocation in &self.revocations {
            let (kind, value, until) = match revocation.statement().target {
                Target::Proposal(digest) => (EntryKind::Proposal, digest, until(&digest)),
                Target::Weights(digest) => (EntryKind::Weights, digest, None),
            };
            let reason_code = revocation.statement().reason_code;
            entries.add(Entry { kind, value, until, reason_code, source: revocation.digest() });
        }
        for revocation in &self.key_revocations {
            let KeyRevocation { key, reason_code, .. } = revocation.statement();
            entries.add(Entry {
                kind: EntryKind::Key,
                value: key.digest(),
                until: None,
                reason_code: *reason_code,
                source: revocation.digest(),
            });
        }
        let model = |digest| proposals.get(digest).map(|proposal| &proposal.subject.model_id);
        for (old, successor) in self.superseded.iter().filter(|(old, new)| model(old) == model(new)) {
            entries.add(Entry {
                kind: EntryKind::Proposal,
                value: *old,
                until: until(old),
                reason_code: Reason::Superseded,
                source: *successor,
            });
        }
        for verdict in self.verdicts.iter().filter(|v| v.statement().verdict != Verdict::Approve) {
            let (said, source) = (verdict.statement(), verdict.digest());
            let until = until(&said.proposal);
            if proposals.get(&said.proposal).is_some_and(|proposal| is_veto(said, proposal, chain)) {
                let value = said.proposal;
                entries.add(Entry {
                    kind: EntryKind::Proposal,
                    value,
                    until,
                    reason_code: Reason::Policy,
                    source,
                });
            }
            for value in self.approvals_of(said) {
                entries.add(Entry {
                    kind: EntryKind::Approval,
                    value,
                    until,
                    reason_code: Reason::Other,
                    source,
                });
            }
        }
    }

    /// The approvals that the person who says `no` gave to the same proposal.
    fn approvals_of<'a>(&'a self, no: &'a Approval) -> impl Iterator<Item = Digest> + 'a {
        let given = self.verdicts.iter().filter(|verdict| verdict.statement().verdict == Verdict::Approve);
        let same = |yes: &Approval| yes.approver == no.approver && yes.proposal == no.proposal;
        given.filter(move |yes| same(yes.statement())).map(Verified::digest)
    }
}

/// Whether a rule for one of the places of `proposal` lets the person who says so stop it. A rule that asks no veto in
/// another place does not save it there: the reading that denies.
fn is_veto(said: &Approval, proposal: &Proposal, chain: &TrustPolicy) -> bool {
    let newest = chain.newest().policy();
    let governing = proposal.places().filter_map(|(environment, scope)| newest.rule(environment, scope));
    let roles: BTreeSet<_> =
        governing.filter(|rule| rule.veto).flat_map(|rule| &rule.quorum).map(|seat| &seat.role).collect();
    let holds = |role| chain.links().any(|link| link.policy().holds(&said.approver, role));
    said.verdict == Verdict::Reject && roles.into_iter().any(holds)
}
