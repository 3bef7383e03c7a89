//! Files hashed in this browser, and whether they are the weights that documents name.

use placet_core::{
    code::Code,
    digest::Digest,
    weights::{Manifest, Weights, WeightsFile, WeightsKind},
};

/// What came of hashing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Exactly the weights that the documents name.
    Match(Weights),
    /// Other weights.
    Mismatch {
        /// What was dropped.
        found: Weights,
        /// What the documents name.
        expected: Weights,
    },
    /// The files cannot be weights.
    Unusable(Code),
    /// A file could not be read.
    Unread(String),
}

/// The weights that these files are, if one kind or the other is asked for.
///
/// A single file is taken for a file, unless a directory is expected; several files are always a directory, whose
/// common first folder is left out, as a browser names files by the folder that was dropped.
///
/// # Errors
///
/// The [`Code`] of the manifest's rule that is broken.
pub fn of_files(mut files: Vec<WeightsFile>, expected: Option<WeightsKind>) -> Result<Weights, Code> {
    let single = files.len() == 1 && expected != Some(WeightsKind::Directory);
    if single && let Some(file) = files.pop() {
        // The name of a single file is not part of its digest.
        let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
        let manifest = Manifest::file(WeightsFile { path: name, ..file });
        return manifest.map(|manifest| manifest.weights()).map_err(|error| error.code());
    }
    let root = files.first().and_then(|file| file.path.split_once('/')).map(|(root, _)| format!("{root}/"));
    if let Some(root) = root.filter(|root| files.iter().all(|file| file.path.starts_with(root))) {
        for file in &mut files {
            file.path = file.path.get(root.len()..).unwrap_or_default().to_owned();
        }
    }
    Manifest::directory(files).map(|manifest| manifest.weights()).map_err(|error| error.code())
}

/// Compares what was hashed with what the documents name.
#[must_use]
pub fn check(files: Vec<WeightsFile>, expected: Weights) -> Check {
    match of_files(files, Some(expected.kind)) {
        Ok(found) if found == expected => Check::Match(found),
        Ok(found) => Check::Mismatch { found, expected },
        Err(code) => Check::Unusable(code),
    }
}

/// A hashed file, as a manifest lists it.
pub type FileEntry = WeightsFile;

/// A file's entry.
#[must_use]
pub fn entry(path: &str, size: u64, digest: Digest) -> WeightsFile {
    WeightsFile { path: path.to_owned(), size, digest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, content: &str) -> WeightsFile {
        entry(path, content.len() as u64, Digest::of(content.as_bytes()))
    }

    #[test]
    fn the_digest_of_a_single_file_does_not_depend_on_its_name() {
        let expected = Weights { kind: WeightsKind::File, digest: Digest::of(b"weights") };
        assert_eq!(check(vec![file("renamed.npz", "weights")], expected), Check::Match(expected));
        assert!(matches!(check(vec![file("w.npz", "other")], expected), Check::Mismatch { .. }));
    }

    #[test]
    fn a_directory_is_hashed_as_sha256sum_does_from_inside() {
        let manifest = Manifest::directory(vec![file("a.npy", "1"), file("sub/b.npy", "2")]).unwrap();
        let dropped = vec![file("model/sub/b.npy", "2"), file("model/a.npy", "1")];
        assert_eq!(check(dropped, manifest.weights()), Check::Match(manifest.weights()));
    }

    #[test]
    fn one_file_is_no_directory_with_the_same_digest() {
        let expected = Weights { kind: WeightsKind::Directory, digest: Digest::of(b"weights") };
        assert!(matches!(check(vec![file("w", "weights")], expected), Check::Mismatch { .. }));
    }

    #[test]
    fn names_that_differ_only_in_case_are_refused() {
        let expected = Weights { kind: WeightsKind::Directory, digest: Digest::of(b"") };
        let dropped = vec![file("m/Model.npz", "1"), file("m/model.npz", "2")];
        assert_eq!(check(dropped, expected), Check::Unusable(Code::ManifestCaseCollision));
    }
}
