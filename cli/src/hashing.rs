//! The digest of weights on disk: a file, or a directory by its manifest.
//!
//! What `sha256sum` prints is the reference (see [`placet_core::weights`]). A link or a special file is refused, as what
//! is loaded later might then be something else than what was hashed; `--follow` reads through links, for download
//! caches that consist of them.

use std::{
    fs::{self, File, FileType, Metadata},
    io::Read as _,
    path::{Path, PathBuf},
};

use placet_core::{
    digest::Hasher,
    limits,
    weights::{Manifest, WeightsFile, check_path},
};

use crate::{
    error::{At as _, Error, Result},
    terminal::Progress,
};

/// What to do with symbolic links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// They are refused.
    Refuse,
    /// What they lead to is hashed in their place.
    Follow,
}

/// Hashes a file or a directory.
///
/// # Errors
///
/// The codes of [`Manifest`], `manifest_symlink`, `manifest_special_file`, `manifest_not_utf8`, `manifest_link_cycle`,
/// `weights_changed` where a file changes while it is read, `file_not_found` and `file_unreadable`.
pub(crate) fn manifest(path: &Path, links: Links) -> Result<Manifest> {
    let metadata = metadata(path, links)?;
    if metadata.is_dir() {
        let mut walk = Walk { links, files: Vec::new(), ancestors: Vec::new(), total: 0 };
        walk.directory(path, "", 0)?;
        let mut progress = Progress::new(walk.total);
        let hash = |(path, name): (PathBuf, String)| hash_file(&path, name, links, &mut progress);
        let files = walk.files.into_iter().map(hash).collect::<Result<Vec<_>>>()?;
        return Manifest::directory(files).at(path.display());
    }
    let name = path.file_name().map(|name| name.to_str().ok_or_else(|| not_utf8(path)));
    let name = name.unwrap_or_else(|| Err(Error::new("manifest_path", path.display())))?.to_owned();
    check_path(&name)?;
    let mut progress = Progress::new(metadata.len());
    Ok(Manifest::file(hash_file(path, name, links, &mut progress)?)?)
}

/// The files below a directory, before they are hashed.
struct Walk {
    links: Links,
    /// Where each file is, and its name in the manifest.
    files: Vec<(PathBuf, String)>,
    /// The real paths of the directories that lead here, where links are followed.
    ancestors: Vec<PathBuf>,
    total: u64,
}

impl Walk {
    /// Paths deeper than this are longer than a manifest may name anyway.
    const DEPTH: usize = 2048;

    fn directory(&mut self, path: &Path, prefix: &str, depth: usize) -> Result<()> {
        if depth > Self::DEPTH {
            return Err(Error::new("manifest_path", format!("{} is nested too deep", path.display())));
        }
        if self.links == Links::Follow {
            let real = fs::canonicalize(path).map_err(|e| Error::io("file_unreadable", path, &e))?;
            if self.ancestors.contains(&real) {
                let message = format!("{} leads back to a directory above it", path.display());
                return Err(Error::new("manifest_link_cycle", message));
            }
            self.ancestors.push(real);
        }
        for entry in fs::read_dir(path).map_err(|e| Error::io("file_unreadable", path, &e))? {
            let entry = entry.map_err(|e| Error::io("file_unreadable", path, &e))?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| not_utf8(&entry.path()))?;
            let name = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
            let metadata = metadata(&entry.path(), self.links)?;
            if metadata.is_dir() {
                self.directory(&entry.path(), &name, depth.saturating_add(1))?;
                continue;
            }
            // Before anything is read, so that a tree that cannot have a digest costs no hashing.
            check_path(&name)?;
            if self.files.len() >= limits::FILES {
                return Err(Error::new("too_many", format!("more than {} files", limits::FILES)));
            }
            self.total = self.total.saturating_add(metadata.len());
            self.files.push((entry.path(), name));
        }
        self.ancestors.pop();
        Ok(())
    }
}

/// What stands at `path`: a regular file or a directory, or an error.
fn metadata(path: &Path, links: Links) -> Result<Metadata> {
    let unreadable = |error| Error::io("file_unreadable", path, &error);
    let metadata = match links {
        Links::Refuse => fs::symlink_metadata(path),
        Links::Follow => fs::metadata(path),
    };
    let metadata = metadata.map_err(unreadable)?;
    let kind = metadata.file_type();
    if kind.is_symlink() {
        return Err(Error::new("manifest_symlink", format!("{} is a symbolic link", path.display())));
    }
    if kind.is_file() || kind.is_dir() {
        return Ok(metadata);
    }
    let message = format!("{} is {}", path.display(), special_name(kind));
    Err(Error::new("manifest_special_file", message).hint("move it out of the directory of the weights"))
}

#[cfg(unix)]
fn special_name(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match () {
        () if kind.is_fifo() => "a named pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_block_device() || kind.is_char_device() => "a device",
        () => "a special file",
    }
}

#[cfg(not(unix))]
fn special_name(_: FileType) -> &'static str {
    "a special file"
}

fn not_utf8(path: &Path) -> Error {
    Error::new("manifest_not_utf8", format!("{} is no UTF-8", path.display())).hint("rename it")
}

/// Hashes one file, which must be the one that the walk saw and stay as it is meanwhile (attack: a file that is swapped
/// for a link, or written to, between the look and the reading).
fn hash_file(path: &Path, name: String, links: Links, progress: &mut Progress) -> Result<WeightsFile> {
    let unreadable = |error| Error::io("file_unreadable", path, &error);
    let seen = metadata(path, links)?;
    let mut file = File::open(path).map_err(unreadable)?;
    let changed = || Error::new("weights_changed", format!("{} changed while it was read", path.display()));
    if !is_same(&seen, &file.metadata().map_err(unreadable)?) {
        return Err(changed());
    }
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    let mut size = 0_u64;
    loop {
        let length = file.read(&mut buffer).map_err(unreadable)?;
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        size = size.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        progress.advance(length);
    }
    if size != seen.len() || !is_same(&seen, &file.metadata().map_err(unreadable)?) {
        return Err(changed().hint("wait until nothing writes to the weights"));
    }
    Ok(WeightsFile { path: name, size, digest: hasher.finish() })
}

/// Whether two looks saw the same file in the same state.
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    let identity = |file: &Metadata| {
        use std::os::unix::fs::MetadataExt as _;
        (file.dev(), file.ino())
    };
    #[cfg(not(unix))]
    let identity = |file: &Metadata| file.created().ok();
    identity(one) == identity(other)
        && one.is_file() == other.is_file()
        && one.len() == other.len()
        && one.modified().ok() == other.modified().ok()
}
