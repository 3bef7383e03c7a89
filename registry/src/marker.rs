//! What was published, remembered outside the database.
//!
//! Guards against a restored backup: a database that is older than what verifiers have seen would sign lists that
//! forget revocations and checkpoints that fork the ledger. The marker is one small file that no backup holds, written
//! and flushed before a list or a checkpoint leaves the registry.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use placet_core::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The marker's file in a data directory.
const FILE: &str = "published.json";

/// The newest that was published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Marker {
    /// The number of the newest list; 0 where there was none.
    pub(crate) list_number: u64,
    /// The newest checkpoint, if there was one.
    pub(crate) checkpoint: Option<PublishedHead>,
}

/// A head of the ledger that was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishedHead {
    /// The id of the key that signed it: another key begins another ledger.
    pub(crate) key_id: String,
    /// How many leaves.
    pub(crate) size: u64,
    /// The root, as a digest.
    pub(crate) root: String,
}

impl PublishedHead {
    /// Whether the head has this root.
    pub(crate) fn has_root(&self, root: [u8; 32]) -> bool {
        self.root == Digest::from_bytes(root).to_string()
    }
}

/// Where the marker is.
#[derive(Clone, Debug)]
pub(crate) struct MarkerFile(PathBuf);

impl MarkerFile {
    pub(crate) fn in_directory(data_dir: &Path) -> Self {
        Self(data_dir.join(FILE))
    }

    /// Reads the marker; none where there is no file.
    pub(crate) fn read(&self) -> Result<Option<Marker>, Error> {
        let text = match fs::read(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::file(&self.0)(error)),
        };
        serde_json::from_slice(&text).map(Some).map_err(|e| Error::file(&self.0)(e.into()))
    }

    /// Writes the marker: on the disk when this returns, and whole whenever it is read.
    pub(crate) fn write(&self, marker: &Marker) -> Result<(), Error> {
        let write = || {
            let draft = self.0.with_extension("new");
            let mut file = File::create(&draft)?;
            file.write_all(&serde_json::to_vec(marker)?)?;
            file.sync_all()?;
            fs::rename(&draft, &self.0)?;
            self.0.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
        };
        write().map_err(Error::file(&self.0))
    }
}
