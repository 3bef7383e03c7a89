//! `IndexedDB`, as text by name. What was written is there once the call returns.

use idb::{Database, Factory, Query, TransactionMode};
use wasm_bindgen::JsValue;

const NAME: &str = "placet";

/// A table of the database.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Table {
    /// Locked keys by public key.
    Keys,
    /// What this browser knows, by name.
    Known,
}

impl Table {
    const ALL: [Self; 2] = [Self::Keys, Self::Known];

    fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Known => "known",
        }
    }
}

async fn open() -> Result<Database, idb::Error> {
    let mut request = Factory::new()?.open(NAME, Some(1))?;
    request.on_upgrade_needed(|event| {
        use idb::DatabaseEvent as _;
        if let Ok(database) = event.database() {
            for table in Table::ALL {
                // A table that cannot be made is missed by the first call that needs it, which says so.
                let _ = database.create_object_store(table.name(), idb::ObjectStoreParams::new());
            }
        }
    });
    request.await
}

/// The text of a name.
pub(crate) async fn get(table: Table, name: &str) -> Result<Option<String>, idb::Error> {
    let database = open().await?;
    let transaction = database.transaction(&[table.name()], TransactionMode::ReadOnly)?;
    let value = transaction.object_store(table.name())?.get(Query::Key(JsValue::from_str(name)))?.await?;
    transaction.await?;
    database.close();
    Ok(value.and_then(|value| value.as_string()))
}

/// All texts of a table.
pub(crate) async fn all(table: Table) -> Result<Vec<String>, idb::Error> {
    let database = open().await?;
    let transaction = database.transaction(&[table.name()], TransactionMode::ReadOnly)?;
    let values = transaction.object_store(table.name())?.get_all(None, None)?.await?;
    transaction.await?;
    database.close();
    Ok(values.into_iter().filter_map(|value| value.as_string()).collect())
}

/// Keeps a text under a name.
pub(crate) async fn put(table: Table, name: &str, text: &str) -> Result<(), idb::Error> {
    let database = open().await?;
    let transaction = database.transaction(&[table.name()], TransactionMode::ReadWrite)?;
    transaction.object_store(table.name())?.put(&text.into(), Some(&name.into()))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}

/// Forgets a name.
pub(crate) async fn remove(table: Table, name: &str) -> Result<(), idb::Error> {
    let database = open().await?;
    let transaction = database.transaction(&[table.name()], TransactionMode::ReadWrite)?;
    transaction.object_store(table.name())?.delete(Query::Key(name.into()))?.await?;
    transaction.commit()?.await?;
    database.close();
    Ok(())
}
