//! Envelopes, what is looked up in them, and their order in the ledger.

use placet_core::{digest::Digest, envelope::Envelope, limits, time::Timestamp};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{Connection, DriftRow, broken, digest, drift};
use crate::{error::Error, kind::Kind};

/// A document that was verified and is to be stored.
#[derive(Debug)]
pub(crate) struct NewDocument {
    pub(crate) kind: Kind,
    /// With no signature but those that verified.
    pub(crate) envelope: Envelope,
    /// Who says so; empty for a policy, as nobody makes one alone.
    pub(crate) signer: String,
    pub(crate) model_id: Option<String>,
    /// The proposal that it is about; for a proposal, itself.
    pub(crate) proposal: Option<Digest>,
    pub(crate) details: Details,
}

/// What is stored beside the envelopes of some kinds.
#[derive(Debug)]
pub(crate) enum Details {
    /// Nothing.
    None,
    /// Of a training output.
    TrainingOutput { weights: Digest, version: String, created_at: Timestamp },
    /// Of a drift report.
    DriftReport(DriftRow),
    /// Of a proposal.
    Proposal { training_output: Digest, supersedes: Option<Digest>, expires_at: Timestamp },
}

/// A stored envelope.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) seq: i64,
    pub(crate) kind: Kind,
    pub(crate) digest: Digest,
    pub(crate) signer: String,
    pub(crate) model_id: Option<String>,
    pub(crate) proposal: Option<Digest>,
    /// The envelope's JSON; empty where it was not asked for.
    pub(crate) json: String,
}

impl Stored {
    pub(super) fn from_row(row: &SqliteRow) -> Result<Self, Error> {
        let kind: &str = row.try_get("kind")?;
        let proposal: Option<&str> = row.try_get("proposal")?;
        Ok(Self {
            seq: row.try_get("seq")?,
            kind: Kind::parse(kind).ok_or_else(|| broken("no kind"))?,
            digest: digest(row.try_get("digest")?)?,
            signer: row.try_get("signer")?,
            model_id: row.try_get("model_id")?,
            proposal: proposal.map(digest).transpose()?,
            json: row.try_get("envelope")?,
        })
    }

    /// The envelope.
    pub(crate) fn envelope(&self) -> Result<Envelope, Error> {
        Envelope::parse(self.json.as_bytes()).map_err(Error::Stored)
    }
}

/// What is looked up of a training output.
#[derive(Clone, Debug)]
pub(crate) struct TrainingRow {
    pub(crate) digest: Digest,
    pub(crate) version: String,
    pub(crate) trainer: String,
    pub(crate) created_at: Timestamp,
}

/// What is looked up of a proposal.
#[derive(Clone, Debug)]
pub(crate) struct ProposalRow {
    pub(crate) seq: i64,
    pub(crate) digest: Digest,
    pub(crate) model_id: String,
    pub(crate) training_output: Digest,
    pub(crate) version: String,
    pub(crate) weights: Digest,
    pub(crate) expires_at: Timestamp,
}

impl ProposalRow {
    fn from_row(row: &SqliteRow) -> Result<Self, Error> {
        Ok(Self {
            seq: row.try_get("seq")?,
            digest: digest(row.try_get("digest")?)?,
            model_id: row.try_get("model_id")?,
            training_output: digest(row.try_get("training_output")?)?,
            version: row.try_get("version")?,
            weights: digest(row.try_get("weights")?)?,
            expires_at: time(row.try_get("expires_at")?)?,
        })
    }
}

pub(super) fn time(seconds: i64) -> Result<Timestamp, Error> {
    Timestamp::from_seconds(seconds).ok_or_else(|| broken("no time"))
}

pub(super) fn all<T>(
    rows: &[SqliteRow],
    read: impl FnMut(&SqliteRow) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    rows.iter().map(read).collect()
}

