//! What a verifier is given to trust: pins from out of band, and signed documents from anywhere.

mod succession;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString as _},
    vec::Vec,
};

use crate::{
    approval::{Approval, Verdict},
    bundle::{hashes_json, parse_hashes},
    code::Code,
    digest::Digest,
    document::digest_of,
    envelope::Envelope,
    error::ParseError,
    gather::gather,
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    key::KeyId,
    limits,
    policy::{ChainFailure, Policy, TrustPolicy, verify_chain},
    revocation::{KEY_REVOCATION, KeyRevocation, Revocation},
    revocation_list::{EntryKind, VerifiedList},
    verify::Verified,
};

pub use succession::Succession;

/// The media type of a trust document.
pub const TRUST: &str = "application/vnd.placet.trust+json;version=1";

/// Pins and signed documents, nothing verified.
///
/// The pins are the only part that must come from a safe place; all else may come from a registry, which can withhold
/// but not forge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Digests of version 1 of policies, each the root of a domain.
    pub pins: BTreeSet<Digest>,
    /// Policies in any order.
    pub policies: Vec<Result<Envelope, ParseError>>,
    /// Revocation lists; the best verified one is used.
    pub revocation_lists: Vec<Result<Envelope, ParseError>>,
    /// Loose revocations, key revocations, rejections and withdrawals, which count at once.
    pub revocations: Vec<Result<Envelope, ParseError>>,
    /// The newest checkpoint of the ledger, and how older ones lead to it.
    pub ledger: Option<LedgerView>,
}

/// A checkpoint, and consistency proofs from smaller trees to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerView {
    /// A signed checkpoint (C2SP tlog-checkpoint).
    pub checkpoint: String,
    /// The proof from a tree of this size to the checkpoint's.
    pub consistency: BTreeMap<u64, Vec<[u8; 32]>>,
}

impl Trust {
    /// Reads a trust document.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are no trust document or exceed a limit. An envelope in it that cannot be read
    /// is kept with its error.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > limits::TRUST {
            return Err(ParseError::TooLarge { field: "trust", limit: limits::TRUST });
        }
        let mut fields = Fields::of(Value::parse(bytes)?, "trust")?;
        if fields.text("media_type")? != TRUST {
            return Err(ParseError::invalid("media_type", Code::UnsupportedVersion));
        }
        let pins = fields.list("pins", limits::POLICY_CHAIN)?;
        let trust = Self {
            pins: gather(pins.into_iter().map(|pin| digest_of(pin, "pins")).collect::<Result<Vec<_>, _>>()?),
            policies: envelopes(&mut fields, "policies", limits::POLICY_CHAIN)?,
            revocation_lists: envelopes(&mut fields, "revocation_lists", limits::POLICY_CHAIN)?,
            revocations: envelopes(&mut fields, "revocations", limits::TRUST_ENVELOPES)?,
            ledger: match fields.required("ledger")? {
                value if value.is_null() => None,
                value => Some(LedgerView::parse(value)?),
            },
        };
        fields.finish()?;
        let envelopes = trust.policies.iter().chain(&trust.revocation_lists).chain(&trust.revocations);
        Envelope::check_work(envelopes.flatten(), limits::TRUST_SIGNATURES)?;
        Ok(trust)
    }

    /// The trust document as canonical JSON. Envelopes that could not be read are left out.
    #[must_use]
    pub fn to_json(&self) -> String {
        let array = |envelopes: &[Result<Envelope, ParseError>]| {
            let envelopes = envelopes.iter().filter_map(|envelope| envelope.as_ref().ok());
            envelopes.fold(ArrayWriter::new(), |array, envelope| array.raw(&envelope.to_json())).finish()
        };
        let pins = self.pins.iter().fold(ArrayWriter::new(), |array, pin| array.string(&pin.to_string()));
        ObjectWriter::new()
            .string("media_type", TRUST)
            .raw("pins", pins.finish())
            .raw("policies", array(&self.policies))
            .raw("revocation_lists", array(&self.revocation_lists))
            .raw("revocations", array(&self.revocations))
            .raw("ledger", self.ledger.as_ref().map_or_else(|| "null".into(), LedgerView::to_json))
            .finish()
    }

    /// Verifies every signature that does not depend on a bundle, once for many decisions.
    #[must_use]
    pub fn verify(&self) -> VerifiedTrust {
        let domains = gather(self.pins.iter().map(|pin| (*pin, Domain::verify(*pin, self))));
        VerifiedTrust { domains }
    }

    /// The trust of the draft's domain as it would be if its whole root had signed it.
    pub(crate) fn suppose(&self, draft: &Policy, digest: Digest) -> Result<VerifiedTrust, Code> {
        let pin = draft.domain.filter(|domain| self.pins.contains(domain)).ok_or(Code::ForeignDomain)?;
        let (chain, failure) = verify_chain(pin, &self.policies);
        if let Some(failure) = failure {
            return Err(failure.0);
        }
        let chain = chain.ok_or(Code::PolicyMissing)?.supposing(draft, digest)?;
        Ok(VerifiedTrust { domains: gather([(pin, Domain::under(Some(chain), None, self))]) })
    }
}

