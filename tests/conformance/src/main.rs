//! Runs the vectors of `tests/vectors` against the Rust core, and compares what runtimes computed.
//!
//! `placet-conformance run RESULTS.json` runs, `placet-conformance compare A.json B.json …` compares.
//! `placet-conformance example DIRECTORY [APPROVER…]` writes the documents of a model that may run.
//! `placet-conformance wycheproof` writes `tests/vectors/wycheproof.json`.
//! The first two end with a line `N passed, M failed`. `tests/vectors/README.md` describes the format; the
//! runners in Node and Chromium are beside this crate and read the same files.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use placet_core::{decide::evaluate, decision::Outcome, state::State};
use placet_testkit::Organisation;
use serde_json::{Map, Value};

mod calls;
mod drift;
mod outcome;
mod vectors;
mod wycheproof;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["run", results] => run(Path::new(results)),
        ["compare", first, others @ ..] if !others.is_empty() => compare(first, others),
        ["example", directory] => example(Path::new(directory), &["alice.ng", "chandra.iyer"]),
        ["example", directory, approvers @ ..] => example(Path::new(directory), approvers),
        ["wycheproof"] => wycheproof::write(&vectors().join("wycheproof.json")),
        _ => {
            Err("usage: placet-conformance run RESULTS | compare RESULTS RESULTS… | example DIRECTORY [APPROVER…] | wycheproof"
                .into())
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Where the vectors lie.
fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors")
}

/// Prints the count, and says whether nothing failed.
fn count(passed: usize, failed: usize) -> bool {
    println!("{passed} passed, {failed} failed");
    failed == 0
}

/// Runs every vector, writes what came of it, and counts.
fn run(results: &Path) -> Result<bool, String> {
    let mut computed = Map::new();
    let (mut passed, mut failed) = (0, 0);
    for vector in vectors::load(&vectors())? {
        let problem = match calls::call(&vector.call, &vector.input) {
            Ok(actual) => {
                let problem = outcome::difference(&vector.expect, &actual);
                computed.insert(vector.id.clone(), Value::Object(actual));
                problem
            }
            Err(problem) => Some(problem),
        };
        if let Some(problem) = problem {
            println!("FAILED {}: {problem}", vector.id);
            failed += 1;
        } else {
            println!("ok {}", vector.id);
            passed += 1;
        }
    }
    let text = serde_json::to_string_pretty(&computed).map_err(|error| error.to_string())?;
    fs::write(results, text).map_err(|error| format!("{}: {error}", results.display()))?;
    Ok(count(passed, failed))
}

/// Compares the results of the other runtimes with those of the first.
fn compare(first: &str, others: &[&str]) -> Result<bool, String> {
    let expected = read(first)?;
    let mut failed = 0;
    for other in others {
        for problem in outcome::divergences(&expected, &read(other)?) {
            println!("DIVERGES {other} from {first}: {problem}");
            failed += 1;
        }
    }
    Ok(count(expected.len().saturating_sub(failed), failed))
}

/// Writes a bundle, what to trust, a request, and the record of the decision, which is a permit.
fn example(directory: &Path, approvers: &[&str]) -> Result<bool, String> {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approvals = approvers.iter().map(|name| org.approval(&training, &proposal, name, |_| {}));
    let approvals: Vec<_> = approvals.collect();
    let bundle = org.bundle(&training, &proposal, &approvals);
    let decided = evaluate(&bundle, &org.trust().verify(), &State::new(), &org.request());
    fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    for (file, bytes) in [
        ("bundle.json", bundle.to_json().into_bytes()),
        ("trust.json", org.trust().to_json().into_bytes()),
        ("request.json", org.request().to_json().into_bytes()),
        ("decision.json", decided.bytes),
    ] {
        let file = directory.join(file);
        fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(decided.decision.outcome == Outcome::Permit)
}

fn read(file: &str) -> Result<Map<String, Value>, String> {
    let text = fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    match serde_json::from_slice(&text) {
        Ok(Value::Object(results)) if !results.is_empty() => Ok(results),
        Ok(_) => Err(format!("{file}: no results")),
        Err(error) => Err(format!("{file}: {error}")),
    }
}