impl NewDocument {
    /// Stores the document and enters it into the ledger; gives its place among all documents.
    pub(crate) async fn insert(&self, db: &mut Connection, now: Timestamp) -> Result<i64, Error> {
        let digest = self.envelope.digest().to_string();
        let seq: i64 = sqlx::query_scalar(
            "INSERT INTO envelopes (digest, kind, signer, model_id, proposal, received_at, envelope)
             VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING seq",
        )
        .bind(&digest)
        .bind(self.kind.as_str())
        .bind(&self.signer)
        .bind(&self.model_id)
        .bind(self.proposal.map(|digest| digest.to_string()))
        .bind(now.seconds())
        .bind(self.envelope.to_json())
        .fetch_one(&mut *db)
        .await?;
        match &self.details {
            Details::None => {}
            Details::TrainingOutput { weights, version, created_at } => {
                sqlx::query(
                    "INSERT INTO training_outputs (digest, seq, model_id, weights, version, trainer, created_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(&digest)
                .bind(seq)
                .bind(&self.model_id)
                .bind(weights.to_string())
                .bind(version)
                .bind(&self.signer)
                .bind(created_at.seconds())
                .execute(&mut *db)
                .await?;
            }
            Details::DriftReport(row) => drift::insert(db, seq, row).await?,
            Details::Proposal { training_output, supersedes, expires_at } => {
                sqlx::query(
                    "INSERT INTO proposals (digest, seq, model_id, training_output, supersedes, expires_at)
                     VALUES (?, ?, ?, ?, ?, ?)",
                )
                .bind(&digest)
                .bind(seq)
                .bind(&self.model_id)
                .bind(training_output.to_string())
                .bind(supersedes.map(|digest| digest.to_string()))
                .bind(expires_at.seconds())
                .execute(&mut *db)
                .await?;
            }
        }
        sqlx::query("INSERT INTO ledger (leaf, digest, kind) SELECT count(*), ?, ? FROM ledger")
            .bind(&digest)
            .bind(match &self.details {
                Details::DriftReport(row) => row.ledger_entry(),
                _ => self.kind.ledger_entry(),
            })
            .execute(&mut *db)
            .await?;
        Ok(seq)
    }
}

/// Replaces a stored envelope by one with the same payload and more signatures.
pub(crate) async fn replace_signatures(db: &mut Connection, envelope: &Envelope) -> Result<(), Error> {
    sqlx::query("UPDATE envelopes SET envelope = ? WHERE digest = ?")
        .bind(envelope.to_json())
        .bind(envelope.digest().to_string())
        .execute(db)
        .await?;
    Ok(())
}

/// The document of a digest.
pub(crate) async fn document(db: &mut Connection, digest: Digest) -> Result<Option<Stored>, Error> {
    let row = sqlx::query("SELECT * FROM envelopes WHERE digest = ?").bind(digest.to_string());
    row.fetch_optional(db).await?.as_ref().map(Stored::from_row).transpose()
}

/// All documents of a kind in the order of their admission.
pub(crate) async fn of_kind(db: &mut Connection, kind: Kind) -> Result<Vec<Stored>, Error> {
    let rows = sqlx::query("SELECT * FROM envelopes WHERE kind = ? ORDER BY seq").bind(kind.as_str());
    all(&rows.fetch_all(db).await?, Stored::from_row)
}

/// All documents about a proposal, the proposal among them, in the order of their admission.
pub(crate) async fn about_proposal(db: &mut Connection, proposal: Digest) -> Result<Vec<Stored>, Error> {
    let rows =
        sqlx::query("SELECT * FROM envelopes WHERE proposal = ? ORDER BY seq").bind(proposal.to_string());
    all(&rows.fetch_all(db).await?, Stored::from_row)
}

/// The statements that end something which has not run out, the newest first, as many as a trust document holds.
pub(crate) async fn running_negatives(db: &mut Connection, now: Timestamp) -> Result<Vec<Stored>, Error> {
    let rows = sqlx::query(
        "SELECT e.* FROM envelopes e LEFT JOIN proposals p ON p.digest = e.proposal
         WHERE e.kind IN ('rejection', 'withdrawal', 'revocation', 'key_revocation')
           AND (p.expires_at IS NULL OR p.expires_at > ?)
         ORDER BY e.seq DESC LIMIT ?",
    )
    .bind(now.seconds())
    .bind(i64::try_from(limits::TRUST_ENVELOPES).unwrap_or(i64::MAX));
    all(&rows.fetch_all(db).await?, Stored::from_row)
}

/// The documents after a place, without their envelopes, as many as are sent at once.
pub(crate) async fn after(db: &mut Connection, seq: i64, limit: i64) -> Result<Vec<Stored>, Error> {
    let rows = sqlx::query(
        "SELECT seq, kind, digest, signer, model_id, proposal, '' AS envelope FROM envelopes
         WHERE seq > ? ORDER BY seq LIMIT ?",
    )
    .bind(seq)
    .bind(limit);
    all(&rows.fetch_all(db).await?, Stored::from_row)
}

/// The place of the newest document; 0 where there is none.
pub(crate) async fn last_seq(db: &mut Connection) -> Result<i64, Error> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM envelopes").fetch_one(db).await?)
}

