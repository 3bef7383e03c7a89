//! What a fresh machine with rustup, Node and apt still lacks.
//!
//! Everything is looked for first; what is installed is announced with the reason. Nothing asks a
//! question.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    failure::Failure,
    step::{self, Count},
    workspace::{find_program, program, root, target},
};

/// The oldest release of Node that the tests and the package support.
const OLDEST_NODE: u32 = 20;

/// The target that WebAssembly is built for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// A bare-metal target, on which nothing of `std` can hide.
pub(crate) const BARE_METAL: &str = "thumbv7em-none-eabi";

/// The compiled standard library of a target.
pub(crate) fn rust_target(name: &str, why: &str) -> Result<(), Failure> {
    let sysroot = output(program("rustc").args(["--print", "sysroot"]))
        .ok_or_else(|| Failure::new("rustc_missing", "install Rust with rustup: https://rustup.rs"))?;
    if Path::new(&sysroot).join("lib/rustlib").join(name).join("lib").is_dir() {
        return Ok(());
    }
    install(
        &format!("Rust target {name}"),
        why,
        program("rustup").args(["target", "add", name]),
        "target_missing",
    )
}

/// A component of the Rust toolchain, told by the cargo subcommand that it brings.
pub(crate) fn rust_component(name: &str, subcommand: &str, why: &str) -> Result<(), Failure> {
    if output(program("cargo").args([subcommand, "--version"])).is_some() {
        return Ok(());
    }
    install(
        &format!("Rust component {name}"),
        why,
        program("rustup").args(["component", "add", name]),
        "component_missing",
    )
}

/// Node in a supported release, with npm.
pub(crate) fn node() -> Result<(), Failure> {
    let missing = |found: &str| {
        Failure::new("node_missing", format!("Node {OLDEST_NODE} or newer with npm is needed, found {found}"))
    };
    let version = output(program("node").arg("--version")).ok_or_else(|| missing("none"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) || find_program(&["npm"]).is_none() {
        return Err(missing(&version));
    }
    Ok(())
}

/// The test tools of `tests/package-lock.json`, and returns where they are.
pub(crate) fn node_packages() -> Result<PathBuf, Failure> {
    npm_packages(Path::new("tests"), "browser automation and the checks of the npm package")
}

/// The packages of a directory's `package-lock.json`, and returns where they are.
///
/// No package's install script runs.
pub(crate) fn npm_packages(directory: &Path, why: &str) -> Result<PathBuf, Failure> {
    node()?;
    let place = root().join(directory);
    let modules = place.join("node_modules");
    let stamp = modules.join(".installed-lock");
    let lock_file = place.join("package-lock.json");
    let lock = fs::read(&lock_file).map_err(|error| Failure::file(&lock_file, &error))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(modules);
    }
    install(
        &format!("npm packages of {}/", directory.display()),
        why,
        program("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&place),
        "npm_packages_missing",
    )?;
    fs::write(&stamp, lock).map_err(|error| Failure::file(&stamp, &error))?;
    Ok(modules)
}

/// Debian packages, through `sudo` where this user is not root.
pub(crate) fn apt(packages: &[&str], why: &str) -> Result<(), Failure> {
    let names = packages.join(" ");
    if find_program(&["apt-get"]).is_none() {
        return Err(Failure::new(
            "apt_missing",
            format!("no apt-get here; install by hand: {names} ({why})"),
        ));
    }
    let apt_get = || {
        let root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
        let mut command = program(if root { "apt-get" } else { "sudo" });
        if !root {
            command.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    install("Debian package lists", why, apt_get().arg("update"), "apt_failed")?;
    let mut command = apt_get();
    command.args(["install", "-y", "--no-install-recommends"]).args(packages);
    install(&names, why, &mut command, "apt_failed")
}

/// Runs a command that installs `what`, and says so.
pub(crate) fn install(
    what: &str,
    why: &str,
    command: &mut Command,
    code: &'static str,
) -> Result<(), Failure> {
    println!("  setting up {what}: {why}");
    let log = target().join("xtask/logs/setup.log");
    let tally = step::run(&format!("install {what}"), &log, Count::Preparation, command)?;
    if tally.failed > 0 {
        return Err(Failure::new(code, format!("{what} could not be installed ({why})")));
    }
    Ok(())
}

/// What a program prints, if it is there and succeeds.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
