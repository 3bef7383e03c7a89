//! The console's static files, built into `target/console`.
//!
//! Trunk, which people use who work on the console, builds the same files by the same program: it
//! calls this task when it has compiled.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{
    failure::Failure,
    setup,
    step::{self, Count},
    workspace::{cargo, root, target},
};

/// The profile of what is served: small and fast, and minutes to build.
pub(crate) const RELEASE: &str = "wasm";

/// Builds the files and returns their directory. It appears whole or not at all.
///
/// The profile `dev` takes seconds after a change, for people who work on the console.
pub(crate) fn build(profile: &str) -> Result<PathBuf, Failure> {
    compile(profile)?;
    let unfinished = target().join("console.unfinished");
    write(&unfinished, profile)?;
    let console = target().join("console");
    match fs::remove_dir_all(&console) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::file(&console, &error));
        }
        _ => {}
    }
    fs::rename(&unfinished, &console).map_err(|error| Failure::file(&console, &error))?;
    Ok(console)
}

/// Writes the files where Trunk collects what it serves.
pub(crate) fn for_trunk() -> Result<(), Failure> {
    let staging = env::var_os("TRUNK_STAGING_DIR")
        .ok_or_else(|| Failure::new("trunk_missing", "this is the hook that Trunk.toml names"))?;
    compile(RELEASE)?;
    write(Path::new(&staging), RELEASE)
}

fn compile(profile: &str) -> Result<(), Failure> {
    setup::rust_target(setup::WASM, "the console is compiled for it")?;
    let line = format!("build --package placet-console --profile {profile} --target {}", setup::WASM);
    prepare("compile the console", &mut cargo(&line))
}

fn write(output: &Path, profile: &str) -> Result<(), Failure> {
    // Cargo calls the directory of its profile `dev` otherwise.
    let directory = if profile == "dev" { "debug" } else { profile };
    let module = target().join(setup::WASM).join(directory).join("placet-console.wasm");
    let mut command = cargo("run --package placet-bindgen --bin console-files --");
    prepare("write its files", command.arg(module).arg(output).arg(root()))
}

fn prepare(name: &str, command: &mut std::process::Command) -> Result<(), Failure> {
    let log = target().join("xtask/logs/console.log");
    match step::run(name, &log, Count::Preparation, command)?.failed {
        0 => Ok(()),
        _ => Err(Failure::new("console_build_failed", name)),
    }
}
