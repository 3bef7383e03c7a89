//! The vectors that stand in the repository are those that are made.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use placet_vectors::attacks::table;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Every file below a directory, by its path below `root`.
fn read(root: &Path, directory: &Path, files: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            files.insert(path.strip_prefix(root).unwrap().into(), fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn a_vector_that_was_changed_by_hand_or_not_made_anew() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut committed = BTreeMap::new();
    for directory in placet_vectors::DIRECTORIES {
        read(&root, &root.join(directory), &mut committed);
    }
    let made: BTreeMap<PathBuf, String> =
        placet_vectors::files().unwrap().into_iter().map(|(path, text)| (path.into(), text)).collect();
    let names = |files: &BTreeMap<PathBuf, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&made), "run `cargo run -p placet-vectors`");
    let changed: Vec<_> =
        made.iter().filter(|(path, text)| committed[*path] != **text).map(|(path, _)| path).collect();
    assert!(changed.is_empty(), "run `cargo run -p placet-vectors`: {changed:?}");
}

#[test]
fn a_page_of_attacks_that_does_not_tell_of_the_vectors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let page = fs::read_to_string(root.join(table::PATH)).unwrap();
    assert_eq!(page, placet_vectors::attacks_page(), "run `cargo run -p placet-vectors`");
    let unshown: Vec<_> =
        page.lines().filter(|line| line.starts_with("| ") && line.contains(" |  | ")).collect();
    assert!(unshown.is_empty(), "nothing shows these: {unshown:?}");
}

#[test]
fn a_test_of_a_program_that_is_not_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    for (_, path, names) in table::TESTS {
        let text = fs::read_to_string(root.join(path)).unwrap();
        for name in names {
            let (rust, node) = (format!("fn {name}()"), format!("test(\"{name}\""));
            assert!(text.contains(&rust) || text.contains(&node), "{path} has no test {name}");
        }
    }
}