/// One model in the list of models.
#[derive(Clone, Debug)]
pub(crate) struct ModelRow {
    pub(crate) model_id: String,
    pub(crate) versions: i64,
    pub(crate) latest_version: String,
    pub(crate) proposals: i64,
}

/// The models after a name, by name.
pub(crate) async fn models(db: &mut Connection, after: &str, limit: i64) -> Result<Vec<ModelRow>, Error> {
    let rows = sqlx::query(
        "SELECT t.model_id, count(*) AS versions,
                (SELECT l.version FROM training_outputs l WHERE l.model_id = t.model_id
                 ORDER BY l.seq DESC LIMIT 1) AS latest_version,
                (SELECT count(*) FROM proposals p WHERE p.model_id = t.model_id) AS proposals
         FROM training_outputs t WHERE t.model_id > ? GROUP BY t.model_id ORDER BY t.model_id LIMIT ?",
    )
    .bind(after)
    .bind(limit);
    all(&rows.fetch_all(db).await?, |row| {
        Ok(ModelRow {
            model_id: row.try_get("model_id")?,
            versions: row.try_get("versions")?,
            latest_version: row.try_get("latest_version")?,
            proposals: row.try_get("proposals")?,
        })
    })
}

/// The training outputs of a model, the newest first.
pub(crate) async fn training_outputs(
    db: &mut Connection,
    model_id: &str,
    limit: i64,
) -> Result<Vec<TrainingRow>, Error> {
    let rows = sqlx::query(
        "SELECT digest, version, trainer, created_at FROM training_outputs
         WHERE model_id = ? ORDER BY seq DESC LIMIT ?",
    )
    .bind(model_id)
    .bind(limit);
    all(&rows.fetch_all(db).await?, |row| {
        Ok(TrainingRow {
            digest: digest(row.try_get("digest")?)?,
            version: row.try_get("version")?,
            trainer: row.try_get("trainer")?,
            created_at: time(row.try_get("created_at")?)?,
        })
    })
}

/// Whether a training output of the model is known.
pub(crate) async fn knows_model(db: &mut Connection, model_id: &str) -> Result<bool, Error> {
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM training_outputs WHERE model_id = ?)");
    Ok(found.bind(model_id).fetch_one(db).await?)
}

/// The proposal of a digest.
pub(crate) async fn proposal(db: &mut Connection, digest: Digest) -> Result<Option<ProposalRow>, Error> {
    let row = sqlx::query(
        "SELECT p.*, t.version, t.weights FROM proposals p JOIN training_outputs t ON t.digest = p.training_output
         WHERE p.digest = ?",
    );
    let row = row.bind(digest.to_string()).fetch_optional(db).await?;
    row.as_ref().map(ProposalRow::from_row).transpose()
}

