//! What is revoked, and the lists that were signed over it.

use placet_core::{
    digest::Digest,
    envelope::Envelope,
    revocation::Reason,
    revocation_list::{Entry, EntryKind},
    time::Timestamp,
};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Connection, broken, digest};
use crate::{error::Error, kind::Kind};

/// Adds what is revoked. The first statement about a thing stays: an entry that verifiers hold is never altered.
pub(crate) async fn add_entry(db: &mut Connection, entry: &Entry) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO revocation_entries (kind, value, until, reason_code, source) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
    )
    .bind(entry.kind.as_str())
    .bind(entry.value.to_string())
    .bind(entry.until.map(Timestamp::seconds))
    .bind(entry.reason_code.as_str())
    .bind(entry.source.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// The entries that have not run out, in the order of a list.
pub(crate) async fn running_entries(db: &mut Connection, now: Timestamp) -> Result<Vec<Entry>, Error> {
    let rows = sqlx::query("SELECT * FROM revocation_entries WHERE until IS NULL OR until > ?")
        .bind(now.seconds())
        .fetch_all(db)
        .await?;
    let mut entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    entries.sort_unstable();
    Ok(entries)
}

fn entry(row: &SqliteRow) -> Result<Entry, Error> {
    let until: Option<i64> = row.try_get("until")?;
    let until = until.map(|seconds| Timestamp::from_seconds(seconds).ok_or_else(|| broken("no time")));
    Ok(Entry {
        kind: EntryKind::parse(row.try_get("kind")?).ok_or_else(|| broken("no kind of entry"))?,
        value: digest(row.try_get("value")?)?,
        until: until.transpose()?,
        reason_code: Reason::parse(row.try_get("reason_code")?).ok_or_else(|| broken("no reason"))?,
        source: digest(row.try_get("source")?)?,
    })
}

/// What has ended a proposal, what says more the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// A rejection by somebody with a say.
    Rejected,
    /// A revocation, or another proposal in its place.
    Revoked,
    /// A revocation of the weights.
    WeightsRevoked,
}

/// What has ended a proposal, however long ago.
pub(crate) async fn ending(
    db: &mut Connection,
    proposal: Digest,
    weights: Digest,
) -> Result<Option<Ending>, Error> {
    let rows = sqlx::query_as::<_, (String, Option<String>)>(
        "SELECT r.kind, e.kind FROM revocation_entries r LEFT JOIN envelopes e ON e.digest = r.source
         WHERE (r.kind = 'proposal' AND r.value = ?) OR (r.kind = 'weights' AND r.value = ?)",
    )
    .bind(proposal.to_string())
    .bind(weights.to_string());
    let endings = rows.fetch_all(db).await?.into_iter().map(|(entry, source)| match source.as_deref() {
        _ if entry == EntryKind::Weights.as_str() => Ending::WeightsRevoked,
        Some(kind) if kind == Kind::Rejection.as_str() => Ending::Rejected,
        _ => Ending::Revoked,
    });
    Ok(endings.max())
}

/// Keeps a list that was signed.
pub(crate) async fn add_list(db: &mut Connection, number: u64, envelope: &Envelope) -> Result<(), Error> {
    sqlx::query("INSERT INTO revocation_lists (number, digest, envelope) VALUES (?, ?, ?)")
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .bind(envelope.digest().to_string())
        .bind(envelope.to_json())
        .execute(&mut *db)
        .await?;
    // The newest says it all; a few are kept to look back.
    sqlx::query(
        "DELETE FROM revocation_lists WHERE number NOT IN
         (SELECT number FROM revocation_lists ORDER BY number DESC LIMIT 100)",
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The list with the highest number.
pub(crate) async fn newest_list(db: &mut Connection) -> Result<Option<Envelope>, Error> {
    let json: Option<String> =
        sqlx::query_scalar("SELECT envelope FROM revocation_lists ORDER BY number DESC LIMIT 1")
            .fetch_optional(db)
            .await?;
    json.map(|json| Envelope::parse(json.as_bytes()).map_err(Error::Stored)).transpose()
}
