//! `cargo xtask fuzz`: the fuzzer over every target for some seconds each.
//!
//! It starts from the corpora that are committed and adds to copies of them; what it finds wrong it writes to
//! `target/fuzz/artifacts`. `cargo test -p placet-fuzzing` runs the committed corpora without it.

use std::{fs, path::Path, process::Command};

use crate::{
    failure::Failure,
    tool,
    workspace::{root, target},
};

/// Runs every target whose name is among `names`, or all, for so many seconds each.
///
/// # Errors
///
/// `fuzzing_failed` at the end, where a target was stopped.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let wrong = || Failure::new("usage", "cargo xtask fuzz SECONDS [TARGET…]");
    let (seconds, names) = words.split_first().ok_or_else(wrong)?;
    let seconds: u32 = seconds.parse().map_err(|_| wrong())?;
    let programs = root().join("fuzz/fuzz_targets");
    let failed = |error| Failure::file(&programs, &error);
    let mut targets = Vec::new();
    for entry in fs::read_dir(&programs).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        targets.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    targets.sort();
    targets.retain(|name| names.is_empty() || names.contains(&name.as_str()));
    let fuzz = tool::installed("cargo-fuzz", "0.13.2")?;
    let mut stopped = Vec::new();
    for name in &targets {
        if !fuzz_one(&fuzz, name, seconds)? {
            stopped.push(name.as_str());
        }
    }
    println!("{} passed, {} failed", targets.len() - stopped.len(), stopped.len());
    if stopped.is_empty() && !targets.is_empty() {
        return Ok(());
    }
    Err(Failure::new("fuzzing_failed", stopped.join(", ")))
}

fn fuzz_one(fuzz: &Path, name: &str, seconds: u32) -> Result<bool, Failure> {
    let own = |what: &str| target().join("fuzz").join(what).join(name);
    let (found, artifacts) = (own("corpus"), own("artifacts"));
    for directory in [&found, &artifacts] {
        fs::create_dir_all(directory).map_err(|error| Failure::file(directory, &error))?;
    }
    let mut command = Command::new(fuzz);
    // Safe Rust needs no sanitizer, so that the stable compiler does.
    command.current_dir(root()).args(["fuzz", "run", "-O", "-a", "-s", "none", name]);
    command.arg(found).arg(root().join("fuzz/corpus").join(name)).arg("--");
    command.arg(format!("-max_total_time={seconds}")).arg("-max_len=65536").arg("-print_final_stats=1");
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    let status = command.status();
    status
        .map(|status| status.success())
        .map_err(|error| Failure::new("program_not_started", format!("cargo-fuzz: {error}")))
}
