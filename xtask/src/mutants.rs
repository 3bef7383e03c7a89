//! `cargo xtask mutants`: cargo-mutants on what has changed, or on all of the core.
//!
//! `mutations` takes out checks that are listed by hand; this changes whatever can be changed.

use std::{fs, process::Command};

use crate::{
    failure::Failure,
    tool,
    workspace::{program, root, target},
};

/// The most mutants that are tried of what has changed.
const MOST: usize = 40;

/// Tries mutants of the core's lines that have changed since `base`, at most so many; of the files whose names hold one
/// of the words, where `--all` is the first.
///
/// # Errors
///
/// `mutants_survived`, or what kept them from being tried.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let mutants = tool::installed("cargo-mutants", "27.1.0")?;
    let output = target().join("mutants");
    fs::create_dir_all(&output).map_err(|error| Failure::file(&output, &error))?;
    let mut command = Command::new(mutants);
    command.current_dir(root()).args(["mutants", "--package", "placet-core", "--no-times", "--output"]);
    command.arg(&output).args(["--timeout", "300"]);
    match words {
        ["--all", files @ ..] => {
            for file in files {
                command.args(["--file", file]);
            }
        }
        [base] => {
            let diff = output.join("changed.diff");
            let changed = program("git").args(["diff", &format!("{base}...HEAD"), "--", "core/src"]).output();
            let changed =
                changed.map_err(|error| Failure::new("program_not_started", format!("git: {error}")))?;
            if !changed.status.success() {
                let why = String::from_utf8_lossy(&changed.stderr).trim().to_owned();
                return Err(Failure::new("no_such_base", why));
            }
            if changed.stdout.is_empty() {
                println!("nothing of the core has changed since {base}");
                return Ok(());
            }
            fs::write(&diff, &changed.stdout).map_err(|error| Failure::file(&diff, &error))?;
            command.arg("--in-diff").arg(&diff);
            let count = count(&command)?;
            bound(&mut command, count);
        }
        _ => return Err(Failure::new("usage", "cargo xtask mutants BASE, or --all [FILE…]")),
    }
    let status = command.status();
    let status =
        status.map_err(|error| Failure::new("program_not_started", format!("cargo-mutants: {error}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(2) => {
            Err(Failure::new("mutants_survived", output.join("mutants.out/missed.txt").display().to_string()))
        }
        _ => Err(Failure::new("mutants_not_tried", "see above")),
    }
}

/// How many mutants there are.
fn count(command: &Command) -> Result<usize, Failure> {
    let mut list = Command::new(command.get_program());
    list.current_dir(root()).args(command.get_args()).arg("--list");
    let list = list.output();
    let list =
        list.map_err(|error| Failure::new("program_not_started", format!("cargo-mutants: {error}")))?;
    Ok(String::from_utf8_lossy(&list.stdout).lines().count())
}

/// Of many mutants only a part, spread over all of them.
fn bound(command: &mut Command, count: usize) {
    let shards = count.div_ceil(MOST).max(1);
    println!("{count} mutants, of which every {shards}. is tried");
    if shards > 1 {
        command.args(["--sharding", "round-robin", "--shard", &format!("0/{shards}")]);
    }
}
