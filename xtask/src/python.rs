//! Python with the packages that a requirements file pins, in an environment of its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    failure::Failure,
    setup,
    workspace::{find_program, program, root, target},
};

/// The interpreter of `target/venv/NAME`, with the packages of `requirements`, a path in the workspace.
///
/// The environment is made anew whenever the file changes, and is complete or not there at all.
pub(crate) fn environment(name: &str, requirements: &str, why: &str) -> Result<PathBuf, Failure> {
    let directory = target().join("venv").join(name);
    let python = directory.join("bin/python");
    let file = root().join(requirements);
    let wanted = fs::read(&file).map_err(|error| Failure::file(&file, &error))?;
    let stamp = directory.join("installed.txt");
    if python.is_file() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    if find_program(&["python3"]).is_none() || !has_venv() {
        setup::apt(&["python3", "python3-venv"], why)?;
    }
    remove(&directory)?;
    let mut make = program("python3");
    make.args(["-m", "venv"]).arg(&directory);
    setup::install(&format!("Python environment {name}"), why, &mut make, "python_failed")?;
    let mut pip = program(&python);
    pip.args("-m pip install --disable-pip-version-check --no-input --requirement".split(' ')).arg(&file);
    setup::install(&format!("Python packages of {requirements}"), why, &mut pip, "python_packages_missing")?;
    fs::write(&stamp, wanted).map_err(|error| Failure::file(&stamp, &error))?;
    Ok(python)
}

/// Debian ships the module apart from the interpreter, without which `venv` makes half an environment.
fn has_venv() -> bool {
    program("python3")
        .args(["-c", "import ensurepip, venv"])
        .output()
        .is_ok_and(|output| output.status.success())
}

fn remove(directory: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::file(directory, &error)),
        _ => Ok(()),
    }
}
