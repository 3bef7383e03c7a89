//! Manifests: a tree that is hashed as another, or as none.

use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    statement::IN_TOTO,
    weights::{Manifest, WeightsFile},
};
use placet_testkit::{Organisation, sign_by};
use serde_json::json;

use crate::{
    scene::{Scene, Story, resigned},
    vector::File,
};

pub(super) fn files() -> Vec<File> {
    vec![manifests(), directories()]
}

fn hash(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

fn entry(path: &str) -> String {
    format!(r#"{{"digest":"{}","path":{},"size":1}}"#, hash(path), json!(path))
}

/// A training output over a directory of files that hold their own paths, in the order given.
///
/// The digest is that of what `sha256sum` would print, so that only the rules for paths stand in the way.
fn directory(story: &Story, paths: &[&str]) -> Envelope {
    let lines: Vec<_> = paths.iter().map(|path| format!("{}  {path}\n", hash(path).to_hex())).collect();
    let entries: Vec<_> = paths.iter().map(|path| entry(path)).collect();
    let text = String::from_utf8(story.training.unverified_payload().to_vec()).unwrap();
    let subject = Organisation::subject().weights.digest.to_hex();
    let (start, rest) = text.split_once(r#""weights":{"files":["#).unwrap();
    let (_, end) = rest.split_once(']').unwrap();
    let text = format!(r#"{start}"weights":{{"files":[{}]{end}"#, entries.join(","))
        .replace(r#""kind":"file""#, r#""kind":"directory""#)
        .replace(
            &format!(r#""sha256":"{subject}""#),
            &format!(r#""dirHash":"{}""#, hash(&lines.concat()).to_hex()),
        );
    sign_by(IN_TOTO, text.into_bytes(), &["training-pipeline"])
}

/// The scene in which this training output was proposed and nobody approved yet.
fn judged(story: &Story, training: &Envelope) -> Scene {
    let proposal =
        story.org.proposal(&story.training, |proposal| proposal.training_output = training.digest());
    Story { proposal, training: training.clone(), org: story.org.clone() }.scene(&[])
}

fn refused(file: &mut File, story: &Story, cases: &[(&str, &[&str], Code)]) {
    for (name, paths, code) in cases {
        let scene = judged(story, &directory(story, paths));
        let comment = "The manifest's digest is right, so only its paths are wrong.";
        file.deny(name, comment, &scene, &[*code, Code::ThresholdNotMet]);
    }
}

fn manifests() -> File {
    let mut file = File::new("15-manifests.json");
    let story = Story::of(Organisation::new());
    let sound = directory(&story, &["a", "b/c"]);
    file.deny(
        "a directory that is sound",
        "For comparison: only the proposal's weights and the missing approvals stand against it.",
        &judged(&story, &sound),
        &[Code::WeightsMismatch, Code::ThresholdNotMet],
    );
    refused(
        &mut file,
        &story,
        &[
            ("a path that leaves the directory", &["../../etc/passwd", "a"], Code::ManifestPath),
            ("a path that leaves and returns", &["a/../b"], Code::ManifestPath),
            ("an absolute path", &["/etc/passwd", "a"], Code::ManifestPath),
            ("a path of nothing", &["", "a"], Code::ManifestPath),
            ("a path of here", &["./a"], Code::ManifestPath),
            ("an empty component", &["a//b"], Code::ManifestPath),
            ("a path with a line feed", &["a\n0000  b"], Code::ManifestPath),
            ("a path with a backslash", &["a\\b"], Code::ManifestPath),
            ("one path twice", &["a", "a"], Code::NotSorted),
            ("paths out of order", &["b", "a"], Code::NotSorted),
            ("paths that differ in case", &["Weights", "weights"], Code::ManifestCaseCollision),
            ("directories that differ in case", &["A/x", "a/y"], Code::ManifestCaseCollision),
            ("a file where a directory must be", &["a", "a/b"], Code::ManifestCaseCollision),
        ],
    );
    for (name, from, to) in [
        ("a renamed file", r#""path":"b/c""#.to_owned(), r#""path":"b/d""#.to_owned()),
        ("a missing file", format!("{},", entry("a")), String::new()),
        ("an extra file", r#""files":["#.into(), format!(r#""files":[{},"#, entry("A0"))),
        ("a changed file", hash("b/c").to_string(), hash("other").to_string()),
        ("one file as a directory", r#""kind":"directory""#.into(), r#""kind":"file""#.into()),
        ("another kind of digest", r#""dirHash""#.into(), r#""sha256""#.into()),
    ] {
        let scene = judged(&story, &resigned(&sound, &from, &to, &["training-pipeline"]));
        let codes = [Code::ManifestMismatch, Code::ThresholdNotMet];
        file.deny(name, "The listed files do not give the digest.", &scene, &codes);
    }
    let path = r#""path":"weights.npz""#;
    for (name, to) in
        [("that leaves", r#""path":"../weights.npz""#), ("below a directory", r#""path":"a/weights.npz""#)]
    {
        let training = resigned(&story.training, path, to, &["training-pipeline"]);
        let codes = [Code::ManifestPath, Code::ThresholdNotMet];
        file.deny(&format!("one file of a path {name}"), "", &judged(&story, &training), &codes);
    }
    file
}

fn directories() -> File {
    let mut file = File::new("31-directory-digests.json");
    let story = Story::of(Organisation::new());
    refused(
        &mut file,
        &story,
        &[
            ("an empty tree", &[], Code::ManifestEmpty),
            ("a file named as an option", &["--tag"], Code::ManifestPath),
            ("a file named as standard input", &["-"], Code::ManifestPath),
            ("a directory named as an option", &["a/-rf/b"], Code::ManifestPath),
            ("a carriage return in a name", &["a\r"], Code::ManifestPath),
            ("a terminal's escape in a name", &["a\u{1b}[2K"], Code::ManifestPath),
            ("a control of the second set in a name", &["a\u{85}b"], Code::ManifestPath),
        ],
    );
    let text = WeightsFile { path: "a".into(), size: 1, digest: hash("a") };
    let tree = Manifest::directory(vec![text]).unwrap();
    let manifest = WeightsFile { path: "manifest".into(), size: 67, digest: hash(&tree.text()) };
    let as_file = Manifest::file(manifest).unwrap();
    assert_eq!(as_file.weights().digest, tree.weights().digest);
    let of = |manifest: &Manifest| {
        let change = |training: &mut placet_core::training::TrainingOutput| {
            training.subject.weights = manifest.weights();
            training.manifest = manifest.clone();
        };
        Story::told(Organisation::new(), change, |_| {}).approved()
    };
    let comment = "A file that holds a directory's manifest has its digest, but is not it.";
    let scene = of(&as_file).asking(|request| request.weights = tree.weights());
    file.deny(
        "a manifest as a file, asked about as the directory",
        comment,
        &scene,
        &[Code::WeightsMismatch],
    );
    let scene = of(&tree).asking(|request| request.weights = as_file.weights());
    file.deny(
        "a directory, asked about as the file of its manifest",
        comment,
        &scene,
        &[Code::WeightsMismatch],
    );
    let scene = of(&tree).asking(|request| request.weights = tree.weights());
    file.permit("a directory, asked about as one", "For comparison.", &scene, &[]);
    file
}
