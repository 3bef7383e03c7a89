//! Makes the test vectors of the verifier, from an organisation whose keys are public.
//!
//! A vector says by hand what must come of it; making it fails where the core says otherwise. What the core adds, the
//! digests of the decision and of the state, is then held against every other runtime.
//!
//! - [`scene`]: what a decision is made of, to be spoilt piece by piece; [`vector`]: what must come of it.
//! - [`bytes`] and `pool`: how bytes are written down.
//! - `permits`, `gates`, `documents`, `policies`: what the verifier must and must not accept.
//! - `checks`: the calls beside the decision.
//! - `attacks`: one file for each way in which somebody tries to get around it.
#![expect(clippy::too_many_lines, reason = "a list of cases is one thing, however long")]

pub mod attacks;
pub mod bytes;
mod checks;
mod documents;
mod gates;
mod permits;
mod policies;
mod pool;
pub mod scene;
pub mod vector;

use pool::Pool;
use vector::File;

/// The directories below `tests/vectors` that hold nothing else.
pub const DIRECTORIES: [&str; 3] = ["decide", "attacks", "checks"];

/// Every file, by its path below `tests/vectors`.
///
/// # Errors
///
/// One line for each vector of which the core says otherwise.
pub fn files() -> Result<Vec<(String, String)>, String> {
    let decide = vec![permits::file(), gates::file(), documents::file(), policies::file()];
    let directories = [("decide", decide), ("attacks", attacks::files()), ("checks", checks::files())];
    let faults = directories.iter().flat_map(|(_, files)| files).flat_map(|file| file.faults.clone());
    let faults: Vec<_> = faults.collect();
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    Ok(directories.into_iter().flat_map(|(name, files)| written(name, &files)).collect())
}

/// The page that tells of the attacks.
#[must_use]
pub fn attacks_page() -> String {
    attacks::table::page(&attacks::files())
}

/// The files of one directory and the envelopes that they share.
fn written(directory: &str, files: &[File]) -> Vec<(String, String)> {
    let pool = Pool::of(files.iter().flat_map(File::texts));
    let vectors = files.iter().map(|file| (file.path.to_owned(), file.to_json(&pool)));
    let all = vectors.chain(pool.files());
    all.map(|(path, text)| (format!("{directory}/{path}"), text)).collect()
}
