//! One command, its log, and how many tests it counts for.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::failure::Failure;

/// How often a step that takes its time says so.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);

/// How much of the log of a failed step is shown.
const SHOWN_LINES: usize = 150;

/// How a step's tests are counted from its log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Count {
    /// The step is one check of its own.
    Step,
    /// The `test result:` lines of cargo's test harness.
    Cargo,
    /// The last line that begins `N passed, M failed`.
    Line,
    /// The totals of the test runner of Node.
    Node,
    /// The closing lines of Python's `unittest`.
    Python,
    /// The step only prepares others and counts for nothing unless it fails.
    Preparation,
}

/// Tests that passed and tests that failed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Runs a command to its end, its output in a log file, and counts.
///
/// A step fails if the command does, and also if it was to run tests and ran none: a runner that
/// no longer finds its tests must not look green.
pub(crate) fn run(name: &str, log: &Path, count: Count, command: &mut Command) -> Result<Tally, Failure> {
    print!("  {name} … ");
    flush();
    let start = Instant::now();
    let succeeded = run_to_end(command, log, start)?;
    let text = read(log)?;
    let mut tally = count.of(&text);
    let problem = if !succeeded {
        "failed"
    } else if tally.failed > 0 {
        "reported failures"
    } else if tally.passed == 0 && count != Count::Preparation {
        "ran no tests"
    } else {
        ""
    };
    let seconds = start.elapsed().as_secs_f64();
    if problem.is_empty() {
        match count {
            Count::Step | Count::Preparation => println!("ok ({seconds:.1} s)"),
            _ => println!("ok ({} passed, {seconds:.1} s)", tally.passed),
        }
        return Ok(tally);
    }
    println!("FAILED ({problem}, {seconds:.1} s)");
    show(&text, log);
    if count == Count::Step || count == Count::Preparation {
        tally.passed = 0;
    }
    tally.failed = tally.failed.max(1);
    Ok(tally)
}

fn run_to_end(command: &mut Command, log: &Path, start: Instant) -> Result<bool, Failure> {
    if let Some(directory) = log.parent() {
        fs::create_dir_all(directory).map_err(|error| Failure::file(directory, &error))?;
    }
    let file = File::create(log).map_err(|error| Failure::file(log, &error))?;
    let errors = file.try_clone().map_err(|error| Failure::file(log, &error))?;
    let program = command.get_program().to_string_lossy().into_owned();
    let not_started = |error: io::Error| Failure::new("program_not_started", format!("{program}: {error}"));
    let mut child = match command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("FAILED");
            return Err(not_started(error));
        }
    };
    let mut next_sign = SIGN_OF_LIFE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) => sleep(Duration::from_millis(30)),
            Err(error) => return Err(not_started(error)),
        }
        if start.elapsed() >= next_sign {
            let text = read(log)?;
            print!(
                "\n    {} s: {} … ",
                next_sign.as_secs(),
                text.trim_end().lines().last().unwrap_or("").trim()
            );
            flush();
            next_sign += SIGN_OF_LIFE;
        }
    }
}

