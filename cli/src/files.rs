//! Reading with a bound and writing whole: a file is there in full or not at all, and nothing is written over that says
//! something else.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever the umask lets.
    Anyone,
    /// The owner alone: a secret key.
    Owner,
}

/// Reads a regular file of at most `limit` bytes; a file that is larger is not read to its end.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let refuse = |error: &std::io::Error| Error::io("file_unreadable", path, error);
    let file = File::open(path).map_err(|error| refuse(&error))?;
    if file.metadata().map_err(|error| refuse(&error))?.is_dir() {
        return Err(Error::new("file_unreadable", format!("{} is a directory", path.display())));
    }
    let mut bytes = Vec::new();
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(bound).read_to_end(&mut bytes).map_err(|error| refuse(&error))?;
    if bytes.len() > limit {
        return Err(Error::new("too_large", format!("{} is over {limit} bytes", path.display())));
    }
    Ok(bytes)
}

/// Writes a file that must not be there yet; says whether it was written. A file with the same bytes is left alone.
///
/// # Errors
///
/// `file_exists` where the file holds other bytes, `file_unwritable` where it cannot be written.
pub(crate) fn create(path: &Path, bytes: &[u8], access: Access) -> Result<bool> {
    let temporary = prepare(path, bytes, access)?;
    match temporary.persist_noclobber(path) {
        Ok(_) => sync_directory(path).map(|()| true),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
            if read(path, bytes.len()).is_ok_and(|held| held == bytes) {
                return Ok(false);
            }
            let message = format!("{} is there already and holds something else", path.display());
            Err(Error::new("file_exists", message).hint("move it away, or name another file"))
        }
        Err(error) => Err(Error::io("file_unwritable", path, &error.error)),
    }
}

/// Writes a file in one step, in place of one that is there.
///
/// # Errors
///
/// `file_unwritable`.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = prepare(path, bytes, Access::Anyone)?;
    temporary.persist(path).map_err(|error| Error::io("file_unwritable", path, &error.error))?;
    sync_directory(path)
}

/// New files and directories that are taken away again unless all of them are there in the end.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    made: Vec<PathBuf>,
}

impl Batch {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Makes a directory with those above it, where they are not there.
    pub(crate) fn directory(&mut self, path: &Path) -> Result<()> {
        let missing = path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let mut missing: Vec<_> = missing.map(Path::to_owned).collect();
        missing.reverse();
        fs::create_dir_all(path).map_err(|error| Error::io("file_unwritable", path, &error))?;
        self.made.append(&mut missing);
        Ok(())
    }

    /// Writes a new file as [`create`] does.
    pub(crate) fn create(&mut self, path: &Path, bytes: &[u8], access: Access) -> Result<()> {
        if create(path, bytes, access)? {
            self.made.push(path.to_owned());
        }
        Ok(())
    }

    /// All of them are there.
    pub(crate) fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for path in self.made.iter().rev() {
            // What cannot be taken away either is left; the error that led here is the one to tell.
            drop(if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) });
        }
    }
}

/// A temporary file beside `path` that holds `bytes`, on the disk.
fn prepare(path: &Path, bytes: &[u8], access: Access) -> Result<tempfile::NamedTempFile> {
    let write = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".placet-").suffix(".tmp");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = if access == Access::Owner { 0o600 } else { 0o666 };
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        let mut temporary = builder.tempfile_in(directory_of(path))?;
        temporary.write_all(bytes)?;
        temporary.as_file().sync_all()?;
        Ok(temporary)
    };
    write().map_err(|error: std::io::Error| Error::io("file_unwritable", path, &error))
}

/// Puts the name of a file on the disk, too.
fn sync_directory(path: &Path) -> Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let sync = File::open(directory_of(path)).and_then(|directory| directory.sync_all());
    sync.map_err(|error| Error::io("file_unwritable", path, &error))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
