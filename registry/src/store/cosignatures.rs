//! Cosignatures of checkpoints, by the size of the tree.

use std::collections::BTreeMap;

use super::{Connection, broken};
use crate::error::Error;

/// The lines of every size, as they were taken in.
pub(crate) async fn all(db: &mut Connection) -> Result<BTreeMap<u64, Vec<String>>, Error> {
    let rows =
        sqlx::query_as::<_, (i64, String)>("SELECT size, line FROM cosignatures ORDER BY size, witness");
    let mut lines = BTreeMap::<u64, Vec<String>>::new();
    for (size, line) in rows.fetch_all(db).await? {
        lines.entry(u64::try_from(size).map_err(|_| broken("no size"))?).or_default().push(line);
    }
    Ok(lines)
}

/// Keeps a line in the place of an older one of the same witness.
pub(crate) async fn add(db: &mut Connection, size: u64, witness: &str, line: &str) -> Result<(), Error> {
    let size = i64::try_from(size).map_err(|_| broken("no size"))?;
    sqlx::query(
        "INSERT INTO cosignatures (size, witness, line) VALUES (?, ?, ?)
         ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line",
    )
    .bind(size)
    .bind(witness)
    .bind(line)
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets those of trees that are smaller than the one that is served.
pub(crate) async fn forget_below(db: &mut Connection, size: u64) -> Result<(), Error> {
    let size = i64::try_from(size).map_err(|_| broken("no size"))?;
    sqlx::query("DELETE FROM cosignatures WHERE size < ?").bind(size).execute(db).await?;
    Ok(())
}
