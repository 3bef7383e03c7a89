//! The attack corpus: one file for each way in which somebody tries to get around a verifier. The comment of each vector
//! says what is tried.

mod binding;
mod bytes;
mod detectors;
mod drift;
mod freshness;
mod ledger;
mod manifests;
mod people;
mod review;
mod signatures;
pub mod table;

use crate::vector::File;

/// All files, in the order of their numbers.
pub(crate) fn files() -> Vec<File> {
    let mut files = people::files();
    files.extend(binding::files());
    files.extend(freshness::files());
    files.extend(bytes::files());
    files.extend(manifests::files());
    files.extend([ledger::file(), signatures::file(), drift::file()]);
    files.extend(review::files());
    files.extend(detectors::files());
    files.sort_by_key(|file| file.path);
    files
}
