//! Runs the vectors of `tests/vectors` against the Rust core, and compares what runtimes computed.
//!
//! `placet-conformance run RESULTS.json` runs, `placet-conformance compare A.json B.json …` compares.
//! Both end with a line `N passed, M failed`. `tests/vectors/README.md` describes the format; the
//! runners in Node and Chromium are beside this crate and read the same files.

use std::{env, fs, path::Path, process::ExitCode};

use serde_json::{Map, Value};

mod calls;
mod outcome;
mod vectors;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["run", results] => run(Path::new(results)),
        ["compare", first, others @ ..] if !others.is_empty() => compare(first, others),
        _ => Err("usage: placet-conformance run RESULTS | compare RESULTS RESULTS…".into()),
    };
    match result {
        Ok((passed, 0)) => {
            println!("{passed} passed, 0 failed");
            ExitCode::SUCCESS
        }
        Ok((passed, failed)) => {
            println!("{passed} passed, {failed} failed");
            ExitCode::FAILURE
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs every vector, writes what came of it, and counts.
fn run(results: &Path) -> Result<(usize, usize), String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors");
    let mut computed = Map::new();
    let (mut passed, mut failed) = (0, 0);
    for vector in vectors::load(&directory)? {
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
    Ok((passed, failed))
}

/// Compares the results of the other runtimes with those of the first.
fn compare(first: &str, others: &[&str]) -> Result<(usize, usize), String> {
    let expected = read(first)?;
    let mut failed = 0;
    for other in others {
        for problem in outcome::divergences(&expected, &read(other)?) {
            println!("DIVERGES {other} from {first}: {problem}");
            failed += 1;
        }
    }
    Ok((expected.len().saturating_sub(failed), failed))
}

fn read(file: &str) -> Result<Map<String, Value>, String> {
    let text = fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    match serde_json::from_slice(&text) {
        Ok(Value::Object(results)) if !results.is_empty() => Ok(results),
        Ok(_) => Err(format!("{file}: no results")),
        Err(error) => Err(format!("{file}: {error}")),
    }
}