/// The proposals before a place, the newest first; of one model, where one is named.
pub(crate) async fn proposals(
    db: &mut Connection,
    model_id: Option<&str>,
    before: i64,
    limit: i64,
) -> Result<Vec<ProposalRow>, Error> {
    let rows = sqlx::query(
        "SELECT p.*, t.version, t.weights FROM proposals p JOIN training_outputs t ON t.digest = p.training_output
         WHERE (?1 IS NULL OR p.model_id = ?1) AND p.seq < ?2 ORDER BY p.seq DESC LIMIT ?3",
    )
    .bind(model_id)
    .bind(before)
    .bind(limit);
    all(&rows.fetch_all(db).await?, ProposalRow::from_row)
}

/// The running proposals that supersede another which is still running and not revoked.
pub(crate) async fn superseding(db: &mut Connection, now: Timestamp) -> Result<Vec<ProposalRow>, Error> {
    let rows = sqlx::query(
        "SELECT p.*, t.version, t.weights FROM proposals p JOIN training_outputs t ON t.digest = p.training_output
         JOIN proposals old ON old.digest = p.supersedes
         WHERE p.expires_at > ?1 AND old.expires_at > ?1
           AND NOT EXISTS (SELECT 1 FROM revocation_entries r WHERE r.kind = 'proposal' AND r.value = old.digest)",
    );
    all(&rows.bind(now.seconds()).fetch_all(db).await?, ProposalRow::from_row)
}

/// The payload digests of the ledger in their order.
pub(crate) async fn leaves(db: &mut Connection) -> Result<Vec<Digest>, Error> {
    let rows = sqlx::query("SELECT digest FROM ledger ORDER BY leaf").fetch_all(db).await?;
    all(&rows, |row| digest(row.try_get("digest")?))
}

/// One entry of the ledger.
#[derive(Clone, Debug)]
pub(crate) struct LedgerRow {
    pub(crate) leaf: i64,
    pub(crate) digest: Digest,
    pub(crate) kind: String,
    pub(crate) signer: String,
    pub(crate) received_at: Timestamp,
}

/// The entries of the ledger from a leaf on.
pub(crate) async fn ledger(db: &mut Connection, from: i64, limit: i64) -> Result<Vec<LedgerRow>, Error> {
    let rows = sqlx::query(
        "SELECT l.leaf, l.digest, l.kind, e.signer, e.received_at FROM ledger l
         JOIN envelopes e ON e.digest = l.digest WHERE l.leaf >= ? ORDER BY l.leaf LIMIT ?",
    )
    .bind(from)
    .bind(limit);
    all(&rows.fetch_all(db).await?, |row| {
        Ok(LedgerRow {
            leaf: row.try_get("leaf")?,
            digest: digest(row.try_get("digest")?)?,
            kind: row.try_get("kind")?,
            signer: row.try_get("signer")?,
            received_at: time(row.try_get("received_at")?)?,
        })
    })
}

/// The place of the newest document about a proposal.
pub(crate) async fn last_about(db: &mut Connection, proposal: Digest) -> Result<i64, Error> {
    let last = sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM envelopes WHERE proposal = ?");
    Ok(last.bind(proposal.to_string()).fetch_one(db).await?)
}

/// The proposals that run out between two moments, the first first.
pub(crate) async fn expiring(
    db: &mut Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<ProposalRow>, Error> {
    let rows = sqlx::query(
        "SELECT p.*, t.version, t.weights FROM proposals p JOIN training_outputs t ON t.digest = p.training_output
         WHERE p.expires_at > ? AND p.expires_at <= ? ORDER BY p.expires_at, p.seq",
    );
    all(&rows.bind(from.seconds()).bind(to.seconds()).fetch_all(db).await?, ProposalRow::from_row)
}
