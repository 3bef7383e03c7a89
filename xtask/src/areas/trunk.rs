//! Trunk, with which people develop the console: it must build the very files that are served.

use std::{env, path::Path};

use crate::{
    console,
    failure::Failure,
    setup,
    step::Count,
    test::Run,
    workspace::{cargo, program, target},
};

/// The newest release that this Rust compiles.
const VERSION: &str = "0.21.14";

/// Builds the console both ways and compares.
pub(super) fn run(run: &mut Run) -> Result<(), Failure> {
    let tools = target().join("tools");
    install(&tools)?;
    let ours = console::build(console::RELEASE)?;
    // Trunk takes the very `wasm-bindgen` that the lock file names from the path.
    let bindgen = "build --package placet-bindgen --features tools";
    run.need("build wasm-bindgen", Count::Preparation, &mut cargo(bindgen))?;
    let path = env::var_os("PATH").unwrap_or_default();
    let path = [target().join("debug"), tools.join("bin")].into_iter().chain(env::split_paths(&path));
    let path = env::join_paths(path).map_err(|error| Failure::new("invalid_path", error.to_string()))?;
    let mut trunk = program(tools.join("bin/trunk"));
    trunk.args(["build", "--offline"]).env("PATH", path);
    // Trunk reads it as an option of its own, and not as the convention means it.
    trunk.env_remove("NO_COLOR");
    run.need("trunk build", Count::Preparation, &mut trunk)?;
    let mut compare = program("diff");
    run.check("the same files", Count::Step, compare.arg("-r").arg(ours).arg(target().join("trunk")))?;
    Ok(())
}

/// Installs it beside the build, where it is kept. Optimising it would take four times as long.
fn install(tools: &Path) -> Result<(), Failure> {
    let mut version = program(tools.join("bin/trunk"));
    let held = version.arg("--version").output().is_ok_and(|output| {
        output.status.success() && String::from_utf8_lossy(&output.stdout).trim().ends_with(VERSION)
    });
    if held {
        return Ok(());
    }
    let line =
        format!("install trunk --version {VERSION} --no-default-features --features rustls --force --root");
    let mut install = cargo(&line);
    install.arg(tools).env_remove("CARGO_TARGET_DIR").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256");
    setup::install("trunk (minutes)", "the console is built with it, too", &mut install, "trunk_missing")
}
