//! The core against the second implementation, and every reader against what the fuzzer kept.

use crate::{failure::Failure, step::Count, test::Run, workspace::cargo};

pub(super) fn run(run: &mut Run) -> Result<(), Failure> {
    run.check("decisions", Count::Cargo, &mut cargo("test --package placet-oracle"))?;
    run.check("corpora", Count::Cargo, &mut cargo("test --package placet-fuzzing"))?;
    Ok(())
}
