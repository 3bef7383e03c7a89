//! Writes what other implementations are to read, and reads what they wrote.
//!
//! - `reference FILE` writes records at random in the form of the Python library, one a line, for
//!   `tests/interop/reference/check.py`, which implements them a second time.
//! - `outside DIRECTORY` writes envelopes, checkpoints and trees for `tests/interop/outside/check.py`, which has them
//!   verified by programs that know nothing of Placet; `signed DIRECTORY` verifies what those signed.

use std::{env, fs, path::Path, process::ExitCode};

mod outside;
mod reference;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["reference", file] => reference::lines()
            .and_then(|lines| fs::write(file, lines.join("\n")).map_err(|error| format!("{file}: {error}"))),
        ["outside", directory] => outside::write(Path::new(directory)),
        ["signed", directory] => {
            outside::read(Path::new(directory)).map(|count| println!("{count} passed, 0 failed"))
        }
        _ => Err("usage: placet-interop reference FILE | outside DIRECTORY | signed DIRECTORY".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
