//! Requests of people who want to be named by the next policy: never evidence.

use placet_core::time::Timestamp;
use serde::Serialize;
use sqlx::Row as _;

use super::Connection;
use crate::error::Error;

/// How many requests are kept; the oldest make room.
const KEPT: i64 = 1000;

/// One request, whose proof of possession was verified.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Enrolment {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) public_key: String,
    pub(crate) note: String,
    pub(crate) signed_at: String,
    pub(crate) signature: String,
}

/// Keeps a request and gives its id. A later one takes the place of the one that is held for the same key; an earlier
/// one, sent again by somebody who saw it, does not: then there is no id.
pub(crate) async fn add(
    db: &mut Connection,
    enrolment: &Enrolment,
    now: Timestamp,
) -> Result<Option<i64>, Error> {
    let id = sqlx::query_scalar(
        "INSERT INTO enrolments (name, display_name, public_key, note, signed_at, signature, received_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (public_key) DO UPDATE SET name = excluded.name, display_name = excluded.display_name,
             note = excluded.note, signed_at = excluded.signed_at, signature = excluded.signature,
             received_at = excluded.received_at
         WHERE excluded.signed_at >= enrolments.signed_at
         RETURNING id",
    )
    .bind(&enrolment.name)
    .bind(&enrolment.display_name)
    .bind(&enrolment.public_key)
    .bind(&enrolment.note)
    .bind(&enrolment.signed_at)
    .bind(&enrolment.signature)
    .bind(now.seconds())
    .fetch_optional(&mut *db)
    .await?;
    sqlx::query(
        "DELETE FROM enrolments WHERE id NOT IN (SELECT id FROM enrolments ORDER BY id DESC LIMIT ?)",
    )
    .bind(KEPT)
    .execute(db)
    .await?;
    Ok(id)
}

/// The requests before an id, the newest first.
pub(crate) async fn page(db: &mut Connection, before: i64, limit: i64) -> Result<Vec<Enrolment>, Error> {
    let rows = sqlx::query("SELECT * FROM enrolments WHERE id < ? ORDER BY id DESC LIMIT ?");
    let rows = rows.bind(before).bind(limit).fetch_all(db).await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Enrolment {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            display_name: row.try_get("display_name")?,
            public_key: row.try_get("public_key")?,
            note: row.try_get("note")?,
            signed_at: row.try_get("signed_at")?,
            signature: row.try_get("signature")?,
        })
    };
    rows.iter().map(read).collect()
}