impl LedgerView {
    fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "ledger")?;
        let checkpoint = fields.string("checkpoint", 1 << 16)?;
        let mut consistency = BTreeMap::new();
        for value in fields.list("consistency", limits::BUNDLE_ENVELOPES)? {
            let mut entry = Fields::of(value, "consistency")?;
            let size = entry.integer("size", 0..=u64::MAX)?;
            let proof = parse_hashes(&mut entry, "proof")?;
            entry.finish()?;
            if consistency.insert(size, proof).is_some() {
                return Err(ParseError::invalid("consistency", Code::NotSorted));
            }
        }
        fields.finish()?;
        Ok(Self { checkpoint, consistency })
    }

    fn to_json(&self) -> String {
        let consistency = self.consistency.iter().fold(ArrayWriter::new(), |array, (size, proof)| {
            array.raw(&ObjectWriter::new().integer("size", *size).raw("proof", hashes_json(proof)).finish())
        });
        ObjectWriter::new()
            .string("checkpoint", &self.checkpoint)
            .raw("consistency", consistency.finish())
            .finish()
    }
}

fn envelopes(
    fields: &mut Fields<'_>,
    field: &'static str,
    limit: usize,
) -> Result<Vec<Result<Envelope, ParseError>>, ParseError> {
    Ok(fields.list(field, limit)?.into_iter().map(Envelope::from_value).collect())
}

/// A trust document whose signatures were verified. It cannot be made but by [`Trust::verify`].
#[derive(Clone, Debug)]
pub struct VerifiedTrust {
    domains: BTreeMap<Digest, Domain>,
}

impl VerifiedTrust {
    /// The pinned domain that a document claims; where it claims none that is pinned, the first there is.
    pub(crate) fn domain(&self, claimed: Option<Digest>) -> Option<(Digest, &Domain)> {
        let claimed = claimed.and_then(|claimed| self.domains.get_key_value(&claimed));
        claimed.or_else(|| self.domains.first_key_value()).map(|(pin, domain)| (*pin, domain))
    }

    /// The verified policy chain of a pinned domain.
    #[must_use]
    pub fn policy(&self, domain: Digest) -> Option<&TrustPolicy> {
        self.domains.get(&domain)?.policy.as_ref()
    }

    /// Why not every policy that is held of a pinned domain is part of its chain; none where all are.
    #[must_use]
    pub fn policy_failure(&self, domain: Digest) -> Option<Code> {
        self.domains.get(&domain)?.policy_failure.map(|failure| failure.0)
    }

    /// The keys of a pinned domain that its best list or a loose statement revokes: for whoever verifies a statement
    /// outside a decision.
    #[must_use]
    pub fn revoked_keys(&self, domain: Digest) -> BTreeSet<KeyId> {
        let listed = self.revocation_list(domain).into_iter().flat_map(|list| &list.list().entries);
        let listed = listed.filter(|entry| entry.kind == EntryKind::Key);
        let loose = self.domains.get(&domain).into_iter().flat_map(|domain| &domain.key_revocations);
        let loose = loose.map(|revocation| revocation.statement().key);
        // A key that has become the root's or a list signer's since can no longer be revoked.
        let policy = self.policy(domain).map(|chain| chain.newest().policy());
        let loose = loose.filter(|key| !policy.is_some_and(|policy| policy.is_anchor(*key)));
        listed.map(|entry| KeyId::from_digest(entry.value)).chain(loose).collect()
    }

