//! Every check of the core taken out, and the vector that notices.

use std::env;

use crate::{failure::Failure, step::Count, test::Run, workspace::program};

pub(super) fn run(run: &mut Run) -> Result<(), Failure> {
    let own = env::current_exe().map_err(|error| Failure::new("program_not_started", error.to_string()))?;
    run.check("checks taken out", Count::Line, program(own).arg("mutations"))?;
    Ok(())
}
