//! Every code that the command line and the key files answer with is explained in the documentation.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::{
    fs,
    path::{Path, PathBuf},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn a_code_that_the_documentation_does_not_explain() {
    let pages = ["docs/errors.md", "docs/formats.md"]
        .map(|page| fs::read_to_string(Path::new(ROOT).join(page)).unwrap());
    let mut found = 0;
    for file in ["cli/src", "keys/src"].iter().flat_map(|folder| sources(&Path::new(ROOT).join(folder))) {
        for code in codes(&fs::read_to_string(&file).unwrap()) {
            let row = format!("| `{code}` |");
            assert!(pages.iter().any(|page| page.contains(&row)), "{}: {code}", file.display());
            found += 1;
        }
    }
    assert!(found > 40, "only {found} codes were found: do the sources still write them so?");
}

/// What stands in quotes right after a place where an error is made.
fn codes(source: &str) -> Vec<&str> {
    let makers = ["Error::new(", "Error::io(", "=> \"key_file_"];
    let places =
        makers.iter().flat_map(|maker| source.match_indices(maker).map(|(at, text)| (at, text.len())));
    let quoted = places.filter_map(|(at, length)| {
        let start = if source[at..].starts_with("=>") { at + 3 } else { at + length };
        let rest = source[start..].trim_start().strip_prefix('"')?;
        rest.split_once('"').map(|(code, _)| code)
    });
    quoted.collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect()
}
