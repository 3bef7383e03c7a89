//! The areas of `cargo xtask test`.

mod agents;
mod e2e;
mod fetch_gateway;
pub(crate) mod gateways;
mod mutations;
mod oracle;
mod trunk;

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    browser, conformance,
    failure::Failure,
    npm, python,
    setup::{self, BARE_METAL, WASM},
    step::Count,
    test::Run,
    workspace::{cargo, find_program, program, root, target},
};

/// What can be tested on its own.
pub(crate) struct Area {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&mut Run) -> Result<(), Failure>,
}

/// In the order in which a full run goes: what fails fast comes first.
pub(crate) const ALL: &[Area] = &[
    Area { name: "lint", about: "formatting, clippy and documentation without a warning", run: lint },
    Area { name: "deny", about: "licences, origins and duplicates of all dependencies", run: deny },
    Area { name: "xtask", about: "this tool", run: xtask },
    Area { name: "core", about: "placet-core, here and without an operating system", run: core },
    Area { name: "vectors", about: "the vectors are those that are made", run: vectors },
    Area {
        name: "mutations",
        about: "every check of the core is one that a vector needs",
        run: mutations::run,
    },
    Area { name: "oracle", about: "a second implementation decides the same", run: oracle::run },
    Area { name: "keys", about: "placet-keys, here and for WebAssembly", run: keys },
    Area { name: "wasm", about: "the bindings in Node and Chromium", run: wasm },
    Area { name: "npm", about: "the npm package as it is installed", run: conformance::package },
    Area { name: "conformance", about: "the vectors in every runtime", run: conformance::vectors },
    Area { name: "bundlers", about: "the npm package in Vite and webpack", run: conformance::bundlers },
    Area { name: "publish", about: "the crates as crates.io would take them", run: publish },
    Area { name: "interop", about: "other implementations read what Placet writes", run: interop },
    Area { name: "agents", about: "agents' registries and consumers read facts", run: agents::run },
    Area { name: "fixtures", about: "the models are those that their script trains", run: fixtures },
    Area { name: "cli", about: "the `placet` command", run: cli },
    Area { name: "registry", about: "the registry", run: registry },
    Area {
        name: "fetch-gateway",
        about: "the gateway of the npm package, on its platforms",
        run: fetch_gateway::run,
    },
    Area { name: "gateways", about: "nginx, Caddy and Envoy, with a registry", run: gateways::run },
    Area { name: "console", about: "the console's logic", run: console },
    Area { name: "e2e", about: "the console in Chromium, with a registry", run: e2e::run },
    Area {
        name: "interface",
        about: "the registry, asked whatever its description allows",
        run: e2e::interface,
    },
    Area { name: "demo", about: "the demonstration, as its guide says", run: e2e::demo },
    Area { name: "trunk", about: "Trunk builds the same console", run: trunk::run },
];

/// One line an area.
pub(crate) fn list() -> String {
    ALL.iter().fold(String::new(), |mut list, area| {
        // Writing to a string cannot fail.
        let _ = writeln!(list, "  {:<13} {}", area.name, area.about);
        list
    })
}

fn lint(run: &mut Run) -> Result<(), Failure> {
    setup::rust_component("rustfmt", "fmt", "formatting is checked")?;
    setup::rust_component("clippy", "clippy", "lints are checked")?;
    setup::rust_target(WASM, "the bindings are linted for it")?;
    let mut check =
        |name: &str, line: &str| run.check(name, Count::Step, cargo(line).env("RUSTDOCFLAGS", "-D warnings"));
    check("formatting", "fmt --all --check")?;
    check("clippy", "clippy --workspace --all-targets -- -D warnings")?;
    check(
        "clippy for WebAssembly",
        &format!("clippy --package placet-wasm --all-targets --target {WASM} -- -D warnings"),
    )?;
    check(
        "clippy of the small build",
        &format!("clippy --package placet-wasm --no-default-features --lib --target {WASM} -- -D warnings"),
    )?;
    check("documentation", "doc --workspace --no-deps --exclude xtask --exclude placet-bindgen")?;
    Ok(())
}

/// `cargo-deny` takes minutes to compile, so a full run uses it only where it is installed.
fn deny(run: &mut Run) -> Result<(), Failure> {
    if find_program(&["cargo-deny"]).is_none() {
        let how = "cargo install --locked cargo-deny";
        if run.asked {
            return Err(Failure::new("cargo_deny_missing", format!("install it with `{how}`")));
        }
        run.skip(format!("not installed (`{how}`)"));
        return Ok(());
    }
    let mut command = program("cargo");
    command.args("deny --locked check licenses bans sources".split(' '));
    run.check("cargo deny", Count::Step, &mut command)?;
    Ok(())
}

fn xtask(run: &mut Run) -> Result<(), Failure> {
    run.check("tests", Count::Cargo, &mut cargo("test --package xtask"))?;
    Ok(())
}

