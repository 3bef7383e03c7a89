//! The revocation list: everything that is revoked, under one signature, with a number that only rises.

mod next;

use alloc::{string::String, vec::Vec};

use crate::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    error::{ParseError, VerifyError},
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    key::KeyId,
    limits,
    name::Principal,
    policy::TrustPolicy,
    proposal::PolicyRef,
    quorum::{SignedBy, Tally, threshold_signers},
    revocation::Reason,
    time::{Timestamp, Window},
};

pub use next::Endings;

/// The payload type of a revocation list.
pub const REVOCATION_LIST: &str = "application/vnd.placet.revocation-list+json";

/// What is revoked at a moment, as the registry plane says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    /// The organisation.
    pub domain: Digest,
    /// Rises with each list.
    pub number: u64,
    /// From `this_update`, when it was made, until before `next_update`, when a newer one must be there.
    pub window: Window,
    /// The policy that was the newest when it was made.
    pub policy: PolicyRef,
    /// Sorted by kind and value, without repetition.
    pub entries: Vec<Entry>,
}

/// What an entry revokes, in the order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// One approval, by the digest of its payload.
    Approval,
    /// A key, by its id.
    Key,
    /// A proposal, by the digest of its payload.
    Proposal,
    /// Weights, by their digest.
    Weights,
}

impl EntryKind {
    /// The kind as lists write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Key => "key",
            Self::Proposal => "proposal",
            Self::Weights => "weights",
        }
    }

    /// Reads a kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Approval, Self::Key, Self::Proposal, Self::Weights]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// One revoked thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// What kind of thing.
    pub kind: EntryKind,
    /// Which one.
    pub value: Digest,
    /// When the entry may leave the list, as what it revokes has run out by then; without it, never.
    pub until: Option<Timestamp>,
    /// Why.
    pub reason_code: Reason,
    /// The digest of the statement that revoked it.
    pub source: Digest,
}

impl RevocationList {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are no revocation list.
    pub fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        if payload.len() > limits::LARGE_PAYLOAD {
            return Err(ParseError::TooLarge { field: "payload", limit: limits::LARGE_PAYLOAD });
        }
        let mut fields = Fields::of(Value::parse(payload)?, "revocation list")?;
        let entries = fields.list("entries", limits::LIST_ENTRIES)?;
        let list = Self {
            domain: fields.digest("domain")?,
            number: fields.integer("number", 1..=u64::MAX)?,
            window: fields.window("this_update", "next_update")?,
            policy: PolicyRef::parse(fields.required("policy")?)?,
            entries: entries.into_iter().map(Entry::parse).collect::<Result<_, _>>()?,
        };
        fields.annotations()?;
        fields.finish()?;
        let keys = || list.entries.iter().map(|entry| (entry.kind, entry.value));
        if keys().zip(keys().skip(1)).any(|(a, b)| a >= b) {
            return Err(ParseError::invalid("entries", Code::NotSorted));
        }
        Ok(list)
    }

    /// The payload bytes; `entries` are sorted by the caller.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let entries =
            self.entries.iter().fold(ArrayWriter::new(), |array, entry| array.raw(&entry.to_json()));
        ObjectWriter::new()
            .display("domain", &self.domain)
            .integer("number", self.number)
            .display("this_update", &self.window.not_before)
            .display("next_update", &self.window.not_after)
            .raw("policy", self.policy.to_json())
            .raw("entries", entries.finish())
            .finish()
            .into_bytes()
    }
}

impl Entry {
    fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "entries")?;
        let until = fields.required("until")?;
        let entry = Self {
            kind: fields.one_of("kind", EntryKind::parse)?,
            value: fields.digest("value")?,
            until: if until.is_null() {
                None
            } else {
                let time = until.as_str().and_then(|text| Timestamp::parse(&text));
                Some(time.ok_or(ParseError::invalid("until", Code::InvalidTime))?)
            },
            reason_code: fields.one_of("reason_code", Reason::parse)?,
            source: fields.digest("source")?,
        };
        fields.finish()?;
        Ok(entry)
    }

    fn to_json(self) -> String {
        ObjectWriter::new()
            .string("kind", self.kind.as_str())
            .display("value", &self.value)
            .optional("until", self.until)
            .string("reason_code", self.reason_code.as_str())
            .display("source", &self.source)
            .finish()
    }
}

/// A revocation list under signatures of its signers. Whether they are enough depends on the time, as keys run out.
#[derive(Clone, Debug)]
pub struct VerifiedList {
    list: RevocationList,
    digest: Digest,
    signers: Vec<SignedBy>,
}

impl VerifiedList {
    /// Verifies the signatures of a list under the newest policy.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] where it is no list of this domain, or the signatures of its signers are fewer than their
    /// threshold.
    pub fn verify(envelope: &Envelope, policy: &TrustPolicy) -> Result<Self, VerifyError> {
        let refuse = |code| VerifyError::Signer { code, principal: "list_signers".into() };
        if envelope.payload_type() != REVOCATION_LIST {
            return Err(ParseError::invalid("payloadType", Code::WrongPayloadType).into());
        }
        let list = RevocationList::parse(envelope.unverified_payload())?;
        if list.domain != policy.domain() {
            return Err(refuse(Code::ForeignDomain));
        }
        let newest = policy.newest().policy();
        let signers = threshold_signers(envelope, &newest.list_signers, newest);
        if !Tally::of(&signers).reaches(newest.list_signers.threshold) {
            return Err(refuse(Code::ListSignatures));
        }
        Ok(Self { list, digest: envelope.digest(), signers })
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &RevocationList {
        &self.list
    }

    /// The digest of its payload.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Who signed it, and under which key.
    pub fn signers(&self) -> impl Iterator<Item = (Principal, KeyId)> {
        self.signers.iter().map(|signer| (signer.principal.clone(), signer.key_id))
    }

    /// Whether enough of its signers' keys are valid now and were when the list was made, and it is not of the future.
    ///
    /// # Errors
    ///
    /// [`Code::ListSignatures`] or [`Code::ListFromFuture`].
    pub fn check_signers(&self, policy: &TrustPolicy, now: Timestamp) -> Result<(), Code> {
        let newest = policy.newest().policy();
        let made = self.list.window.not_before;
        if made > now.plus(newest.clock_skew_seconds.into()) {
            return Err(Code::ListFromFuture);
        }
        let valid = self.signers.iter().filter(|s| s.window.contains(now) && s.window.contains(made));
        let mut tally = Tally::default();
        for signer in valid {
            tally.add(&signer.principal, signer.key_id);
        }
        if tally.reaches(newest.list_signers.threshold) { Ok(()) } else { Err(Code::ListSignatures) }
    }

    /// The moments at which the list or a key that signed it runs out.
    pub(crate) fn boundaries(&self) -> impl Iterator<Item = Timestamp> {
        let signers = self.signers.iter().map(|signer| signer.window.not_after);
        core::iter::once(self.list.window.not_after).chain(signers)
    }
}
