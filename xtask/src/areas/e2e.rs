//! The console and the registry as their users meet them: real Chromium, the real registry and its database, the
//! `placet` command, and Node.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    browser, console,
    failure::Failure,
    npm, python, setup,
    step::Count,
    test::Run,
    workspace::{cargo, program, root, target},
};

/// Every journey of `tests/e2e`. What the pages looked like is in `target/e2e/screenshots`.
pub(super) fn run(run: &mut Run) -> Result<(), Failure> {
    setup::node_packages()?;
    let chromium = browser::chromium()?;
    let files = console::build(console::RELEASE)?;
    let package = npm::build()?;
    let mut tests = node_tests(run, &files)?;
    let command = "build --package placet-cli";
    run.need("build the command", Count::Preparation, &mut cargo(command))?;
    tests
        .args(test_files(&root().join("tests/e2e"))?)
        .env("PLACET_E2E_PLACET", target().join("debug/placet"))
        .env("PLACET_E2E_NPM", package)
        .env("PLACET_E2E_CHROMIUM", chromium.browser);
    run.check("journeys in Chromium", Count::Node, &mut tests)?;
    Ok(())
}

/// The registry's description of its interface, turned against the registry.
pub(super) fn interface(run: &mut Run) -> Result<(), Failure> {
    setup::node_packages()?;
    let why = "the registry is asked whatever its description allows";
    let python = python::environment("schemathesis", "tests/e2e/requirements.txt", why)?;
    let files = console::build(console::RELEASE)?;
    let mut tests = node_tests(run, &files)?;
    tests
        .arg(root().join("tests/e2e/interface.mjs"))
        .env("PLACET_E2E_SCHEMATHESIS", python.with_file_name("schemathesis"));
    run.check("schemathesis", Count::Node, &mut tests)?;
    Ok(())
}

/// The demonstration, with its people signing in as it tells them to.
pub(super) fn demo(run: &mut Run) -> Result<(), Failure> {
    setup::node_packages()?;
    let chromium = browser::chromium()?;
    let files = console::build(console::RELEASE)?;
    let mut tests = node_tests(run, &files)?;
    let xtask = env::current_exe().map_err(|error| Failure::new("program_not_found", error.to_string()))?;
    tests
        .arg(root().join("tests/e2e/demo.mjs"))
        .env("PLACET_E2E_XTASK", xtask)
        .env("PLACET_E2E_CHROMIUM", chromium.browser);
    run.check("sign in as everybody", Count::Node, &mut tests)?;
    Ok(())
}

/// The test runner of Node, with a world and a registry to serve it.
fn node_tests(run: &mut Run, console: &Path) -> Result<Command, Failure> {
    let place = target().join("e2e");
    let world = place.join("world");
    match fs::remove_dir_all(&world) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file(&world, &error));
        }
        _ => {}
    }
    let write = "run --package placet-console --example world --";
    run.need("write a world", Count::Preparation, cargo(write).arg(&world))?;
    let registry = "build --package placet-registry --example serve";
    run.need("build the registry", Count::Preparation, &mut cargo(registry))?;
    let mut tests = program("node");
    tests
        .args(["--test", "--test-force-exit", "--test-reporter=tap", "--test-concurrency=1"])
        .env("PLACET_E2E_WORLD", world)
        .env("PLACET_E2E_SCREENSHOTS", place.join("screenshots"))
        .env("PLACET_E2E_CONSOLE", console)
        .env("PLACET_E2E_REGISTRY", target().join("debug/examples/serve"));
    Ok(tests)
}

/// The files of tests in a directory, in order.
pub(crate) fn test_files(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::file(directory, &error);
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
