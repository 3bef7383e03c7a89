//! The pictures in README.md: what the browser tests saw.

use std::fs;

use crate::{
    failure::Failure,
    test,
    workspace::{root, target},
};

/// Runs the browser tests, and puts their pictures into `docs/images`.
pub(crate) fn write() -> Result<(), Failure> {
    test::run(&["e2e"])?;
    let from = target().join("e2e/pictures");
    let to = root().join("docs/images");
    fs::create_dir_all(&to).map_err(|error| Failure::file(&to, &error))?;
    let failed = |error| Failure::file(&from, &error);
    for entry in fs::read_dir(&from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file = to.join(entry.file_name());
        fs::copy(entry.path(), &file).map_err(|error| Failure::file(&file, &error))?;
        println!("{}", file.display());
    }
    Ok(())
}
