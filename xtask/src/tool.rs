//! Tools of cargo that few tasks need: installed where they are first needed, into `target/tools`, and nowhere else.

use std::path::PathBuf;

use crate::{
    failure::Failure,
    workspace::{cargo, target},
};

/// The program of a tool, of exactly this version.
pub(crate) fn installed(name: &str, version: &str) -> Result<PathBuf, Failure> {
    let tools = target().join("tools");
    let marker = tools.join(format!("{name}-{version}"));
    let program = tools.join("bin").join(name);
    if program.is_file() && marker.is_file() {
        return Ok(program);
    }
    println!("installing {name} {version} into {}", tools.display());
    let mut install = cargo(&format!("install --force --quiet {name} --version {version}"));
    let status = install.arg("--root").arg(&tools).status();
    if !status.is_ok_and(|status| status.success()) {
        return Err(Failure::new("tool_not_installed", format!("cargo install --locked {name}")));
    }
    std::fs::write(&marker, version).map_err(|error| Failure::file(&marker, &error))?;
    Ok(program)
}
