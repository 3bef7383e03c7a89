//! The only place that counts signers: no person and no key counts twice (attacks: one key under two names, one person
//! with several keys, one approval repeated).

use alloc::{collections::BTreeSet, vec::Vec};

use crate::{
    envelope::Envelope,
    key::KeyId,
    name::Principal,
    policy::{Policy, Threshold},
    time::Window,
};

/// A principal whose signature was verified, and under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedBy {
    pub(crate) principal: Principal,
    pub(crate) key_id: KeyId,
    /// When signatures under that key count.
    pub(crate) window: Window,
}

/// Distinct signers.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    people: BTreeSet<Principal>,
    keys: BTreeSet<KeyId>,
}

impl Tally {
    pub(crate) fn of(signers: &[SignedBy]) -> Self {
        let mut tally = Self::default();
        for signer in signers {
            tally.add(&signer.principal, signer.key_id);
        }
        tally
    }

    /// Counts a signer, unless the person or the key was counted already; says whether it counted.
    pub(crate) fn add(&mut self, person: &Principal, key: KeyId) -> bool {
        let new = !self.people.contains(person) && !self.keys.contains(&key);
        if new {
            self.people.insert(person.clone());
            self.keys.insert(key);
        }
        new
    }

    /// Whether at least `threshold` signers were counted.
    pub(crate) fn reaches(&self, threshold: u64) -> bool {
        self.count() >= threshold
    }

    /// How many signers were counted.
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.people.len()).unwrap_or(u64::MAX)
    }
}

/// The members of `group` whose signature under one of their keys in `policy` the envelope carries. Windows are not
/// looked at; each signature is verified at most once, and only for the key that it names.
pub(crate) fn threshold_signers(envelope: &Envelope, group: &Threshold, policy: &Policy) -> Vec<SignedBy> {
    let keys = group.principals.iter().flat_map(|name| policy.keys(name).map(move |key| (name, key)));
    keys.filter(|(_, key)| envelope.check_signature(&key.public).is_ok())
        .map(|(name, key)| SignedBy {
            principal: name.clone(),
            key_id: key.public.key_id(),
            window: key.window,
        })
        .collect()
}
