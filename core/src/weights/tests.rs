//! Directory digests held against `sha256sum`, and the trees that have none.

use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use std::{
    env, fs,
    process::{Command, id},
};

use super::{Manifest, WeightsFile, WeightsKind, check_path};
use crate::{code::Code, digest::Digest, error::ParseError, limits};

/// Files whose content is their own path.
fn files(paths: &[&str]) -> Vec<WeightsFile> {
    let file = |path: &&str| WeightsFile {
        path: path.to_string(),
        size: path.len() as u64,
        digest: Digest::of(path.as_bytes()),
    };
    paths.iter().map(file).collect()
}

fn refusal(paths: &[&str]) -> Option<Code> {
    Manifest::directory(files(paths)).err().map(|error| error.code())
}

#[test]
fn a_directory_has_the_digest_that_sha256sum_gives_it() {
    // What a shell, a sort by locale or a naïve listing would get wrong.
    let paths = [
        "weights.npz",
        "a/b",
        "a.b",
        "a-b/c",
        "Z",
        "z é",
        "日本",
        "𝄞",
        " leading",
        "trailing ",
        "two  spaces",
        "$(id)",
        "*",
        "'quoted\"",
        "#hash",
        ".hidden",
        "deep/er/and/deeper",
        "~",
    ];
    let root = env::temp_dir().join(format!("placet-manifest-{}", id()));
    for path in paths {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, path).unwrap();
    }
    let shell = |script: &str| {
        let output = Command::new("sh").args(["-c", script]).current_dir(&root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let list = r"find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0r sha256sum --";
    let (text, digest) = (shell(list), shell(&format!("{list} | sha256sum")));
    fs::remove_dir_all(&root).unwrap();

    let manifest = Manifest::directory(files(&paths)).unwrap();
    assert_eq!(manifest.text(), text);
    assert_eq!(manifest.weights().digest.to_hex(), digest.split(' ').next().unwrap());
    assert_eq!(manifest.weights().kind, WeightsKind::Directory);
}

#[test]
fn the_order_in_which_files_are_found_does_not_matter() {
    let forward = Manifest::directory(files(&["a", "a.b", "a-b", "b/c", "b/a"])).unwrap();
    let backward = Manifest::directory(files(&["b/a", "b/c", "a-b", "a.b", "a"])).unwrap();
    assert_eq!(forward, backward);
    let paths: Vec<_> = forward.files().iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a", "a-b", "a.b", "b/a", "b/c"]);
}

#[test]
fn a_renamed_missing_or_extra_file_gives_another_digest() {
    let digests = [&["a", "b"][..], &["a", "c"], &["a"], &["a", "b", "c"], &["a/b"], &["b", "a/b"]]
        .map(|paths| Manifest::directory(files(paths)).unwrap().weights());
    for (index, digest) in digests.iter().enumerate() {
        assert!(!digests[..index].contains(digest), "{index}");
    }
    let mut swapped = files(&["a", "b"]);
    let first = swapped[0].digest;
    swapped[0].digest = swapped[1].digest;
    swapped[1].digest = first;
    assert_ne!(Manifest::directory(swapped).unwrap().weights(), digests[0]);
}

#[test]
fn an_empty_tree_has_no_digest() {
    assert_eq!(refusal(&[]), Some(Code::ManifestEmpty));
}

#[test]
fn a_path_that_leaves_the_tree_or_deceives_a_command_is_refused() {
    let long = "a".repeat(4097);
    for path in [
        "",
        "/",
        "/etc/passwd",
        "..",
        "../a",
        "a/..",
        "a/../b",
        ".",
        "./a",
        "a/./b",
        "a/",
        "a//b",
        "-",
        "--tag",
        "a/-rf",
        "a\nb",
        "a\rb",
        "a\tb",
        "a\0b",
        "a\u{7f}b",
        "a\u{85}b",
        "a\\b",
        "a\\",
        long.as_str(),
    ] {
        assert_eq!(check_path(path).unwrap_err().code(), Code::ManifestPath, "{path:?}");
        assert_eq!(refusal(&["ok", path]), Some(Code::ManifestPath), "{path:?}");
    }
    for path in ["a", "a-b", "...", "a/b.c", ".hidden", "a/.b", "é", &"a".repeat(4096)] {
        assert!(check_path(path).is_ok(), "{path:?}");
    }
}

#[test]
fn names_that_differ_only_in_case_collide() {
    for (a, b) in [
        ("weights", "Weights"),
        ("a/b", "A/b"),
        ("é", "É"),
        ("straße", "STRASSE"),
        ("ſ", "s"),
        ("\u{212a}", "k"),
        // A final sigma is another small letter of the same capital.
        ("aς", "aσ"),
        ("aΣ", "aσ"),
        // The directories differ in case alone, whatever stands in them.
        ("a/x", "A/y"),
        ("a/b/x", "a/B/y"),
    ] {
        assert_eq!(refusal(&[a, b]), Some(Code::ManifestCaseCollision), "{a} {b}");
        assert_eq!(refusal(&["a/a", b, "a/z", a, "zz"]), Some(Code::ManifestCaseCollision), "{a} {b}");
    }
    assert_eq!(refusal(&["a", "a"]), Some(Code::ManifestCaseCollision), "the same path twice");
    assert_eq!(refusal(&["a/x", "a/y", "ab/x", "a.b/x", "b/a/x"]), None);
}

#[test]
fn a_file_where_a_directory_must_be_collides() {
    for paths in [&["a", "a/b"][..], &["a", "A/b"], &["a/b", "a/b/c/d"], &["a", "a.b", "a-b", "a/b"]] {
        assert_eq!(refusal(paths), Some(Code::ManifestCaseCollision), "{paths:?}");
    }
}

#[test]
fn weights_that_are_one_file_stand_under_a_bare_name() {
    let one = |path: &str| Manifest::file(files(&[path])[0].clone());
    assert_eq!(one("a/b").unwrap_err().code(), Code::ManifestPath);
    assert_eq!(one("-a").unwrap_err().code(), Code::ManifestPath);
    let manifest = one("weights.npz").unwrap();
    assert_eq!(manifest.weights().digest, Digest::of(b"weights.npz"));
    // The same bytes as a directory are other weights.
    assert_ne!(Manifest::directory(files(&["weights.npz"])).unwrap().weights(), manifest.weights());
}

#[test]
fn more_files_than_the_limit_are_refused() {
    let file = |index| WeightsFile { path: format!("{index}"), size: 0, digest: Digest::of(b"") };
    let error = Manifest::directory((0..=limits::FILES).map(file).collect()).unwrap_err();
    assert_eq!(error, ParseError::TooMany { field: "files", limit: limits::FILES });
}

#[test]
fn sizes_add_up_without_overflow() {
    let mut files = files(&["a", "b"]);
    files[0].size = u64::MAX;
    assert_eq!(Manifest::directory(files).unwrap().size(), u64::MAX);
}
