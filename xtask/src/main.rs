//! Set-up, build and test of the whole project: `cargo xtask`.
//!
//! - `test`: what a task is and what it counts; `areas`: which there are.
//! - `setup`: what a fresh machine lacks, fetched with a word why.
//! - `conformance`: the package as it is installed, and the vectors in every runtime.
//! - `console`: the console's static files.
//! - `mutations`: the core without one of its checks, and the vector that notices.
//! - `mutants`: cargo-mutants on what has changed; `fuzz`: the fuzzer on every reader; `tool`: how both come here.
//! - `demo`: an organisation to try everything with.
//! - `pictures`: what README.md shows of the console.
//! - `bench`: Placet and its peers side by side.
//! - `npm`: the package for JavaScript; `commonjs`: its second module format.
//! - `size`: what travels of the npm package.
//! - `browser`: where Chromium and its driver are; `python`: Python with pinned packages.
//! - `step`: one command, its log and its count; `failure`: what went wrong, with a code.

use std::{env, process::ExitCode};

mod areas;
mod bench;
mod browser;
mod commonjs;
mod conformance;
mod console;
mod demo;
mod failure;
mod fuzz;
mod mutants;
mod mutations;
mod npm;
mod pictures;
mod python;
mod setup;
mod size;
mod step;
mod test;
mod tool;
mod workspace;

use failure::Failure;

const HELP: &str = "\
Usage: cargo xtask COMMAND

  test [AREA…]   run the tests of these areas, or of all; installs what is missing
  console        build the console's static files into target/console; --profile dev builds in seconds what is large
                 and slow, for work on the console
  mutations [WORD…]
                 take the core's checks out one at a time and see that a vector notices
  mutants BASE   cargo-mutants on the core's lines that have changed since BASE; --all [FILE…] on all of them
  fuzz SECONDS [TARGET…]
                 fuzz every reader and the decision for so long each
  demo           serve a demonstration on http://127.0.0.1:8787; --reset makes it anew, --listen IP:PORT
  pictures       run the browser tests, and put what they saw into docs/images
  bench [SUITE…] run these comparisons, or all, and print their tables; --write puts them into docs/performance.md
  npm            build the npm package into target/npm/placet
  help           print this
";

fn build_console(profile: &str) -> Result<(), Failure> {
    console::build(profile).map(|files| println!("console: {}", files.display()))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["test", areas @ ..] => test::run(areas),
        ["console"] => build_console(console::RELEASE),
        ["console", "--profile", profile] => build_console(profile),
        ["console", "--trunk"] => console::for_trunk(),
        ["mutations", words @ ..] => mutations::run(words),
        ["mutants", words @ ..] => mutants::run(words),
        ["fuzz", words @ ..] => fuzz::run(words),
        ["pictures"] => pictures::write(),
        ["npm"] => npm::build().and_then(|package| {
            println!("npm package: {}", package.display());
            size::print(&package)
        }),
        ["bench", arguments @ ..] => bench::run(arguments),
        ["demo", arguments @ ..] => demo::run(arguments),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}\nAreas of `test`:\n{}\nSuites of `bench`:\n{}", areas::list(), bench::list());
            Ok(())
        }
        [other, ..] => Err(Failure::new("unknown_command", format!("{other}; see `cargo xtask help`"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