/// The log as text: a test may print bytes that are none.
fn read(log: &Path) -> Result<String, Failure> {
    let bytes = fs::read(log).map_err(|error| Failure::file(log, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn show(text: &str, log: &Path) {
    let lines: Vec<&str> = text.lines().collect();
    let hidden = lines.len().saturating_sub(SHOWN_LINES);
    if hidden > 0 {
        println!("    | … {hidden} lines more in {}", log.display());
    }
    for line in lines.iter().skip(hidden) {
        println!("    | {line}");
    }
}

fn flush() {
    // Progress that cannot be shown stops no test.
    let _ = io::stdout().flush();
}

impl Count {
    fn of(self, log: &str) -> Tally {
        match self {
            Self::Step => Tally { passed: 1, failed: 0 },
            Self::Preparation => Tally::default(),
            Self::Cargo => {
                let mut tally = Tally::default();
                for line in log.lines().filter_map(|line| line.trim_start().strip_prefix("test result: ")) {
                    tally.add(Tally {
                        passed: number_before(line, " passed"),
                        failed: number_before(line, " failed"),
                    });
                }
                tally
            }
            Self::Line => log
                .lines()
                .rev()
                .find(|line| {
                    line.starts_with(|first: char| first.is_ascii_digit()) && line.contains(" passed, ")
                })
                .map(|line| Tally {
                    passed: number_before(line, " passed"),
                    failed: number_before(line, " failed"),
                })
                .unwrap_or_default(),
            Self::Python => {
                let last = |start: &str| log.lines().rev().find_map(|line| line.strip_prefix(start));
                let ran = last("Ran ").and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap_or(0);
                let numbers = last("FAILED (").unwrap_or("").split(|letter: char| !letter.is_ascii_digit());
                let failed: u64 = numbers.filter_map(|digits| digits.parse::<u64>().ok()).sum();
                Tally { passed: u64::saturating_sub(ran, failed), failed }
            }
            Self::Node => {
                let total = |label: &str| {
                    log.lines()
                        .rev()
                        .find_map(|line| line.strip_prefix(label)?.trim().parse().ok())
                        .unwrap_or(0)
                };
                Tally { passed: total("# pass "), failed: total("# fail ") }
            }
        }
    }
}

fn number_before(line: &str, label: &str) -> u64 {
    line.split_once(label)
        .and_then(|(before, _)| before.rsplit([' ', '.']).next())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Count, Tally, run};
    use crate::workspace::target;
    use std::process::Command;

    fn shell(name: &str, count: Count, script: &str) -> Tally {
        let log = target().join("xtask/logs").join(format!("test-{name}.log"));
        run(name, &log, count, Command::new("sh").args(["-c", script])).expect("sh is there")
    }

    #[test]
    fn cargo_counts_are_summed_over_test_binaries() {
        let log =
            "test result: ok. 3 passed; 0 failed; 1 ignored\n\ntest result: FAILED. 12 passed; 2 failed;";
        assert_eq!(Count::Cargo.of(log), Tally { passed: 15, failed: 2 });
    }

    #[test]
    fn the_last_count_line_stands() {
        let log = "1 passed, 0 failed\nnoise\n41 passed, 2 failed in node\n";
        assert_eq!(Count::Line.of(log), Tally { passed: 41, failed: 2 });
    }

    #[test]
    fn totals_of_node_are_read() {
        assert_eq!(Count::Node.of("ok 1 - x\n# pass 7\n# fail 1\n"), Tally { passed: 7, failed: 1 });
    }

    #[test]
    fn totals_of_python_are_read() {
        assert_eq!(Count::Python.of("Ran 7 tests in 1.2s\n\nOK\n"), Tally { passed: 7, failed: 0 });
        let log = "Ran 7 tests in 1.2s\n\nFAILED (failures=1, errors=2)\n";
        assert_eq!(Count::Python.of(log), Tally { passed: 4, failed: 3 });
        assert_eq!(Count::Python.of("SyntaxError\n"), Tally::default());
    }

    #[test]
    fn a_failed_command_counts_as_a_failure_even_if_its_log_shows_none() {
        assert_eq!(shell("lies", Count::Line, "echo 3 passed, 0 failed; exit 1").failed, 1);
        assert_eq!(shell("step", Count::Step, "exit 3"), Tally { passed: 0, failed: 1 });
    }

    #[test]
    fn reported_failures_count_even_if_the_command_succeeds() {
        assert_eq!(shell("quiet", Count::Line, "echo 3 passed, 2 failed"), Tally { passed: 3, failed: 2 });
    }

    #[test]
    fn a_runner_that_finds_no_tests_fails() {
        assert_eq!(
            shell("none", Count::Cargo, "echo test result: ok. 0 passed\\; 0 failed"),
            Tally { passed: 0, failed: 1 }
        );
    }

    #[test]
    fn a_program_that_is_not_there_has_a_code() {
        let log = target().join("xtask/logs/test-absent.log");
        let failure =
            run("absent", &log, Count::Step, &mut Command::new("no-such-program-here")).expect_err("absent");
        assert!(failure.to_string().starts_with("program_not_started: no-such-program-here"));
    }
}
