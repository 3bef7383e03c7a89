//! What a verifier remembers, so that nobody can take it back to an older truth.
//!
//! A [`State`] only ever grows: it is merged by maximum, and it moves by signed documents alone, never by a local clock
//! (attack: one wrong clock that poisons a verifier).

use alloc::{
    collections::BTreeMap,
    string::{String, ToString as _},
};

use crate::{
    code::Code,
    digest::Digest,
    document::digest_of,
    error::ParseError,
    gather::gather,
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    limits,
    proposal::PolicyRef,
    revocation_list::{EntryKind, VerifiedList},
    time::Timestamp,
};

/// The media type of a state.
pub const STATE: &str = "application/vnd.placet.state+json;version=1";

/// What a verifier has seen of each domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    domains: BTreeMap<Digest, DomainState>,
}

/// What a verifier has seen of one domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DomainState {
    /// The newest policy.
    pub(crate) policy: Option<PolicyRef>,
    /// The newest revocation list.
    pub(crate) list: Option<ListState>,
    /// The largest checkpoint of the ledger.
    pub(crate) checkpoint: Option<CheckpointState>,
    /// The latest time that an accepted document gave.
    pub(crate) time: Option<Timestamp>,
}

/// A revocation list that was accepted, with what it revoked and until when that must stay listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListState {
    pub(crate) number: u64,
    pub(crate) digest: Digest,
    pub(crate) entries: BTreeMap<(EntryKind, Digest), Option<Timestamp>>,
}

/// A checkpoint that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CheckpointState {
    pub(crate) size: u64,
    pub(crate) root: Digest,
}

impl State {
    /// A verifier that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a state that was kept.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are no state of this version.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > limits::STATE {
            return Err(ParseError::TooLarge { field: "state", limit: limits::STATE });
        }
        let mut fields = Fields::of(Value::parse(bytes)?, "state")?;
        if fields.text("media_type")? != STATE {
            return Err(ParseError::invalid("media_type", Code::UnsupportedVersion));
        }
        let members = fields.required("domains")?.members();
        let members = members.ok_or(ParseError::WrongType { field: "domains", expected: "an object" })?;
        let mut domains = BTreeMap::new();
        for (key, value) in members {
            let domain = Digest::parse(&key).ok_or(ParseError::invalid("domains", Code::InvalidDigest))?;
            domains.insert(domain, DomainState::parse(value)?);
        }
        fields.finish()?;
        Ok(Self { domains })
    }

    /// The state to keep, as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let domains = self.domains.iter().fold(ObjectWriter::new(), |object, (domain, state)| {
            object.raw(&domain.to_string(), state.to_json())
        });
        ObjectWriter::new().string("media_type", STATE).raw("domains", domains.finish()).finish()
    }

    /// What two verifiers have seen together.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (domain, seen) in other.domains {
            self.domains.entry(domain).or_default().merge(seen);
        }
        self
    }

    /// The sizes of the ledgers that were seen, from which a trust document should lead on.
    pub fn tree_sizes(&self) -> impl Iterator<Item = u64> {
        self.domains.values().filter_map(|domain| domain.checkpoint.map(|checkpoint| checkpoint.size))
    }

    pub(crate) fn domain(&self, domain: Digest) -> DomainState {
        self.domains.get(&domain).cloned().unwrap_or_default()
    }

    pub(crate) fn insert(&mut self, domain: Digest, state: DomainState) {
        self.domains.insert(domain, state);
    }
}

impl DomainState {
    /// A policy was accepted.
    pub(crate) fn advance_policy(&mut self, policy: PolicyRef) {
        if self.policy.is_none_or(|seen| seen.version < policy.version) {
            self.policy = Some(policy);
        }
    }

    /// A list was accepted.
    pub(crate) fn advance_list(&mut self, list: &VerifiedList) {
        if self.list.as_ref().is_none_or(|seen| seen.number < list.list().number) {
            let entries = list.list().entries.iter().map(|entry| ((entry.kind, entry.value), entry.until));
            self.list = Some(ListState {
                number: list.list().number,
                digest: list.digest(),
                entries: gather(entries),
            });
        }
    }

    /// A document gave the time.
    pub(crate) fn advance_time(&mut self, time: Timestamp) {
        self.time = self.time.max(Some(time));
    }

