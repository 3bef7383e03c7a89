//! The revocation list: what goes into it, when it is signed, and when it must not be.
//!
//! Every negative statement leaves rows that are never altered nor removed; a list is the rows that have not run out.
//! Its number is the time in milliseconds, or one more than the last: so even a database that was restored without its
//! marker cannot sign a number twice. After a restore nothing is signed until the operator says that every statement is
//! back (`Config::rebuilt`).

use placet_core::{
    approval::Approval,
    digest::Digest,
    envelope::Envelope,
    key::Signer as _,
    policy::{Link, Policy, TrustPolicy},
    proposal::Proposal,
    revocation::{KeyRevocation, Reason, Revocation, Target},
    revocation_list::{Entry, EntryKind, REVOCATION_LIST, RevocationList},
    statement::Statement as _,
    time::{Timestamp, Window},
};

use crate::{
    error::Error,
    keys::SigningKey,
    kind::Kind,
    store::{Connection, Stored, documents, lists},
};

/// Adds the rows that a negative statement leaves.
pub(crate) async fn add_entries(
    db: &mut Connection,
    chain: &TrustPolicy,
    kind: Kind,
    envelope: &Envelope,
) -> Result<(), Error> {
    let payload = envelope.unverified_payload();
    let source = envelope.digest();
    match kind {
        Kind::Revocation => {
            let revocation = Revocation::parse(payload).map_err(Error::Stored)?;
            let (kind, value, until) = match revocation.target {
                Target::Weights(weights) => (EntryKind::Weights, weights, None),
                Target::Proposal(digest) => {
                    let proposal = documents::proposal(db, digest).await?;
                    (EntryKind::Proposal, digest, proposal.map(|proposal| proposal.expires_at))
                }
            };
            let entry = Entry { kind, value, until, reason_code: revocation.reason_code, source };
            lists::add_entry(db, &entry).await
        }
        Kind::KeyRevocation => {
            let KeyRevocation { key, reason_code, .. } =
                KeyRevocation::parse(payload).map_err(Error::Stored)?;
            if chain.newest().policy().is_anchor(key) {
                return Ok(());
            }
            let entry = Entry { kind: EntryKind::Key, value: key.digest(), until: None, reason_code, source };
            lists::add_entry(db, &entry).await
        }
        Kind::Rejection | Kind::Withdrawal => {
            let verdict = Approval::parse(payload).map_err(Error::Stored)?;
            add_verdict(db, chain, kind, &verdict, source).await
        }
        _ => Ok(()),
    }
}

/// A person who rejects or withdraws takes back every approval of that proposal, and with a say ends the proposal.
async fn add_verdict(
    db: &mut Connection,
    chain: &TrustPolicy,
    kind: Kind,
    verdict: &Approval,
    source: Digest,
) -> Result<(), Error> {
    let about = documents::about_proposal(db, verdict.proposal).await?;
    let Some(proposal) = about.iter().find(|document| document.kind == Kind::Proposal) else { return Ok(()) };
    let proposal = Proposal::parse(proposal.envelope()?.unverified_payload()).map_err(Error::Stored)?;
    let until = Some(proposal.window.not_after);
    let theirs =
        |document: &&Stored| document.kind == Kind::Approval && document.signer == verdict.approver.as_str();
    for approval in about.iter().filter(theirs) {
        let entry = Entry {
            kind: EntryKind::Approval,
            value: approval.digest,
            until,
            reason_code: Reason::Other,
            source,
        };
        lists::add_entry(db, &entry).await?;
    }
    if kind == Kind::Rejection && has_veto(chain, &proposal, verdict) {
        let entry = Entry {
            kind: EntryKind::Proposal,
            value: verdict.proposal,
            until,
            reason_code: Reason::Other,
            source,
        };
        lists::add_entry(db, &entry).await?;
    }
    Ok(())
}

