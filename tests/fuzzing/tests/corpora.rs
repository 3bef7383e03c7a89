//! What the fuzzer kept, run once more: every target has a corpus, and nothing in it is wrong.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use placet_fuzzing::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

#[test]
fn every_corpus_once_more() {
    let mut total = 0;
    for (name, target) in TARGETS {
        let files = fs::read_dir(fuzz().join("corpus").join(name)).unwrap();
        let inputs: Vec<_> = files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
        assert!(!inputs.is_empty(), "{name} has no corpus");
        for input in &inputs {
            target(input);
        }
        println!("{name}: {} inputs", inputs.len());
        total += inputs.len();
    }
    println!("{total} inputs");
}

#[test]
fn every_target_has_a_program() {
    let files = fs::read_dir(fuzz().join("fuzz_targets")).unwrap().map(|file| file.unwrap().path());
    let programs: BTreeSet<_> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(programs, TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect());
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name}");
    }
}
