//! Everything that is kept: SQLite behind plain functions, so that another database can stand behind them.
//!
//! Guards what was acknowledged: one writer, transactions that are on the disk (`synchronous = FULL`) before they
//! return, foreign keys checked. What is stored is evidence, and every reader verifies it again.

pub(crate) mod cosignatures;
pub(crate) mod documents;
pub(crate) mod drift;
pub(crate) mod enrolments;
pub(crate) mod lists;
pub(crate) mod webhooks;

use std::{path::Path, time::Duration};

use placet_core::digest::Digest;
use sqlx::{
    SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub(crate) use documents::{Details, NewDocument, ProposalRow, Stored};
pub(crate) use drift::DriftRow;
pub(crate) use enrolments::Enrolment;
pub(crate) use lists::Ending;

use crate::error::Error;

/// The database file in a data directory.
const DATABASE: &str = "registry.sqlite3";

/// A connection to read on, or the one inside a transaction.
pub(crate) type Connection = SqliteConnection;
/// A transaction of the one writer.
pub(crate) type Transaction = sqlx::Transaction<'static, Sqlite>;

/// The database.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    readers: SqlitePool,
    writer: SqlitePool,
}

impl Store {
    /// Opens the database of a data directory and brings its tables to this version.
    pub(crate) async fn open(data_dir: &Path) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join(DATABASE))
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10));
        let pool = |connections| SqlitePoolOptions::new().max_connections(connections);
        let writer = pool(1).connect_with(options.clone()).await?;
        sqlx::migrate!("./migrations").run(&writer).await.map_err(Error::Migration)?;
        Ok(Self { readers: pool(4).connect_with(options.read_only(true)).await?, writer })
    }

    /// A connection to read on.
    pub(crate) async fn read(&self) -> Result<PoolConnection<Sqlite>, Error> {
        Ok(self.readers.acquire().await?)
    }

    /// Begins a transaction; there is one at a time.
    pub(crate) async fn begin(&self) -> Result<Transaction, Error> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Ends all work and closes the file.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// The pinned digest of version 1 of the policy.
    pub(crate) async fn pin(&self) -> Result<Option<Digest>, Error> {
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM settings WHERE name = 'pin'")
            .fetch_optional(&self.readers)
            .await?;
        text.map(|text| digest(&text)).transpose()
    }

    /// Pins the digest of version 1 of the policy, once and for good.
    pub(crate) async fn set_pin(&self, pin: Digest) -> Result<(), Error> {
        sqlx::query("INSERT INTO settings (name, value) VALUES ('pin', ?) ON CONFLICT DO NOTHING")
            .bind(pin.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// A digest as it was stored.
fn digest(text: &str) -> Result<Digest, Error> {
    Digest::parse(text).ok_or_else(|| broken("no digest"))
}

/// What the database holds is not what was put there.
fn broken(what: &'static str) -> Error {
    Error::Database(sqlx::Error::Decode(what.into()))
}
