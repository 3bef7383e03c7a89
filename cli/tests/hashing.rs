//! Weights digests against `sha256sum`, over trees that try to have another one.
#![cfg(unix)]

mod common;

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::symlink, net::UnixListener},
    process::Command,
};

use common::{Desk, Said, fixture};

/// The digest as the documentation says to make it by hand.
fn by_hand(desk: &Desk, tree: &str) -> String {
    let script = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum";
    let output = Command::new("sh").args(["-c", script]).current_dir(desk.path(tree)).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

fn hash(desk: &Desk, path: &str) -> Said {
    desk.run(["hash", path, "--json"])
}

#[track_caller]
fn agrees(desk: &Desk, tree: &str) {
    let json = hash(desk, tree).ok().json();
    assert_eq!(json["kind"], "directory");
    assert_eq!(json["digest"], format!("sha256:{}", by_hand(desk, tree)));
}

#[test]
fn digest_of_a_file_is_not_that_of_sha256sum() {
    let desk = Desk::empty();
    for (name, bytes) in [("empty", Vec::new()), ("one", vec![0]), ("large", vec![7; 1_000_003])] {
        let path = desk.write(name, bytes);
        let output = Command::new("sha256sum").arg("--").arg(&path).output().unwrap();
        let expected = String::from_utf8(output.stdout).unwrap();
        let json = hash(&desk, name).ok().json();
        assert_eq!(json["kind"], "file");
        assert_eq!(json["digest"], format!("sha256:{}", expected.split(' ').next().unwrap()));
    }
}

#[test]
fn digest_of_a_tree_is_not_that_of_its_manifest() {
    let desk = Desk::empty();
    // Orders in which bytes, letters and whole names disagree; spaces, quotes, dots, shell signs and other scripts.
    let names = [
        "a",
        "B",
        "a.b",
        "a-b",
        "a/b/c",
        "a0",
        "é",
        "e\u{301}",
        "漢字",
        "with space",
        " lead",
        "trail ",
        "*",
        "?",
        "$x",
        "'q'",
        "\"",
        "#",
        ".hidden",
        "..a",
        "~",
        "%20",
    ];
    for name in names.iter().filter(|name| **name != "a") {
        desk.write(format!("tree/{name}"), name);
    }
    fs::create_dir_all(desk.path("tree/empty/below")).unwrap();
    agrees(&desk, "tree");
    let manifest = desk.run(["hash", "tree", "--manifest"]).ok().out;
    let script = "find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0r sha256sum --";
    let output = Command::new("sh").args(["-c", script]).current_dir(desk.path("tree")).output().unwrap();
    assert_eq!(manifest.as_bytes(), output.stdout);
}

#[test]
fn digest_of_the_fixture_differs() {
    let desk = Desk::empty();
    let weights = fixture("3/weights");
    Command::new("cp").arg("-r").arg(&weights).arg(desk.path("tree")).status().unwrap();
    agrees(&desk, "tree");
    agrees(&desk, "tree/");
    agrees(&desk, "./tree/../tree");
}

#[test]
fn change_of_a_tree_keeps_its_digest() {
    let desk = Desk::empty();
    let digest = || hash(&desk, "tree").json()["digest"].clone();
    desk.write("tree/a", "1");
    desk.write("tree/b/c", "2");
    let mut seen = vec![digest()];
    let mut changed = || {
        let digest = digest();
        assert!(!seen.contains(&digest));
        seen.push(digest);
    };
    desk.write("tree/a", "2");
    changed();
    fs::rename(desk.path("tree/a"), desk.path("tree/d")).unwrap();
    changed();
    desk.write("tree/e", "");
    changed();
    fs::rename(desk.path("tree/b/c"), desk.path("tree/c")).unwrap();
    changed();
    fs::remove_file(desk.path("tree/e")).unwrap();
    changed();
}

/// What is in the tree, the code that it is refused with, and how it is made.
type Case = (&'static str, &'static str, fn(&Desk));

#[test]
fn trees_without_a_digest_have_one() {
    let cases: &[Case] = &[
        ("an empty directory", "manifest_empty", |_| {}),
        ("directories alone", "manifest_empty", |desk| fs::create_dir_all(desk.path("tree/a/b")).unwrap()),
        ("a link to a file", "manifest_symlink", |desk| {
            desk.write("tree/a", "1");
            symlink("a", desk.path("tree/b")).unwrap();
        }),
        ("a link out of the tree", "manifest_symlink", |desk| {
            desk.write("outside", "1");
            symlink("../outside", desk.path("tree/b")).unwrap();
        }),
        ("a link to nothing", "manifest_symlink", |desk| symlink("none", desk.path("tree/b")).unwrap()),
        ("a link to a directory", "manifest_symlink", |desk| {
            desk.write("other/a", "1");
            symlink("../other", desk.path("tree/b")).unwrap();
        }),
        ("a named pipe", "manifest_special_file", |desk| {
            Command::new("mkfifo").arg(desk.path("tree/p")).status().unwrap();
        }),
        ("a socket", "manifest_special_file", |desk| drop(UnixListener::bind(desk.path("tree/s")).unwrap())),
        ("a name that is no UTF-8", "manifest_not_utf8", |desk| {
            fs::write(desk.path("tree").join(OsStr::from_bytes(b"a\xff")), "1").unwrap();
        }),
        ("a directory whose name is no UTF-8", "manifest_not_utf8", |desk| {
            let directory = desk.path("tree").join(OsStr::from_bytes(b"\xc3\x28"));
            fs::create_dir(&directory).unwrap();
            fs::write(directory.join("a"), "1").unwrap();
        }),
        ("a line feed", "manifest_path", |desk| drop(desk.write("tree/a\nb", "1"))),
        ("a carriage return", "manifest_path", |desk| drop(desk.write("tree/a\r", "1"))),
        ("an escape", "manifest_path", |desk| drop(desk.write("tree/\u{1b}[2J", "1"))),
        ("a backslash", "manifest_path", |desk| drop(desk.write("tree/a\\b", "1"))),
        ("a lone dash", "manifest_path", |desk| drop(desk.write("tree/-", "1"))),
        ("an option", "manifest_path", |desk| drop(desk.write("tree/--tag", "1"))),
        ("an option below", "manifest_path", |desk| drop(desk.write("tree/a/-r/b", "1"))),
        ("names that differ in case", "manifest_case_collision", |desk| {
            desk.write("tree/A", "1");
            desk.write("tree/a", "1");
        }),
        ("a file in the place of a directory", "manifest_case_collision", |desk| {
            desk.write("tree/A/x", "1");
            desk.write("tree/a", "1");
        }),
    ];
    for (what, code, make) in cases {
        let desk = Desk::empty();
        fs::create_dir(desk.path("tree")).unwrap();
        make(&desk);
        let said = hash(&desk, "tree");
        assert_eq!((said.code, said.error_code()), (2, Some(*code)), "{what}: {said:?}");
        assert!(said.out.is_empty(), "{what}");
        // An escape in a name does not reach the terminal.
        assert!(!said.err.contains('\u{1b}'), "{what}: {said:?}");
    }
}

#[test]
fn file_that_is_a_link_or_missing_or_special_is_hashed() {
    let desk = Desk::empty();
    desk.write("a", "1");
    symlink("a", desk.path("link")).unwrap();
    hash(&desk, "link").refuses("manifest_symlink");
    hash(&desk, "none").refuses("file_not_found");
    hash(&desk, "/dev/null").refuses("manifest_special_file");
    hash(&desk, "/dev/zero").refuses("manifest_special_file");
    desk.write("-dash", "1");
    hash(&desk, "./-dash").refuses("manifest_path");
}

#[test]
fn followed_links_give_another_digest_than_copies() {
    let desk = Desk::empty();
    // As download caches lay it out: names that lead to blobs.
    desk.write("cache/blobs/01", "one");
    desk.write("cache/blobs/02", "two");
    fs::create_dir_all(desk.path("cache/snapshot/sub")).unwrap();
    symlink("../blobs/01", desk.path("cache/snapshot/model.bin")).unwrap();
    symlink("../../blobs/02", desk.path("cache/snapshot/sub/tokens.json")).unwrap();
    symlink("sub", desk.path("cache/snapshot/twin")).unwrap();
    desk.write("copy/model.bin", "one");
    desk.write("copy/sub/tokens.json", "two");
    desk.write("copy/twin/tokens.json", "two");
    let follow = |path: &str| desk.run(["hash", path, "--follow", "--json"]);
    assert_eq!(follow("cache/snapshot").ok().json()["digest"], hash(&desk, "copy").ok().json()["digest"]);

    symlink("..", desk.path("cache/snapshot/sub/up")).unwrap();
    follow("cache/snapshot").refuses("manifest_link_cycle");
    fs::remove_file(desk.path("cache/snapshot/sub/up")).unwrap();
    symlink("nothing", desk.path("cache/snapshot/broken")).unwrap();
    follow("cache/snapshot").refuses("file_not_found");
    fs::remove_file(desk.path("cache/snapshot/broken")).unwrap();
    symlink("/dev/zero", desk.path("cache/snapshot/zero")).unwrap();
    follow("cache/snapshot").refuses("manifest_special_file");
}
