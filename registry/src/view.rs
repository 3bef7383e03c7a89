//! What is published at a moment: one immutable value that every read takes, so that no answer mixes two moments.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::body::Bytes;
use placet_core::{
    digest::Digest,
    envelope::Envelope,
    key::KeyId,
    policy::TrustPolicy,
    revocation_list::{EntryKind, RevocationList},
    time::{Timestamp, Window},
    trust::{Trust, VerifiedTrust},
};

use crate::{
    error::Error,
    kind::Kind,
    ledger::Head,
    store::{Connection, documents, lists},
};

/// Policies, list, loose revocations and the heads of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) pin: Digest,
    /// The signed documents, without the ledger.
    pub(crate) trust: Arc<Trust>,
    /// The same, verified.
    pub(crate) verified: Arc<VerifiedTrust>,
    pub(crate) revoked_keys: Arc<BTreeSet<KeyId>>,
    pub(crate) list: Option<PublishedList>,
    /// The head of the ledger that verifiers are given: cosigned, where the policy asks for witnesses.
    pub(crate) head: Option<Head>,
    /// The newest head, for witnesses.
    pub(crate) newest_head: Option<Head>,
    /// The trust document as it is sent to whoever names no size of the ledger.
    pub(crate) document: OnceLock<Bytes>,
    /// Another number for other trust; a new head alone changes no answer of the registry's.
    pub(crate) generation: u64,
}

static GENERATION: AtomicU64 = AtomicU64::new(0);

/// The newest revocation list.
#[derive(Clone, Debug)]
pub(crate) struct PublishedList {
    pub(crate) number: u64,
    pub(crate) window: Window,
    pub(crate) envelope: Envelope,
}

impl View {
    /// Reads what is stored.
    pub(crate) async fn load(db: &mut Connection, pin: Digest, now: Timestamp) -> Result<Self, Error> {
        let policies = documents::of_kind(db, Kind::Policy).await?;
        let negatives = documents::running_negatives(db, now).await?;
        let envelopes = |documents: Vec<crate::store::Stored>| -> Result<Vec<_>, Error> {
            documents.iter().map(|document| Ok(Ok(document.envelope()?))).collect()
        };
        let list = match lists::newest_list(db).await? {
            None => None,
            Some(envelope) => {
                let list = RevocationList::parse(envelope.unverified_payload()).map_err(Error::Stored)?;
                Some(PublishedList { number: list.number, window: list.window, envelope })
            }
        };
        let trust = Trust {
            pins: BTreeSet::from([pin]),
            policies: envelopes(policies)?,
            revocation_lists: list.iter().map(|list| Ok(list.envelope.clone())).collect(),
            revocations: envelopes(negatives)?,
            ledger: None,
        };
        let keys = lists::running_entries(db, now).await?;
        let keys = keys.iter().filter(|entry| entry.kind == EntryKind::Key);
        Ok(Self {
            pin,
            verified: Arc::new(trust.verify()),
            trust: Arc::new(trust),
            revoked_keys: Arc::new(keys.map(|entry| KeyId::from_digest(entry.value)).collect()),
            list,
            head: None,
            newest_head: None,
            document: OnceLock::new(),
            generation: GENERATION.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// The verified policy chain; none before version 1 has arrived.
    pub(crate) fn chain(&self) -> Option<&TrustPolicy> {
        self.verified.policy(self.pin)
    }
}

/// The chain that stored policies and one more give.
pub(crate) fn chain_with(view: &View, policy: Envelope) -> Option<TrustPolicy> {
    let mut policies = view.trust.policies.clone();
    policies.push(Ok(policy));
    let trust = Trust { pins: BTreeSet::from([view.pin]), policies, ..Trust::default() };
    trust.verify().policy(view.pin).cloned()
}

/// Every key of a principal under any policy of the chain, each once.
pub(crate) fn keys_of<'a>(
    chain: &'a TrustPolicy,
    principal: &placet_core::name::Principal,
) -> Vec<&'a placet_core::key::PublicKey> {
    let keys = chain.links().flat_map(|link| link.policy().keys(principal)).map(|key| &key.public);
    let keys: BTreeMap<_, _> = keys.map(|key| (key.key_id(), key)).collect();
    keys.into_values().collect()
}