    /// The pinned domains.
    pub fn pins(&self) -> impl Iterator<Item = Digest> {
        self.domains.keys().copied()
    }

    /// The verified revocation list with the highest number of a pinned domain.
    #[must_use]
    pub fn revocation_list(&self, domain: Digest) -> Option<&VerifiedList> {
        self.domains.get(&domain)?.lists.iter().max_by_key(|list| list.list().number)
    }
}

/// What is verified of one domain.
#[derive(Clone, Debug)]
pub(crate) struct Domain {
    pub(crate) policy: Option<TrustPolicy>,
    pub(crate) policy_failure: Option<ChainFailure>,
    pub(crate) lists: Vec<VerifiedList>,
    /// Why a list was not verified, where one was not.
    pub(crate) list_failure: Option<Code>,
    pub(crate) revocations: Vec<Verified<Revocation>>,
    pub(crate) key_revocations: Vec<Verified<KeyRevocation>>,
    /// The newest checkpoint that is held, unverified.
    pub(crate) ledger: Option<LedgerView>,
    /// Rejections and withdrawals.
    pub(crate) negative_verdicts: Vec<Verified<Approval>>,
}

impl Domain {
    fn verify(pin: Digest, trust: &Trust) -> Self {
        let (policy, policy_failure) = verify_chain(pin, &trust.policies);
        Self::under(policy, policy_failure, trust)
    }

    /// What the documents of `trust` are worth under a chain.
    fn under(policy: Option<TrustPolicy>, policy_failure: Option<ChainFailure>, trust: &Trust) -> Self {
        let mut domain = Self {
            policy: None,
            policy_failure,
            lists: Vec::new(),
            list_failure: None,
            revocations: Vec::new(),
            key_revocations: Vec::new(),
            ledger: trust.ledger.clone(),
            negative_verdicts: Vec::new(),
        };
        if let Some(policy) = &policy {
            domain.verify_lists(policy, &trust.revocation_lists);
            // Junk among loose statements ends nothing and blocks nothing.
            trust.revocations.iter().flatten().for_each(|envelope| domain.add_negative(policy, envelope));
        }
        domain.policy = policy;
        domain
    }

    fn verify_lists(&mut self, policy: &TrustPolicy, envelopes: &[Result<Envelope, ParseError>]) {
        // The same payload under other signatures is one list, so that their order does not matter.
        let mut payloads = BTreeMap::<_, Envelope>::new();
        for envelope in envelopes {
            match envelope {
                Ok(envelope) => payloads
                    .entry((envelope.digest(), envelope.payload_type()))
                    .and_modify(|held| held.merge(envelope.clone()))
                    .or_insert_with(|| envelope.clone()),
                Err(error) => {
                    self.list_failure = self.list_failure.max(Some(error.code()));
                    continue;
                }
            };
        }
        for envelope in payloads.values() {
            match VerifiedList::verify(envelope, policy) {
                Ok(list) => self.lists.push(list),
                Err(error) => self.list_failure = self.list_failure.max(Some(error.code())),
            }
        }
    }

    fn add_negative(&mut self, policy: &TrustPolicy, envelope: &Envelope) {
        match Negative::verify(policy, envelope) {
            Some(Negative::Key(revocation)) => self.key_revocations.push(revocation),
            Some(Negative::Revocation(revocation)) => self.revocations.push(revocation),
            Some(Negative::Verdict(verdict)) => self.negative_verdicts.push(verdict),
            None => {}
        }
    }
}

/// A verified statement that ends something.
enum Negative {
    Key(Verified<KeyRevocation>),
    Revocation(Verified<Revocation>),
    /// A rejection or a withdrawal.
    Verdict(Verified<Approval>),
}

impl Negative {
    fn verify(policy: &TrustPolicy, envelope: &Envelope) -> Option<Self> {
        if envelope.payload_type() == KEY_REVOCATION {
            return policy.verify_negative(envelope).ok().map(Self::Key);
        }
        if let Ok(revocation) = policy.verify_negative(envelope) {
            return Some(Self::Revocation(revocation));
        }
        let verdict = policy.verify_negative::<Approval>(envelope).ok()?;
        (verdict.statement().verdict != Verdict::Approve).then_some(Self::Verdict(verdict))
    }
}
