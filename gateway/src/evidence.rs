//! What a gateway holds: trust that was verified, bundles, and what must not be forgotten of either.
//!
//! A source can withhold but must not be able to undo: what was once verified stays beside whatever comes next (attacks:
//! a revocation that is left out of the next document, a rejection that is left out of the next bundle).

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use placet_core::{
    approval::{Approval, Verdict},
    bundle::Bundle,
    digest::Digest,
    envelope::Envelope,
    error::ParseError,
    limits,
    policy::{Link, TrustPolicy},
    revocation::{KeyRevocation, Revocation},
    trust::{Trust, VerifiedTrust},
};

/// A trust document with everything that was verified before, and its proof.
#[derive(Clone, Debug)]
pub struct HeldTrust {
    document: Trust,
    verified: VerifiedTrust,
}

impl HeldTrust {
    /// Takes `new` in beside what was held; the pins are the configuration's.
    ///
    /// # Errors
    ///
    /// [`ParseError::TooMany`] where both together are more than a verifier reads.
    pub fn take(held: Option<&Self>, new: Trust, pins: &BTreeSet<Digest>) -> Result<Self, ParseError> {
        let mut document = new;
        document.pins.clone_from(pins);
        if let Some(held) = held {
            let kept = held.worth_keeping();
            document.policies = together(document.policies, kept.policies, limits::POLICY_CHAIN, "policies")?;
            document.revocation_lists = together(
                document.revocation_lists,
                kept.revocation_lists,
                limits::POLICY_CHAIN,
                "revocation_lists",
            )?;
            document.revocations =
                together(document.revocations, kept.revocations, limits::TRUST_ENVELOPES, "revocations")?;
            document.ledger = document.ledger.or(kept.ledger);
        }
        Ok(Self { verified: document.verify(), document })
    }

    /// Takes in the rejections and withdrawals of a bundle that are verified; says whether there was a new one.
    ///
    /// # Errors
    ///
    /// As [`Self::take`].
    pub fn take_verdicts(&mut self, bundle: &Bundle) -> Result<bool, ParseError> {
        let held: BTreeSet<_> = self.document.revocations.iter().flatten().map(Envelope::digest).collect();
        let negative = |envelope: &&Envelope| self.chains().any(|chain| is_verdict(chain, envelope));
        let new = bundle.approvals().filter(|envelope| !held.contains(&envelope.digest())).filter(negative);
        let new: Vec<_> = new.cloned().map(Ok).collect();
        if new.is_empty() {
            return Ok(false);
        }
        let revocations = core::mem::take(&mut self.document.revocations);
        self.document.revocations = together(revocations, new, limits::TRUST_ENVELOPES, "revocations")?;
        self.verified = self.document.verify();
        Ok(true)
    }

    /// The document, to keep.
    #[must_use]
    pub fn document(&self) -> &Trust {
        &self.document
    }

    /// What of it was verified.
    #[must_use]
    pub fn verified(&self) -> &VerifiedTrust {
        &self.verified
    }

    fn chains(&self) -> impl Iterator<Item = &TrustPolicy> {
        self.verified.pins().filter_map(|pin| self.verified.policy(pin))
    }

    /// What of the document was verified, and what the list in use does not say already.
    fn worth_keeping(&self) -> Trust {
        let links: BTreeSet<_> = self.chains().flat_map(TrustPolicy::links).map(Link::digest).collect();
        let lists = self.verified.pins().filter_map(|pin| self.verified.revocation_list(pin));
        let lists: Vec<_> = lists.collect();
        let used: BTreeSet<_> = lists.iter().map(|list| list.digest()).collect();
        let listed: BTreeSet<_> =
            lists.iter().flat_map(|list| &list.list().entries).map(|entry| entry.source).collect();
        let only = |envelopes: &[Result<Envelope, ParseError>], keep: &dyn Fn(&Envelope) -> bool| {
            envelopes.iter().flatten().filter(|envelope| keep(envelope)).cloned().map(Ok).collect()
        };
        let negative = |envelope: &Envelope| {
            !listed.contains(&envelope.digest()) && self.chains().any(|chain| is_negative(chain, envelope))
        };
        Trust {
            pins: BTreeSet::new(),
            policies: only(&self.document.policies, &|envelope| links.contains(&envelope.digest())),
            revocation_lists: only(&self.document.revocation_lists, &|envelope| {
                used.contains(&envelope.digest())
            }),
            revocations: only(&self.document.revocations, &negative),
            ledger: self.document.ledger.clone(),
        }
    }
}

/// Whether this is a verified statement that ends something.
fn is_negative(chain: &TrustPolicy, envelope: &Envelope) -> bool {
    chain.verify_negative::<Revocation>(envelope).is_ok()
        || chain.verify_negative::<KeyRevocation>(envelope).is_ok()
        || is_verdict(chain, envelope)
}

/// Whether this is a verified rejection or withdrawal.
fn is_verdict(chain: &TrustPolicy, envelope: &Envelope) -> bool {
    let verified = chain.verify_negative::<Approval>(envelope);
    verified.is_ok_and(|verified| verified.statement().verdict != Verdict::Approve)
}

/// Both, with one envelope a payload, which carries the signatures of all.
fn together(
    new: Vec<Result<Envelope, ParseError>>,
    kept: Vec<Result<Envelope, ParseError>>,
    limit: usize,
    field: &'static str,
) -> Result<Vec<Result<Envelope, ParseError>>, ParseError> {
    let (mut unreadable, mut readable) = (Vec::new(), BTreeMap::<_, Envelope>::new());
    for envelope in new.into_iter().chain(kept) {
        match envelope {
            Ok(envelope) => {
                let payload = (envelope.digest(), alloc::string::String::from(envelope.payload_type()));
                match readable.get_mut(&payload) {
                    Some(held) => held.merge(envelope),
                    None => drop(readable.insert(payload, envelope)),
                }
            }
            Err(error) => unreadable.push(Err(error)),
        }
    }
    let all: Vec<_> = readable.into_values().map(Ok).chain(unreadable).collect();
    if all.len() > limit { Err(ParseError::TooMany { field, limit }) } else { Ok(all) }
}
