//! Writes what another implementation is to read: `placet-interop reference FILE`.
//!
//! `reference` writes records at random in the form of the Python library, one a line, for
//! `tests/interop/reference/check.py`, which implements them a second time.

use std::{env, fs, process::ExitCode};

mod reference;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["reference", file] => reference::lines()
            .and_then(|lines| fs::write(file, lines.join("\n")).map_err(|error| format!("{file}: {error}"))),
        _ => Err("usage: placet-interop reference FILE".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
