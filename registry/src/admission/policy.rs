//! Policies extend the chain by one, and version 1 is the pinned one or nothing.

use std::collections::BTreeMap;

use placet_core::{
    code::Code,
    key::PublicKey,
    policy::{Policy, TrustPolicy},
};

use super::{Context, ensure};
use crate::{
    error::Refusal,
    kind::Kind,
    store::{Details, NewDocument},
    submission::Submission,
    view::chain_with,
};

pub(super) fn check(context: &Context<'_>, submission: &Submission) -> Result<NewDocument, Refusal> {
    let policy = Policy::parse(submission.envelope.unverified_payload())?;
    let digest = submission.envelope.digest();
    let pin = context.view.pin;
    ensure(
        policy.domain.unwrap_or(digest) == pin,
        match policy.domain {
            // Nothing adopts a first policy but the one whose digest came from out of band.
            None => Code::PolicyUnpinned,
            Some(_) => Code::ForeignDomain,
        },
    )?;
    if let Some(chain) = context.view.chain() {
        let newest = chain.newest();
        let next = newest.policy().version.saturating_add(1);
        ensure(policy.version >= next, Code::PolicyEquivocation)?;
        ensure(policy.version == next, Code::PolicyVersionGap)?;
        ensure(policy.previous == Some(newest.digest()), Code::PolicyPreviousMismatch)?;
    } else {
        ensure(policy.version == 1, Code::PolicyVersionGap)?;
    }
    let skew = policy.clock_skew_seconds.into();
    ensure(policy.window.not_before <= context.now.plus(skew), Code::PolicyNotYetValid)?;

    let envelope = {
        let root = context.view.chain().map(root_keys).unwrap_or_default();
        submission.cleaned(root.into_iter().chain(keys_of_root(&policy).into_values()))
    };
    let chain = chain_with(context.view, envelope.clone());
    ensure(chain.is_some_and(|chain| chain.newest().digest() == digest), Code::PolicySignatures)?;
    Ok(NewDocument {
        kind: Kind::Policy,
        envelope,
        signer: String::new(),
        model_id: None,
        proposal: None,
        details: Details::None,
    })
}

/// The keys of every root of the chain, each once.
pub(super) fn root_keys(chain: &TrustPolicy) -> Vec<&PublicKey> {
    let mut keys = BTreeMap::new();
    chain.links().for_each(|link| keys.extend(keys_of_root(link.policy())));
    keys.into_values().collect()
}

fn keys_of_root(policy: &Policy) -> BTreeMap<placet_core::key::KeyId, &PublicKey> {
    let keys = policy.root.principals.iter().flat_map(|name| policy.keys(name));
    keys.map(|key| (key.public.key_id(), &key.public)).collect()
}
