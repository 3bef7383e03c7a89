//! The identity of weights: the SHA-256 of a file, or of the manifest of a directory.
//!
//! A manifest is what `sha256sum` prints for the files of a directory, sorted by path bytes; Go's `dirhash.Hash1` gives
//! the same bytes. By hand:
//!
//! ```text
//! find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum
//! ```
//!
//! The rules for paths keep two trees from having one digest, and one tree from being two on another system (attacks:
//! `..`, newlines, names that a command reads as options, names that differ only in case).

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};
use core::fmt::Write as _;

use crate::{code::Code, digest::Digest, error::ParseError, limits, sort::sort_by};

/// What a weights digest is the digest of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WeightsKind {
    /// One file.
    File,
    /// The manifest of a directory.
    Directory,
}

impl WeightsKind {
    /// The kind as documents write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
        }
    }

    /// Reads `file` or `directory`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::File, Self::Directory].into_iter().find(|kind| kind.as_str() == text)
    }

    /// The key of the digest in an in-toto subject (in-toto attestation, `digest_set.md`).
    #[must_use]
    pub const fn digest_key(self) -> &'static str {
        match self {
            Self::File => "sha256",
            Self::Directory => "dirHash",
        }
    }

    /// The kind whose subject digest has this key.
    #[must_use]
    pub fn from_digest_key(key: &str) -> Option<Self> {
        [Self::File, Self::Directory].into_iter().find(|kind| kind.digest_key() == key)
    }
}

/// The digest of weights, with what it is a digest of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weights {
    /// A file or a directory.
    pub kind: WeightsKind,
    /// The digest of the file or of the manifest.
    pub digest: Digest,
}

/// A file of the weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightsFile {
    /// Path relative to the hashed directory, `/` between components; the bare name where the weights are one file.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// The files of the weights, checked and in the order of their path bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    kind: WeightsKind,
    files: Vec<WeightsFile>,
}

impl Manifest {
    /// The manifest of one file.
    ///
    /// # Errors
    ///
    /// [`Code::ManifestPath`] where the name may not stand in a manifest.
    pub fn file(file: WeightsFile) -> Result<Self, ParseError> {
        check_path(&file.path)?;
        if file.path.contains('/') {
            return Err(ParseError::rule(Code::ManifestPath, file.path));
        }
        Ok(Self { kind: WeightsKind::File, files: alloc::vec![file] })
    }

    /// The manifest of a directory; the order of `files` does not matter.
    ///
    /// # Errors
    ///
    /// [`Code::ManifestEmpty`], [`Code::ManifestPath`], [`Code::ManifestCaseCollision`] (which a repeated path is, too,
    /// and a file where another path needs a directory), or [`ParseError::TooMany`] over [`limits::FILES`].
    pub fn directory(mut files: Vec<WeightsFile>) -> Result<Self, ParseError> {
        if files.is_empty() {
            return Err(ParseError::rule(Code::ManifestEmpty, ""));
        }
        if files.len() > limits::FILES {
            return Err(ParseError::TooMany { field: "files", limit: limits::FILES });
        }
        files.iter().try_for_each(|file| check_path(&file.path))?;
        sort_by(&mut files, |a, b| a.path.as_bytes() < b.path.as_bytes());
        check_case(&files)?;
        Ok(Self { kind: WeightsKind::Directory, files })
    }

    /// A file's or a directory's manifest.
    #[must_use]
    pub fn kind(&self) -> WeightsKind {
        self.kind
    }

    /// The files in the order of their path bytes.
    #[must_use]
    pub fn files(&self) -> &[WeightsFile] {
        &self.files
    }

    /// Bytes of all files together, at most `u64::MAX`.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.size))
    }

    /// What `sha256sum` prints for these files.
    #[must_use]
    pub fn text(&self) -> String {
        self.files.iter().fold(String::new(), |mut text, file| {
            // Writing to a `String` cannot fail.
            let _ = writeln!(text, "{}  {}", file.digest.to_hex(), file.path);
            text
        })
    }

    /// The weights digest that these files give.
    ///
    /// ```
    /// use placet_core::{digest::Digest, weights::{Manifest, WeightsFile}};
    ///
    /// let file = WeightsFile { path: "layer0.npy".into(), size: 0, digest: Digest::of(b"") };
    /// let directory = Manifest::directory(vec![file])?;
    /// assert_eq!(directory.weights().digest, Digest::of(directory.text().as_bytes()));
    /// # Ok::<(), placet_core::error::ParseError>(())
    /// ```
    #[must_use]
    pub fn weights(&self) -> Weights {
        let digest = match (self.kind, self.files.first()) {
            (WeightsKind::File, Some(file)) => file.digest,
            _ => Digest::of(self.text().as_bytes()),
        };
        Weights { kind: self.kind, digest }
    }
}

/// Refuses files and directories whose names differ only in case, as a file system may hold but one of them.
fn check_case(files: &[WeightsFile]) -> Result<(), ParseError> {
    // Both ways, as some letters have a capital but are not what it has as its small letter: `ſ`, `ß`, the final sigma.
    let fold = |path: &str| path.to_uppercase().to_lowercase();
    let mut paths: Vec<_> = files.iter().map(|file| (fold(&file.path), file.path.as_str())).collect();
    // In the order of their components, paths of one directory stand together whatever their spelling, right after a
    // file of its name: looking at neighbours is enough.
    sort_by(&mut paths, |(a, _), (b, _)| a.split('/').lt(b.split('/')));
    for ((a, path), (b, next)) in paths.iter().zip(paths.iter().skip(1)) {
        let same = a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count();
        let mut spelt = path.split('/').zip(next.split('/')).take(same);
        if same == a.split('/').count() || spelt.any(|(a, b)| a != b) {
            return Err(ParseError::rule(Code::ManifestCaseCollision, *next));
        }
    }
    Ok(())
}

/// Checks a relative path of a manifest.
///
/// # Errors
///
/// [`Code::ManifestPath`] where it is absolute, empty, over 4096 bytes, holds a control character or a backslash, or
/// has a component that is empty, `.`, `..` or starts with `-`.
pub fn check_path(path: &str) -> Result<(), ParseError> {
    let component = |part: &str| !matches!(part, "" | "." | "..") && !part.starts_with('-');
    let allowed = path.len() <= 4096
        && path.split('/').all(component)
        && !path.chars().any(|c| c.is_control() || c == '\\');
    if allowed { Ok(()) } else { Err(ParseError::rule(Code::ManifestPath, path.to_owned())) }
}

#[cfg(test)]
mod tests;
