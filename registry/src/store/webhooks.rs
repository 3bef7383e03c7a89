//! Events on their way to webhooks.

use placet_core::time::Timestamp;
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Connection, documents::all};
use crate::error::Error;

/// One event for one webhook.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) id: i64,
    pub(crate) webhook: String,
    pub(crate) body: String,
    pub(crate) attempts: i64,
}

/// The place in the order of documents up to which events were made; none before the first time.
pub(crate) async fn place(db: &mut Connection) -> Result<Option<i64>, Error> {
    let value: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE name = 'webhook_place'")
        .fetch_optional(db)
        .await?;
    Ok(value.and_then(|value| value.parse().ok()))
}

/// Keeps the place.
pub(crate) async fn set_place(db: &mut Connection, place: i64) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO settings (name, value) VALUES ('webhook_place', ?1)
         ON CONFLICT (name) DO UPDATE SET value = ?1",
    )
    .bind(place.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// Whether this is the first time that an event of this type is told of a subject; it is then noted.
pub(crate) async fn first(db: &mut Connection, event: &str, subject: &str) -> Result<bool, Error> {
    let noted = sqlx::query("INSERT INTO webhook_told (type, subject) VALUES (?, ?) ON CONFLICT DO NOTHING");
    Ok(noted.bind(event).bind(subject).execute(db).await?.rows_affected() == 1)
}

/// Adds an event for a webhook, due at once.
pub(crate) async fn add(
    db: &mut Connection,
    webhook: &str,
    event: &str,
    body: &str,
    now: Timestamp,
    due: i64,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO webhook_deliveries (webhook, type, body, created_at, next_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(webhook)
    .bind(event)
    .bind(body)
    .bind(now.seconds())
    .bind(due)
    .execute(db)
    .await?;
    Ok(())
}

/// What is due, the oldest first.
pub(crate) async fn due(db: &mut Connection, now: i64, limit: i64) -> Result<Vec<Delivery>, Error> {
    let rows =
        sqlx::query("SELECT * FROM webhook_deliveries WHERE next_at <= ? ORDER BY next_at, id LIMIT ?");
    all(&rows.bind(now).bind(limit).fetch_all(db).await?, |row| {
        Ok(Delivery {
            id: row.try_get("id")?,
            webhook: row.try_get("webhook")?,
            body: row.try_get("body")?,
            attempts: row.try_get("attempts")?,
        })
    })
}

/// When the next is due.
pub(crate) async fn next(db: &mut Connection) -> Result<Option<i64>, Error> {
    Ok(sqlx::query_scalar("SELECT min(next_at) FROM webhook_deliveries").fetch_one(db).await?)
}

/// It was taken.
pub(crate) async fn taken(db: &mut Connection, id: i64) -> Result<(), Error> {
    sqlx::query("DELETE FROM webhook_deliveries WHERE id = ?").bind(id).execute(db).await?;
    Ok(())
}

/// It was not: when to try again, or never.
pub(crate) async fn failed(
    db: &mut Connection,
    id: i64,
    error: &str,
    next: Option<i64>,
) -> Result<(), Error> {
    sqlx::query("UPDATE webhook_deliveries SET attempts = attempts + 1, error = ?, next_at = ? WHERE id = ?")
        .bind(error)
        .bind(next)
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Makes dead letters due again.
pub(crate) async fn revive(db: &mut Connection, now: i64) -> Result<(), Error> {
    sqlx::query("UPDATE webhook_deliveries SET attempts = 0, next_at = ? WHERE next_at IS NULL")
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}

/// An event that was not taken yet.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) id: i64,
    pub(crate) webhook: String,
    pub(crate) event: String,
    pub(crate) created_at: i64,
    pub(crate) attempts: i64,
    pub(crate) dead: bool,
    pub(crate) error: String,
}

/// What was not taken yet, the dead first and the newest first among them.
pub(crate) async fn waiting(db: &mut Connection, limit: i64) -> Result<Vec<Waiting>, Error> {
    let rows = sqlx::query("SELECT * FROM webhook_deliveries ORDER BY next_at IS NULL DESC, id DESC LIMIT ?");
    let waiting = |row: &SqliteRow| {
        let next: Option<i64> = row.try_get("next_at")?;
        Ok(Waiting {
            id: row.try_get("id")?,
            webhook: row.try_get("webhook")?,
            event: row.try_get("type")?,
            created_at: row.try_get("created_at")?,
            attempts: row.try_get("attempts")?,
            dead: next.is_none(),
            error: row.try_get("error")?,
        })
    };
    all(&rows.bind(limit).fetch_all(db).await?, waiting)
}
