//! What is revoked: the list in use, what is remembered, and loose statements.

use placet_core::{
    approval::{Approval, Verdict},
    code::Code,
    digest::Digest,
    json::Value,
    key::KeyId,
    policy::Policy,
    revocation::{KEY_REVOCATION, KeyRevocation, Revocation, Target},
    revocation_list::{EntryKind, REVOCATION_LIST, RevocationList},
    time::{Timestamp, Window},
};

use crate::{
    chain::{Chain, covers, enough, signers},
    documents::{Document, member, merged, negative},
};

/// The list in use.
pub(crate) struct InUse {
    pub(crate) list: RevocationList,
    /// The windows of the keys that signed it.
    pub(crate) windows: Vec<Window>,
}

/// What the verifier has seen of the domain.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) policy: Option<(u64, Digest)>,
    pub(crate) list: Option<(u64, Digest)>,
    pub(crate) entries: Vec<(EntryKind, Digest, Option<Timestamp>)>,
    pub(crate) checkpoint: Option<(u64, Digest)>,
    pub(crate) time: Option<Timestamp>,
}

impl Seen {
    /// Reads what a state says of a domain.
    pub(crate) fn read(state: Option<&[u8]>, domain: Digest) -> Option<Self> {
        let state = Value::parse(state?).ok()?;
        let seen = member(member(state, "domains")?, &domain.to_string())?;
        let digest = |value, name| Digest::parse(&member(value, name)?.as_str()?);
        let time = |value: Value<'_>| Timestamp::parse(&value.as_str()?);
        let pair = |of: &str, number, of_what| {
            let value = member(seen, of)?;
            Some((member(value, number)?.as_u64()?, digest(value, of_what)?))
        };
        let entries = member(seen, "list").and_then(|list| member(list, "entries")?.elements());
        let entry = |entry| {
            let kind = EntryKind::parse(&member(entry, "kind")?.as_str()?)?;
            Some((kind, digest(entry, "value")?, member(entry, "until").and_then(time)))
        };
        Some(Self {
            policy: pair("policy", "version", "digest"),
            list: pair("list", "number", "digest"),
            entries: entries.into_iter().flatten().filter_map(entry).collect(),
            checkpoint: pair("checkpoint", "size", "root"),
            time: member(seen, "time").and_then(time),
        })
    }
}

/// The list that counts, or why there is none.
pub(crate) fn in_use(
    held: &[Result<Document, Code>],
    chain: &Chain,
    seen: &Seen,
    now: Timestamp,
) -> Result<InUse, Code> {
    let policy = chain.newest();
    let group = &policy.list_signers;
    let mut faults: Vec<Code> = held.iter().filter_map(|document| document.as_ref().err().copied()).collect();
    let readable: Vec<_> = held.iter().filter_map(|document| document.as_ref().ok().cloned()).collect();
    let mut lists = Vec::new();
    for document in merged(&readable) {
        match listed(&document, chain) {
            Ok(list) => lists.push((list, document)),
            Err(code) => faults.push(code),
        }
    }
    let highest = lists.iter().map(|(list, _)| list.number).max();
    let Some(highest) = highest else { return Err(faults.into_iter().max().unwrap_or(Code::ListMissing)) };
    let best: Vec<_> = lists.iter().filter(|(list, _)| list.number == highest).collect();
    let [(list, document)] = best.as_slice() else { return Err(Code::ListEquivocation) };
    let made = list.window.not_before;
    if made > now.plus(policy.clock_skew_seconds.into()) {
        return Err(Code::ListFromFuture);
    }
    let signers = signers(document, group, policy);
    let valid = signers.iter().filter(|(_, window)| covers(*window, now) && covers(*window, made));
    if !enough(valid.map(|(name, _)| *name), group) {
        return Err(Code::ListSignatures);
    }
    let mut earlier: Vec<_> = Vec::new();
    if let Some((number, digest)) = seen.list {
        if highest < number {
            return Err(Code::ListRollback);
        }
        if highest == number && document.digest() != digest {
            return Err(Code::ListEquivocation);
        }
        if highest > number {
            earlier.extend(seen.entries.clone());
        }
    }
    for (older, _) in lists.iter().filter(|(older, _)| older.number < highest) {
        earlier.extend(older.entries.iter().map(|entry| (entry.kind, entry.value, entry.until)));
    }
    for (kind, value, until) in earlier {
        let may_leave = until.is_some_and(|until| made >= until);
        let stays = list.entries.iter().any(|entry| entry.kind == kind && entry.value == value);
        if !may_leave && !stays {
            return Err(Code::ListEntryDropped);
        }
    }
    Ok(InUse { list: list.clone(), windows: signers.into_iter().map(|(_, window)| window).collect() })
}

fn listed(document: &Document, chain: &Chain) -> Result<RevocationList, Code> {
    if document.envelope.payload_type() != REVOCATION_LIST {
        return Err(Code::WrongPayloadType);
    }
    let list = RevocationList::parse(document.payload()).map_err(|error| error.code())?;
    let group = &chain.newest().list_signers;
    if list.domain != chain.domain {
        return Err(Code::ForeignDomain);
    }
    if !enough(signers(document, group, chain.newest()).into_iter().map(|s| s.0), group) {
        return Err(Code::ListSignatures);
    }
    Ok(list)
}

/// Everything that may no longer count, and who said no.
#[derive(Default)]
pub(crate) struct Revoked {
    pub(crate) keys: Vec<KeyId>,
    pub(crate) approvals: Vec<Digest>,
    pub(crate) proposals: Vec<Digest>,
    pub(crate) weights: Vec<Digest>,
    pub(crate) verdicts: Vec<Approval>,
}

impl Revoked {
    pub(crate) fn add(&mut self, kind: EntryKind, value: Digest) {
        match kind {
            EntryKind::Approval => self.approvals.push(value),
            EntryKind::Key => self.keys.push(KeyId::from_digest(value)),
            EntryKind::Proposal => self.proposals.push(value),
            EntryKind::Weights => self.weights.push(value),
        }
    }

    /// A loose statement counts at once.
    pub(crate) fn add_loose(&mut self, document: &Document, chain: &Chain) {
        if document.envelope.payload_type() == KEY_REVOCATION {
            let Ok(said) = negative::<KeyRevocation>(document, chain) else { return };
            if !is_anchor(chain.newest(), said.statement.key) {
                self.keys.push(said.statement.key);
            }
        } else if let Ok(said) = negative::<Revocation>(document, chain) {
            match said.statement.target {
                Target::Proposal(digest) => self.proposals.push(digest),
                Target::Weights(digest) => self.weights.push(digest),
            }
        } else if let Ok(said) = negative::<Approval>(document, chain)
            && said.statement.verdict != Verdict::Approve
        {
            self.verdicts.push(said.statement);
        }
    }
}

/// Whether a key is one of the root's or of the list signers'.
fn is_anchor(policy: &Policy, key: KeyId) -> bool {
    let anchors = policy.root.principals.iter().chain(&policy.list_signers.principals);
    let mut members = anchors.filter_map(|name| policy.principals.get(name));
    members.any(|member| member.keys.iter().any(|known| known.public.key_id() == key))
}