fn core(run: &mut Run) -> Result<(), Failure> {
    setup::rust_target(BARE_METAL, "the core must build without an operating system")?;
    run.check("tests", Count::Cargo, &mut cargo("test --package placet-core"))?;
    let build = format!("build --package placet-core --no-default-features --target {BARE_METAL}");
    run.check("build for bare metal", Count::Step, &mut cargo(&build))?;
    Ok(())
}

fn vectors(run: &mut Run) -> Result<(), Failure> {
    run.check("of the verifier", Count::Cargo, &mut cargo("test --package placet-vectors"))?;
    let python = interop_python()?;
    let script = root().join("tests/interop/reference/make_vectors.py");
    run.check("of the Python library's records", Count::Step, program(python).arg(script).arg("--check"))?;
    Ok(())
}

fn keys(run: &mut Run) -> Result<(), Failure> {
    setup::rust_target(WASM, "keys are used in the browser too")?;
    run.check("tests", Count::Cargo, &mut cargo("test --package placet-keys"))?;
    let build = format!("build --package placet-keys --target {WASM}");
    run.check("build for WebAssembly", Count::Step, &mut cargo(&build))?;
    Ok(())
}

fn wasm(run: &mut Run) -> Result<(), Failure> {
    setup::rust_target(WASM, "the bindings run in it")?;
    setup::node()?;
    let chromium = browser::chromium()?;
    let tools = "build --package placet-bindgen --features tools";
    run.need("build the test runner", Count::Preparation, &mut cargo(tools))?;
    let tests = || {
        let mut command = cargo(&format!("test --package placet-wasm --tests --target {WASM}"));
        command.env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            target().join("debug/wasm-bindgen-test-runner"),
        );
        command
    };
    run.check("tests in Node", Count::Cargo, &mut tests())?;
    run.check(
        "tests in Chromium",
        Count::Cargo,
        tests().env("WASM_BINDGEN_USE_BROWSER", "1").env("CHROMEDRIVER", chromium.driver),
    )?;
    npm::build()?;
    Ok(())
}

/// Both together: the second depends on the first, which is not there yet.
fn publish(run: &mut Run) -> Result<(), Failure> {
    let dry_run = "publish --dry-run --allow-dirty --package placet-core --package placet-wasm";
    run.check("dry run", Count::Step, &mut cargo(dry_run))?;
    Ok(())
}

fn interop(run: &mut Run) -> Result<(), Failure> {
    let python = interop_python()?;
    let directory = target().join("interop");
    fs::create_dir_all(&directory).map_err(|error| Failure::file(&directory, &error))?;
    let records = directory.join("records.jsonl");
    let write = "run --package placet-interop -- reference";
    run.need("write records", Count::Preparation, cargo(write).arg(&records))?;
    let script = root().join("tests/interop/reference/check.py");
    run.check("records in Python", Count::Step, program(&python).arg(script).arg(records))?;
    outside(run, &python, &directory.join("outside"))?;
    let proofs = "test --package placet-core --test wycheproof -- --nocapture";
    run.check("Wycheproof's Ed25519", Count::Cargo, &mut cargo(proofs))?;
    Ok(())
}

/// in-toto, securesystemslib, OpenSSL, sha256sum and sigstore on what Placet wrote, and Placet on what they signed.
fn outside(run: &mut Run, python: &Path, directory: &Path) -> Result<(), Failure> {
    if find_program(&["openssl"]).is_none() {
        setup::apt(&["openssl"], "another implementation verifies signatures")?;
    }
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file(directory, &error));
        }
        _ => {}
    }
    let write = |what: &str| {
        let mut command = cargo(&format!("run --package placet-interop -- {what}"));
        command.arg(directory);
        command
    };
    run.need("write envelopes, checkpoints and trees", Count::Preparation, &mut write("outside"))?;
    let script = root().join("tests/interop/outside/check.py");
    run.check("read by others", Count::Line, program(python).arg(script).arg(directory))?;
    run.check("what others signed", Count::Line, &mut write("signed"))?;
    Ok(())
}

fn interop_python() -> Result<PathBuf, Failure> {
    let why = "another implementation of Ed25519 verifies";
    python::environment("interop", "tests/interop/requirements.txt", why)
}

fn fixtures(run: &mut Run) -> Result<(), Failure> {
    let why = "the models of the tests are trained anew";
    let python = python::environment("fixtures", "tests/fixtures/requirements.txt", why)?;
    let script = root().join("tests/fixtures/check.py");
    run.check("train and compare", Count::Python, program(&python).arg(script))?;
    let script = root().join("core/tests/drift_support/make_power.py");
    run.check("power of drift checks in SciPy", Count::Step, program(python).arg(script).arg("--check"))?;
    Ok(())
}

fn cli(run: &mut Run) -> Result<(), Failure> {
    run.check("tests", Count::Cargo, &mut cargo("test --package placet-cli"))?;
    Ok(())
}

fn registry(run: &mut Run) -> Result<(), Failure> {
    run.check("tests", Count::Cargo, &mut cargo("test --package placet-registry"))?;
    Ok(())
}

fn console(run: &mut Run) -> Result<(), Failure> {
    run.check("tests", Count::Cargo, &mut cargo("test --package placet-console"))?;
    Ok(())
}
