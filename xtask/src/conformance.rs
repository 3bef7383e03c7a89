//! The npm package as a user has it, and the vectors in every runtime.

use std::{fs, path::PathBuf, process::Command};

use crate::{
    browser,
    failure::Failure,
    npm, setup,
    step::Count,
    test::Run,
    workspace::{cargo, program, root, target},
};

/// The files in `tests/conformance/npm`.
const TESTS: [&str; 8] = ["decide", "drift", "inspect", "load", "proofs", "reference", "verifier", "weights"];

/// Everything about the installed package that is not in the vectors: its entry points, streams,
/// errors, types and manifest.
pub(crate) fn package(run: &mut Run) -> Result<(), Failure> {
    let modules = setup::node_packages()?;
    let consumer = install(run)?;
    run.need(
        "write an example",
        Count::Preparation,
        cargo("run --package placet-conformance -- example").arg(consumer.join("example")),
    )?;
    let tests = root().join("tests/conformance/npm");
    let mut tested = node_test(&TESTS.map(|name| tests.join(format!("{name}.test.mjs"))));
    run.check("tests in Node", Count::Node, tested.env("PLACET_CONSUMER", &consumer))?;

    let tool = |name: &str| program(modules.join(".bin").join(name));
    let types = root().join("tests/conformance/types");
    for (name, libraries, globals, files) in [
        ("types alone", "es2022", "", "module.mts commonjs.cts"),
        ("types with the DOM", "es2022,dom,dom.iterable", "", "dom.mts"),
        ("types with Node", "es2022", "node", "node.mts"),
    ] {
        for file in files.split(' ') {
            copy(&types.join(file), &consumer.join(file))?;
        }
        let mut tsc = tool("tsc");
        tsc.args("--noEmit --strict --exactOptionalPropertyTypes".split(' '))
            .args("--target es2022 --module nodenext".split(' '))
            .args(["--lib", libraries, "--types", globals, "--typeRoots"])
            .arg(modules.join("@types"))
            .args(files.split(' '))
            .current_dir(&consumer);
        run.check(name, Count::Step, &mut tsc)?;
    }
    run.check("publint", Count::Step, tool("publint").arg("--strict").arg(target().join("npm/placet")))?;
    run.check(
        "are the types wrong",
        Count::Step,
        tool("attw").arg(tarball()).args(["--no-emoji", "--exclude-entrypoints", "./placet.wasm"]),
    )?;
    Ok(())
}

/// One set of vectors in Rust, Node and Chromium, and a comparison of what they computed.
pub(crate) fn vectors(run: &mut Run) -> Result<(), Failure> {
    setup::node_packages()?;
    let chromium = browser::chromium()?;
    run.check("tests of the runner in Rust", Count::Cargo, &mut cargo("test --package placet-conformance"))?;
    run.check(
        "tests of the runner in Node",
        Count::Node,
        &mut node_test(&[root().join("tests/conformance/suite.test.mjs")]),
    )?;
    let consumer = install(run)?;

    let results = target().join("conformance");
    let result = |runtime: &str| results.join(format!("{runtime}.json"));
    fs::create_dir_all(&results).map_err(|error| Failure::file(&results, &error))?;
    let runner = || cargo("run --package placet-conformance --");
    let script = |file: &str| {
        let mut command = program("node");
        command.arg(root().join("tests/conformance").join(file)).env("PLACET_CONSUMER", &consumer);
        command
    };
    let mut finished = run.check("vectors in Rust", Count::Line, runner().arg("run").arg(result("rust")))?;
    finished &= run.check("vectors in Node", Count::Line, script("node.mjs").arg(result("node")))?;
    finished &= run.check(
        "vectors in Chromium",
        Count::Line,
        script("chromium.mjs").arg(result("chromium")).env("CHROMIUM", chromium.browser),
    )?;
    // A failed vector says more than the divergence that follows from it.
    if finished {
        let compared = ["rust", "node", "chromium"].map(result);
        run.check("the same everywhere", Count::Line, runner().arg("compare").args(compared))?;
    }
    Ok(())
}

/// Builds, packs and installs the package into an empty project, and returns that.
pub(crate) fn install(run: &mut Run) -> Result<PathBuf, Failure> {
    let package = npm::build()?;
    let packages = target().join("npm");
    let consumer = packages.join("consumer");
    match fs::remove_dir_all(&consumer) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file(&consumer, &error));
        }
        _ => fs::create_dir_all(&consumer).map_err(|error| Failure::file(&consumer, &error))?,
    }
    for (file, text) in [
        ("package.json", "{ \"private\": true }\n"),
        ("module.mjs", "export * from 'placet';\n"),
        ("commonjs.cjs", "module.exports = require('placet');\n"),
    ] {
        let file = consumer.join(file);
        fs::write(&file, text).map_err(|error| Failure::file(&file, &error))?;
    }
    run.need(
        "pack the npm package",
        Count::Preparation,
        program("npm").arg("pack").arg(package).arg("--pack-destination").arg(&packages),
    )?;
    run.need(
        "install it",
        Count::Preparation,
        program("npm")
            .args("install --no-audit --no-fund --ignore-scripts --offline".split(' '))
            .arg(tarball())
            .current_dir(&consumer),
    )?;
    Ok(consumer)
}

fn tarball() -> PathBuf {
    target().join(format!("npm/placet-{}.tgz", env!("CARGO_PKG_VERSION")))
}

fn node_test(files: &[PathBuf]) -> Command {
    let mut command = program("node");
    command.args(["--expose-gc", "--test", "--test-reporter=tap"]).args(files);
    command
}

fn copy(from: &std::path::Path, to: &std::path::Path) -> Result<(), Failure> {
    fs::copy(from, to).map(drop).map_err(|error| Failure::file(from, &error))
}