/// Whether some rule that governs the proposal, under the policy that it names or a later one, lets the rejecter end it.
fn has_veto(chain: &TrustPolicy, proposal: &Proposal, verdict: &Approval) -> bool {
    let since = |policy: &&Policy| policy.version >= proposal.policy.version;
    let policies = chain.links().map(Link::policy).filter(since);
    let holds = |role| chain.links().any(|link| link.policy().holds(&verdict.approver, role));
    policies.into_iter().any(|policy| {
        let places = proposal.environments.iter().flat_map(|e| proposal.scopes.iter().map(move |s| (e, s)));
        let mut rules = places.filter_map(|(environment, scope)| policy.rule(environment, scope));
        rules.any(|rule| rule.veto && rule.quorum.iter().any(|seat| holds(&seat.role)))
    })
}

/// Adds the rows of every negative statement that is stored: after a restore, and where a new policy knows more vetoes.
pub(crate) async fn rebuild(db: &mut Connection, chain: &TrustPolicy) -> Result<(), Error> {
    for kind in Kind::NEGATIVE {
        for document in documents::of_kind(db, kind).await? {
            add_entries(db, chain, kind, &document.envelope()?).await?;
        }
    }
    Ok(())
}

/// Why the registry cannot sign a list by itself under a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unable {
    /// The policy does not name its key, or not for now.
    KeyNotNamed,
    /// The policy asks for more signers than one.
    Threshold,
}

/// Whether `key` may sign lists alone under `policy` now.
pub(crate) fn check_signer(policy: &Policy, key: &SigningKey, now: Timestamp) -> Result<(), Unable> {
    let mut keys = policy.list_signers.principals.iter().flat_map(|name| policy.keys(name));
    if !keys.any(|held| held.public == *key.public_key() && held.window.contains(now)) {
        return Err(Unable::KeyNotNamed);
    }
    if policy.list_signers.threshold == 1 { Ok(()) } else { Err(Unable::Threshold) }
}

/// How long lists last: each rule keeps its own, and no rule is denied before its own is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    /// Seconds after which there must be a new list: half of the smallest age that a rule allows.
    pub(crate) renewal: i64,
    /// Seconds after which the list itself is over: the greatest age that a rule allows.
    pub(crate) end: i64,
}

impl Lifetime {
    pub(crate) fn of(policy: &Policy) -> Self {
        let ages = || {
            let ages = policy.rules.iter().map(|rule| rule.revocation_list_max_age_seconds);
            ages.map(|age| i64::try_from(age).unwrap_or(i64::MAX))
        };
        Self { renewal: (ages().min().unwrap_or(3600) / 2).max(1), end: ages().max().unwrap_or(3600) }
    }
}

/// Signs a new list if there is something new to say or the newest is due; gives the list if so.
///
/// `milliseconds` is the time since 1970, `published` the number of the newest list that ever left the registry.
pub(crate) async fn sign_if_due(
    db: &mut Connection,
    chain: &TrustPolicy,
    key: &SigningKey,
    now: Timestamp,
    milliseconds: u64,
    published: u64,
) -> Result<Option<RevocationList>, Error> {
    let newest = chain.newest();
    let lifetime = Lifetime::of(newest.policy());
    let entries = lists::running_entries(db, now).await?;
    let last = match lists::newest_list(db).await? {
        Some(last) => Some(RevocationList::parse(last.unverified_payload()).map_err(Error::Stored)?),
        None => None,
    };
    if let Some(last) = &last {
        let age = now.since(last.window.not_before);
        // A clock that went back is no reason to wait.
        let fresh = (0..lifetime.renewal).contains(&age);
        if fresh && last.entries == entries && last.policy == newest.reference() {
            return Ok(None);
        }
    }
    let last_number = last.map_or(0, |last| last.number).max(published);
    let next = RevocationList {
        domain: chain.domain(),
        number: milliseconds.max(last_number.saturating_add(1)),
        window: Window { not_before: now, not_after: now.plus(lifetime.end) },
        policy: newest.reference(),
        entries,
    };
    let envelope = Envelope::sign(REVOCATION_LIST, next.to_payload(), key);
    lists::add_list(db, next.number, &envelope).await?;
    Ok(Some(next))
}
