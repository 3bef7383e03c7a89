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
    policy::{Policy, TrustPolicy},
    revocation::{KeyRevocation, Revocation, Target},
    revocation_list::{Endings, REVOCATION_LIST, RevocationList},
    statement::Statement,
    time::{Timestamp, Window},
    verify::Verified,
};

use crate::{
    error::Error,
    keys::SigningKey,
    kind::Kind,
    store::{Connection, Stored, documents, lists},
};

/// Adds the rows that a negative statement leaves, as the core says which they are.
pub(crate) async fn add_entries(
    db: &mut Connection,
    chain: &TrustPolicy,
    kind: Kind,
    envelope: &Envelope,
    now: Timestamp,
) -> Result<(), Error> {
    let mut endings = Endings::default();
    match kind {
        Kind::Revocation => {
            endings.revocations.extend(chain.verify_negative::<Revocation>(envelope));
            let target = endings.revocations.first().map(|revocation| revocation.statement().target);
            if let Some(Target::Proposal(digest)) = target {
                let proposal = documents::document(db, digest).await?;
                endings.proposals.extend(verified(chain, proposal.as_ref())?);
            }
        }
        Kind::KeyRevocation => {
            let revocation = chain.verify_negative::<KeyRevocation>(envelope).ok();
            let policy = chain.newest().policy();
            // A key that has become the root's or a list signer's since can no longer be revoked.
            endings.key_revocations.extend(revocation.filter(|r| !policy.is_anchor(r.statement().key)));
        }
        Kind::Rejection | Kind::Withdrawal => {
            let Ok(verdict) = chain.verify_negative::<Approval>(envelope) else { return Ok(()) };
            for document in documents::about_proposal(db, verdict.statement().proposal).await? {
                match document.kind {
                    Kind::Proposal => endings.proposals.extend(verified(chain, Some(&document))?),
                    Kind::Approval if document.signer == verdict.statement().approver.as_str() => {
                        endings.verdicts.extend(verified(chain, Some(&document))?);
                    }
                    _ => {}
                }
            }
            endings.verdicts.push(verdict);
        }
        _ => {}
    }
    add_rows(db, chain, &endings, now).await
}

/// Adds the row of a proposal in whose place another has come.
pub(crate) async fn add_superseded(
    db: &mut Connection,
    chain: &TrustPolicy,
    old: Digest,
    successor: Digest,
    now: Timestamp,
) -> Result<(), Error> {
    let mut endings = Endings { superseded: [(old, successor)].into(), ..Endings::default() };
    for digest in [old, successor] {
        let proposal = documents::document(db, digest).await?;
        endings.proposals.extend(verified(chain, proposal.as_ref())?);
    }
    add_rows(db, chain, &endings, now).await
}

/// A stored statement, verified as what never loses its force.
fn verified<T: Statement>(
    chain: &TrustPolicy,
    document: Option<&Stored>,
) -> Result<Option<Verified<T>>, Error> {
    let Some(document) = document else { return Ok(None) };
    Ok(chain.verify_negative(&document.envelope()?).ok())
}

async fn add_rows(
    db: &mut Connection,
    chain: &TrustPolicy,
    endings: &Endings,
    now: Timestamp,
) -> Result<(), Error> {
    // Only the entries are asked for: number and window are those of the list that is signed over all rows.
    let list = RevocationList::next(chain, None, 0, endings, now, 1).map_err(Error::Stored)?;
    for entry in &list.entries {
        lists::add_entry(db, entry).await?;
    }
    Ok(())
}

/// Adds the rows of every negative statement that is stored: after a restore, and where a new policy knows more vetoes.
pub(crate) async fn rebuild(db: &mut Connection, chain: &TrustPolicy, now: Timestamp) -> Result<(), Error> {
    for kind in Kind::NEGATIVE {
        for document in documents::of_kind(db, kind).await? {
            add_entries(db, chain, kind, &document.envelope()?, now).await?;
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
