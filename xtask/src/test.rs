//! `cargo xtask test`: runs areas and sums up.

use std::{process::Command, time::Instant};

use crate::{
    areas::{self, Area},
    failure::Failure,
    step::{self, Count, Tally},
    workspace::target,
};

/// One area while it runs.
pub(crate) struct Run {
    area: &'static str,
    /// Whether the area was named on the command line.
    pub(crate) asked: bool,
    tally: Tally,
    steps: usize,
    skipped: Option<String>,
}

impl Run {
    /// Runs a step; the area goes on whatever comes of it.
    pub(crate) fn check(&mut self, name: &str, count: Count, command: &mut Command) -> Result<bool, Failure> {
        self.steps += 1;
        let log = target().join(format!("xtask/logs/{}-{}.log", self.area, self.steps));
        let tally = step::run(name, &log, count, command)?;
        self.tally.add(tally);
        Ok(tally.failed == 0)
    }

    /// Runs a step that the rest of the area needs.
    pub(crate) fn need(&mut self, name: &str, count: Count, command: &mut Command) -> Result<(), Failure> {
        if self.check(name, count, command)? {
            Ok(())
        } else {
            Err(Failure::new("step_failed", format!("the rest of `{}` needs it", self.area)))
        }
    }

    /// Leaves the area out, which the summary says.
    pub(crate) fn skip(&mut self, why: impl Into<String>) {
        self.skipped = Some(why.into());
    }
}

/// Runs the named areas, or all of them, and prints the count.
///
/// # Errors
/// `unknown_area` before anything runs; `tests_failed` at the end.
pub(crate) fn run(names: &[&str]) -> Result<(), Failure> {
    let chosen = choose(names)?;
    let start = Instant::now();
    let mut total = Tally::default();
    let mut summary = Vec::new();
    for area in &chosen {
        println!("{}: {}", area.name, area.about);
        let begun = Instant::now();
        let mut run = Run {
            area: area.name,
            asked: !names.is_empty(),
            tally: Tally::default(),
            steps: 0,
            skipped: None,
        };
        if let Err(failure) = (area.run)(&mut run) {
            println!("  {failure}");
            run.tally.failed = run.tally.failed.max(1);
        }
        total.add(run.tally);
        let Tally { passed, failed } = run.tally;
        let remark = run.skipped.map(|why| format!("  skipped: {why}")).unwrap_or_default();
        let seconds = begun.elapsed().as_secs_f64();
        summary.push(format!("{:<12} {passed:>6} {failed:>6} {seconds:>8.1}{remark}", area.name));
    }
    println!("\n{:<12} {:>6} {:>6} {:>8}", "area", "passed", "failed", "seconds");
    for line in summary {
        println!("{line}");
    }
    println!(
        "{} passed, {} failed ({} of {} areas, {:.0} s)",
        total.passed,
        total.failed,
        chosen.len(),
        areas::ALL.len(),
        start.elapsed().as_secs_f64()
    );
    if total.failed > 0 {
        return Err(Failure::new("tests_failed", format!("{} failed", total.failed)));
    }
    Ok(())
}

fn choose(names: &[&str]) -> Result<Vec<&'static Area>, Failure> {
    if names.is_empty() {
        return Ok(areas::ALL.iter().collect());
    }
    let find = |name: &&str| {
        areas::ALL
            .iter()
            .find(|area| area.name == *name)
            .ok_or_else(|| Failure::new("unknown_area", format!("{name}; there are:\n{}", areas::list())))
    };
    names.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::areas;

    #[test]
    fn no_name_means_every_area() {
        assert_eq!(choose(&[]).expect("all").len(), areas::ALL.len());
    }

    #[test]
    fn a_misspelt_area_runs_nothing() {
        let failure = choose(&["core", "coer"]).err().expect("unknown");
        assert!(failure.to_string().starts_with("unknown_area: coer"));
    }

    #[test]
    fn names_of_areas_are_unique() {
        for (index, area) in areas::ALL.iter().enumerate() {
            assert!(areas::ALL.iter().skip(index + 1).all(|other| other.name != area.name), "{}", area.name);
        }
    }
}
