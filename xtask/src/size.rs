//! How many bytes of the npm package travel to a browser.

use std::path::Path;

use crate::{
    failure::Failure,
    setup,
    workspace::{program, root},
};

/// Prints the sizes of the module and of the scripts: as they are, by gzip and by brotli.
pub(crate) fn print(package: &Path) -> Result<(), Failure> {
    setup::node()?;
    let mut command = program("node");
    command.arg(root().join("wasm/size.mjs")).arg(package);
    let status =
        command.status().map_err(|error| Failure::new("program_not_started", format!("node: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure::new("size_failed", "the sizes could not be taken")) }
}
