//! Drift reports as they are looked up: by model, environment and monitor, in the order of their windows.

use placet_core::{
    digest::Digest,
    drift::{AlertLevel, ReportStatus},
    drift_report::ReportWindow,
    time::Timestamp,
};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{
    Connection, Stored, broken, digest,
    documents::{all, time},
};
use crate::error::Error;

/// What is looked up of a drift report.
#[derive(Clone, Debug)]
pub(crate) struct DriftRow {
    pub(crate) digest: Digest,
    pub(crate) model_id: String,
    pub(crate) environment: String,
    pub(crate) training_output: Digest,
    pub(crate) monitor: String,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    pub(crate) status: ReportStatus,
    pub(crate) severity: f64,
}

impl DriftRow {
    fn from_row(row: &SqliteRow) -> Result<Self, Error> {
        Ok(Self {
            digest: digest(row.try_get("digest")?)?,
            model_id: row.try_get("model_id")?,
            environment: row.try_get("environment")?,
            training_output: digest(row.try_get("training_output")?)?,
            monitor: row.try_get("monitor")?,
            from: time(row.try_get("window_from")?)?,
            to: time(row.try_get("window_to")?)?,
            status: ReportStatus::parse(row.try_get("status")?).ok_or_else(|| broken("no status"))?,
            severity: row.try_get("severity")?,
        })
    }

    /// How loudly the report speaks.
    pub(crate) fn alert_level(&self) -> AlertLevel {
        AlertLevel::of(self.severity)
    }

    /// The kind of the report's entry in the ledger.
    pub(super) fn ledger_entry(&self) -> &'static str {
        match self.status {
            ReportStatus::Drifted => "model_drift_detected",
            ReportStatus::Stable | ReportStatus::Inconclusive => "model_drift_checked",
        }
    }
}

/// Stores what is looked up of a report.
pub(super) async fn insert(db: &mut Connection, seq: i64, row: &DriftRow) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO drift_reports (digest, seq, model_id, environment, training_output, monitor,
                                    window_from, window_to, status, severity)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(row.digest.to_string())
    .bind(seq)
    .bind(&row.model_id)
    .bind(&row.environment)
    .bind(row.training_output.to_string())
    .bind(&row.monitor)
    .bind(row.from.seconds())
    .bind(row.to.seconds())
    .bind(row.status.as_str())
    .bind(row.severity)
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a window overlaps one that the same monitor has reported in the same thread.
pub(crate) async fn overlaps(
    db: &mut Connection,
    row: &DriftRow,
    window: ReportWindow,
) -> Result<bool, Error> {
    let found = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM drift_reports
         WHERE monitor = ? AND model_id = ? AND environment = ? AND training_output = ?
           AND window_from < ? AND window_to > ?)",
    );
    let found = found
        .bind(&row.monitor)
        .bind(&row.model_id)
        .bind(&row.environment)
        .bind(row.training_output.to_string())
        .bind(window.to.seconds())
        .bind(window.from.seconds());
    Ok(found.fetch_one(db).await?)
}

/// The envelopes of a thread: what one monitor has said of a training output in an environment, the newest window first.
pub(crate) async fn thread(
    db: &mut Connection,
    monitor: &str,
    training_output: Digest,
    environment: &str,
    limit: i64,
) -> Result<Vec<Stored>, Error> {
    let rows = sqlx::query(
        "SELECT e.* FROM drift_reports d JOIN envelopes e ON e.digest = d.digest
         WHERE d.monitor = ? AND d.training_output = ? AND d.environment = ?
         ORDER BY d.window_to DESC LIMIT ?",
    )
    .bind(monitor)
    .bind(training_output.to_string())
    .bind(environment)
    .bind(limit);
    all(&rows.fetch_all(db).await?, Stored::from_row)
}

/// The report of the newest window for each model, environment and training output: of one model, where one is named,
/// the loudest first.
pub(crate) async fn latest(
    db: &mut Connection,
    model_id: Option<&str>,
    environment: Option<&str>,
    limit: i64,
) -> Result<Vec<DriftRow>, Error> {
    let rows = sqlx::query(
        "SELECT d.* FROM drift_reports d
         WHERE (?1 IS NULL OR d.model_id = ?1) AND (?2 IS NULL OR d.environment = ?2)
           AND d.seq = (SELECT l.seq FROM drift_reports l
                        WHERE l.model_id = d.model_id AND l.environment = d.environment
                          AND l.training_output = d.training_output
                        ORDER BY l.window_to DESC, l.seq DESC LIMIT 1)
         ORDER BY d.severity DESC, d.window_to DESC, d.seq DESC LIMIT ?3",
    )
    .bind(model_id)
    .bind(environment)
    .bind(limit);
    all(&rows.fetch_all(db).await?, DriftRow::from_row)
}

/// The reports about a model, the newest window first, with their envelopes.
pub(crate) async fn of_model(
    db: &mut Connection,
    model_id: &str,
    environment: Option<&str>,
    limit: i64,
) -> Result<Vec<(DriftRow, Stored)>, Error> {
    let rows = sqlx::query(
        "SELECT e.*, d.environment, d.training_output, d.monitor, d.window_from, d.window_to, d.status, d.severity
         FROM drift_reports d JOIN envelopes e ON e.digest = d.digest
         WHERE d.model_id = ?1 AND (?2 IS NULL OR d.environment = ?2)
         ORDER BY d.window_to DESC, d.seq DESC LIMIT ?3",
    )
    .bind(model_id)
    .bind(environment)
    .bind(limit);
    all(&rows.fetch_all(db).await?, |row| Ok((DriftRow::from_row(row)?, Stored::from_row(row)?)))
}

/// The envelopes of the newest report of each environment about a training output.
pub(crate) async fn newest_of(db: &mut Connection, training_output: Digest) -> Result<Vec<Stored>, Error> {
    let rows = sqlx::query(
        "SELECT e.* FROM drift_reports d JOIN envelopes e ON e.digest = d.digest
         WHERE d.training_output = ?1
           AND d.seq = (SELECT l.seq FROM drift_reports l
                        WHERE l.training_output = ?1 AND l.environment = d.environment
                        ORDER BY l.window_to DESC, l.seq DESC LIMIT 1)
         ORDER BY d.environment",
    )
    .bind(training_output.to_string());
    all(&rows.fetch_all(db).await?, Stored::from_row)
}

/// The row of a report.
pub(crate) async fn row(db: &mut Connection, digest: Digest) -> Result<Option<DriftRow>, Error> {
    let row = sqlx::query("SELECT * FROM drift_reports WHERE digest = ?").bind(digest.to_string());
    row.fetch_optional(db).await?.as_ref().map(DriftRow::from_row).transpose()
}
