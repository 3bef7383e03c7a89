//! The npm package as a user has it, and the vectors in every runtime.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    browser,
    failure::Failure,
    npm, setup,
    step::Count,
    test::Run,
    workspace::{cargo, program, root, target},
};

/// The files in `tests/conformance/npm`.
const TESTS: [&str; 11] = [
    "decide",
    "drift",
    "inspect",
    "load",
    "proofs",
    "readme",
    "reference",
    "sign",
    "small",
    "verifier",
    "weights",
];

/// Everything about the installed package that is not in the vectors: its entry points, streams,
/// errors, types and manifest.
pub(crate) fn package(run: &mut Run) -> Result<(), Failure> {
    let modules = setup::node_packages()?;
    let consumer = install(&mut |name, command| run.need(name, Count::Preparation, command))?;
    example(run, &consumer)?;
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
    let mut size = program("node");
    size.arg(root().join("wasm/size.mjs")).arg(target().join("npm/placet")).arg("--check");
    run.check("sizes", Count::Step, &mut size)?;
    run.check("publint", Count::Step, tool("publint").arg("--strict").arg(target().join("npm/placet")))?;
    run.check(
        "are the types wrong",
        Count::Step,
        tool("attw")
            .arg(tarball())
            .args("--no-emoji --exclude-entrypoints ./placet.wasm ./verify.wasm ./gateway.wasm".split(' ')),
    )?;
    Ok(())
}

/// One set of vectors in every runtime, and a comparison of what they computed.
pub(crate) fn vectors(run: &mut Run) -> Result<(), Failure> {
    let modules = setup::node_packages()?;
    let (chromium, firefox) = (browser::chromium()?, browser::firefox()?);
    run.check("tests of the runner in Rust", Count::Cargo, &mut cargo("test --package placet-conformance"))?;
    run.check(
        "tests of the runner in Node",
        Count::Node,
        &mut node_test(&[root().join("tests/conformance/suite.test.mjs")]),
    )?;
    let consumer = install(&mut |name, command| run.need(name, Count::Preparation, command))?;

    let results = target().join("conformance");
    let result = |runtime: &str| results.join(format!("{runtime}.json"));
    fs::create_dir_all(&results).map_err(|error| Failure::file(&results, &error))?;
    let runner = || cargo("run --package placet-conformance --");
    let script = |runtime: &std::ffi::OsStr, words: &[&str], file: &str| {
        let mut command = program(runtime);
        command
            .args(words)
            .arg(root().join("tests/conformance").join(file))
            .env("PLACET_CONSUMER", &consumer);
        command
    };
    let node = std::ffi::OsStr::new("node");
    let mut finished = run.check("vectors in Rust", Count::Line, runner().arg("run").arg(result("rust")))?;
    let mut runtimes = vec!["rust"];
    for (name, runtime, words) in [
        ("node", node.into(), [].as_slice()),
        ("node-current", runtime(&modules, "node-linux-*/bin/node")?, &[]),
        ("deno", runtime(&modules, "@deno/*/deno")?, &["run", "--quiet", "--no-lock", "--allow-all"]),
        ("bun", runtime(&modules, "@oven/*/bin/bun")?, &[]),
    ] {
        let mut command = script(runtime.as_os_str(), words, "node.mjs");
        finished &= run.check(&format!("vectors in {name}"), Count::Line, command.arg(result(name)))?;
        runtimes.push(name);
    }
    let mut worker = script(node, &[], "workerd.mjs");
    finished &= run.check("vectors in workerd", Count::Line, worker.arg(result("workerd")))?;
    runtimes.push("workerd");
    for (name, kind, browser) in [("chromium", "chrome", chromium.browser), ("firefox", "firefox", firefox)] {
        let mut command = script(node, &[], "browser.mjs");
        command.arg(kind).arg(browser).arg(result(name));
        finished &= run.check(&format!("vectors in {name}"), Count::Line, &mut command)?;
        runtimes.push(name);
    }
    // A failed vector says more than the divergence that follows from it.
    if finished {
        let compared = runtimes.into_iter().map(result);
        run.check("the same everywhere", Count::Line, runner().arg("compare").args(compared))?;
        let mut small = script(node, &[], "small.mjs");
        run.check("the same in the small build", Count::Line, small.arg(result("node")))?;
    }
    Ok(())
}

/// The program of a runtime that an npm package ships, where `*` is the machine's kind.
fn runtime(modules: &Path, pattern: &str) -> Result<PathBuf, Failure> {
    let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
    let (directory, start) = before.rsplit_once('/').unwrap_or((".", before));
    let directory = modules.join(directory);
    let entries = fs::read_dir(&directory).map_err(|error| Failure::file(&directory, &error))?;
    let found = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)))
        .map(|path| path.join(after.trim_start_matches('/')))
        .find(|program| program.is_file());
    found.ok_or_else(|| Failure::new("runtime_missing", format!("no npm package here has {pattern}")))
}

/// The installed package in bundlers.
pub(crate) fn bundlers(run: &mut Run) -> Result<(), Failure> {
    setup::node_packages()?;
    let chromium = browser::chromium()?;
    let consumer = install(&mut |name, command| run.need(name, Count::Preparation, command))?;
    example(run, &consumer)?;
    let mut tests = node_test(&[root().join("tests/conformance/bundlers.test.mjs")]);
    tests.env("PLACET_CONSUMER", consumer).env("CHROMIUM", chromium.browser);
    run.check("bundles in Chromium", Count::Node, &mut tests)?;
    Ok(())
}

/// Documents of a model that may run.
fn example(run: &mut Run, consumer: &Path) -> Result<(), Failure> {
    let write = "run --package placet-conformance -- example";
    run.need("write an example", Count::Preparation, cargo(write).arg(consumer.join("example")))
}

/// Builds, packs and installs the package into an empty project by `prepare`, and returns that.
pub(crate) fn install(
    prepare: &mut dyn FnMut(&str, &mut Command) -> Result<(), Failure>,
) -> Result<PathBuf, Failure> {
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
        ("verify.mjs", "export * from 'placet/verify';\n"),
        ("verify.cjs", "module.exports = require('placet/verify');\n"),
        ("sign.mjs", "export * from 'placet/sign';\n"),
        ("sign.cjs", "module.exports = require('placet/sign');\n"),
    ] {
        let file = consumer.join(file);
        fs::write(&file, text).map_err(|error| Failure::file(&file, &error))?;
    }
    prepare(
        "pack the npm package",
        program("npm").arg("pack").arg(package).arg("--pack-destination").arg(&packages),
    )?;
    prepare(
        "install it",
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

pub(crate) fn node_test(files: &[PathBuf]) -> Command {
    let mut command = program("node");
    command.args(["--expose-gc", "--test", "--test-reporter=tap"]).args(files);
    command
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::copy(from, to).map(drop).map_err(|error| Failure::file(from, &error))
}