    /// A checkpoint was accepted.
    pub(crate) fn advance_checkpoint(&mut self, checkpoint: CheckpointState) {
        if self.checkpoint.is_none_or(|seen| seen.size < checkpoint.size) {
            self.checkpoint = Some(checkpoint);
        }
    }

    /// Where two states contradict each other the digest decides, so that the order of merging never matters.
    fn merge(&mut self, other: Self) {
        self.policy = self.policy.max(other.policy);
        self.checkpoint = self.checkpoint.max(other.checkpoint);
        self.time = self.time.max(other.time);
        self.list = match (self.list.take(), other.list) {
            (Some(ours), Some(theirs)) => Some(ours.merge(theirs)),
            (ours, theirs) => ours.or(theirs),
        };
    }

    fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "domains")?;
        let state = Self {
            policy: nullable(&mut fields, "policy", PolicyRef::parse)?,
            list: nullable(&mut fields, "list", ListState::parse)?,
            checkpoint: nullable(&mut fields, "checkpoint", CheckpointState::parse)?,
            time: nullable(&mut fields, "time", time)?,
        };
        fields.finish()?;
        Ok(state)
    }

    fn to_json(&self) -> String {
        let or_null = |json: Option<String>| json.unwrap_or_else(|| "null".into());
        ObjectWriter::new()
            .raw("policy", or_null(self.policy.map(PolicyRef::to_json)))
            .raw("list", or_null(self.list.as_ref().map(ListState::to_json)))
            .raw("checkpoint", or_null(self.checkpoint.map(CheckpointState::to_json)))
            .optional("time", self.time)
            .finish()
    }
}

impl ListState {
    fn merge(self, other: Self) -> Self {
        let is_older = (self.number, self.digest) < (other.number, other.digest);
        let (mut newer, older) = if is_older { (other, self) } else { (self, other) };
        // What either has seen revoked stays so for the longer of the two times, and for ever without one.
        for (key, until) in older.entries {
            let kept = newer.entries.entry(key).or_insert(until);
            *kept = kept.zip(until).map(|(ours, theirs)| ours.max(theirs));
        }
        newer
    }

    fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "list")?;
        let mut entries = BTreeMap::new();
        for value in fields.list("entries", limits::LIST_ENTRIES.saturating_mul(2))? {
            let mut entry = Fields::of(value, "entries")?;
            let key =
                (entry.one_of("kind", EntryKind::parse)?, digest_of(entry.required("value")?, "value")?);
            let until = nullable(&mut entry, "until", time)?;
            entry.finish()?;
            if entries.insert(key, until).is_some() {
                return Err(ParseError::invalid("entries", Code::NotSorted));
            }
        }
        let list = Self {
            number: fields.integer("number", 1..=u64::MAX)?,
            digest: fields.digest("digest")?,
            entries,
        };
        fields.finish()?;
        Ok(list)
    }

    fn to_json(&self) -> String {
        let entries = self.entries.iter().fold(ArrayWriter::new(), |array, ((kind, value), until)| {
            let entry = ObjectWriter::new()
                .string("kind", kind.as_str())
                .display("value", &value)
                .optional("until", *until);
            array.raw(&entry.finish())
        });
        ObjectWriter::new()
            .integer("number", self.number)
            .display("digest", &self.digest)
            .raw("entries", entries.finish())
            .finish()
    }
}

impl CheckpointState {
    fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "checkpoint")?;
        let checkpoint = Self { size: fields.integer("size", 0..=u64::MAX)?, root: fields.digest("root")? };
        fields.finish()?;
        Ok(checkpoint)
    }

    fn to_json(self) -> String {
        ObjectWriter::new().integer("size", self.size).display("root", &self.root).finish()
    }
}

fn nullable<'a, T>(
    fields: &mut Fields<'a>,
    field: &'static str,
    parse: fn(Value<'a>) -> Result<T, ParseError>,
) -> Result<Option<T>, ParseError> {
    let value = fields.required(field)?;
    if value.is_null() { Ok(None) } else { parse(value).map(Some) }
}

fn time(value: Value<'_>) -> Result<Timestamp, ParseError> {
    let time = value.as_str().and_then(|text| Timestamp::parse(&text));
    time.ok_or(ParseError::invalid("time", Code::InvalidTime))
}

#[cfg(test)]
mod tests;
