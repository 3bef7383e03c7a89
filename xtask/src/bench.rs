//! `cargo xtask bench`: Placet and its peers side by side.
//!
//! A suite is a script `benches/NAME.mjs` that prints Markdown; `benches/frame.mjs` runs its contenders and makes the
//! tables. Here stands what a suite needs before it starts.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    areas::gateways,
    conformance,
    failure::Failure,
    python, setup,
    step::{self, Count},
    workspace::{cargo, find_program, program, root, target},
};

/// One comparison.
struct Suite {
    /// The script is `benches/NAME.mjs`.
    name: &'static str,
    about: &'static str,
    /// Builds and installs what the script needs, and returns the variables that tell it where that is.
    prepare: fn() -> Result<Variables, Failure>,
}

/// Variables of the environment.
type Variables = Vec<(&'static str, PathBuf)>;

const SUITES: &[Suite] = &[
    Suite { name: "npm", about: "the npm package beside other verifiers in JavaScript", prepare: npm },
    Suite {
        name: "drift",
        about: "drift checks beside SciPy, NumPy, Evidently and typed arrays",
        prepare: drift,
    },
    Suite { name: "gateways", about: "Envoy and nginx with Placet, and without", prepare: gateways },
    Suite {
        name: "fetch-gateway",
        about: "a Worker with Placet in workerd, and without",
        prepare: fetch_gateway,
    },
];

/// The report, in which each suite has its place.
const REPORT: &str = "docs/performance.md";

/// One line a suite.
pub(crate) fn list() -> String {
    SUITES.iter().fold(String::new(), |mut list, suite| {
        // Writing to a string cannot fail.
        let _ = writeln!(list, "  {:<12} {}", suite.name, suite.about);
        list
    })
}

/// Runs the named suites, or all; `--write` puts the tables into the report, too.
///
/// # Errors
/// `unknown_suite` before anything runs, `bench_failed` for a suite that does not end well.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let (options, names): (Vec<&str>, Vec<&str>) = arguments.iter().partition(|word| word.starts_with("--"));
    if let Some(other) = options.iter().find(|option| **option != "--write") {
        return Err(Failure::new("unknown_option", format!("{other}; there is --write")));
    }
    for suite in choose(&names)? {
        println!("{}: {}", suite.name, suite.about);
        let variables = (suite.prepare)()?;
        let mut command = program("node");
        command.arg(root().join("benches").join(suite.name).with_extension("mjs")).envs(variables);
        let tables = output(&mut command)?;
        println!("\n{tables}");
        let file = target().join("bench").join(suite.name).with_extension("md");
        fs::create_dir_all(target().join("bench")).map_err(|error| Failure::file(&file, &error))?;
        fs::write(&file, &tables).map_err(|error| Failure::file(&file, &error))?;
        if !options.is_empty() {
            report(suite.name, &tables)?;
        }
    }
    Ok(())
}

fn choose(names: &[&str]) -> Result<Vec<&'static Suite>, Failure> {
    if names.is_empty() {
        return Ok(SUITES.iter().collect());
    }
    let find = |name: &&str| {
        let suite = SUITES.iter().find(|suite| suite.name == *name);
        suite.ok_or_else(|| Failure::new("unknown_suite", format!("{name}; there are:\n{}", list())))
    };
    names.iter().map(find).collect()
}

/// What a suite prints; its progress goes to the terminal.
fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new("program_not_started", format!("node: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new("bench_failed", "the suite's script ended with an error"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Replaces what stands in the report between the marks of a suite.
fn report(name: &str, tables: &str) -> Result<(), Failure> {
    let file = root().join(REPORT);
    let text = fs::read_to_string(&file).map_err(|error| Failure::file(&file, &error))?;
    let text = replaced(&text, name, tables)
        .ok_or_else(|| Failure::new("report_mark", format!("{REPORT} has no place for `{name}`")))?;
    fs::write(&file, text).map_err(|error| Failure::file(&file, &error))
}

fn replaced(text: &str, name: &str, tables: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- bench {name} -->\n"), format!("<!-- end {name} -->"));
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{}\n\n{end}{after}", tables.trim()))
}

/// The packages of `benches/package-lock.json`: the peers.
fn peers() -> Result<PathBuf, Failure> {
    setup::npm_packages(Path::new("benches"), "the peers of the benchmarks")
}

/// The package as it is installed, and documents of a model that three people approved.
fn npm() -> Result<Variables, Failure> {
    peers()?;
    let consumer = conformance::install(&mut |name, command| prepare(name, command))?;
    let example = target().join("bench/example");
    prepare(
        "write an example",
        cargo("run --package placet-conformance -- example").arg(&example).args([
            "alice.ng",
            "chandra.iyer",
            "dana.osei",
        ]),
    )?;
    Ok(vec![("PLACET_CONSUMER", consumer), ("PLACET_EXAMPLE", example)])
}

/// The package as it is installed, a native program, and the peers in Python.
fn drift() -> Result<Variables, Failure> {
    let consumer = conformance::install(&mut |name, command| prepare(name, command))?;
    prepare(
        "build the native checks",
        &mut cargo("build --release --package placet-core --example drift_speed"),
    )?;
    let why = "drift checks are compared with libraries in Python";
    let python = python::environment("drift", "benches/drift/requirements.txt", why)?;
    let native = target().join("release/examples/drift_speed");
    Ok(vec![("PLACET_CONSUMER", consumer), ("PLACET_DRIFT_SPEED", native), ("PLACET_PYTHON", python)])
}

/// A released command, Envoy's filter and one that does nothing, and what is measured with.
fn gateways() -> Result<Variables, Failure> {
    gateways::nginx()?;
    if find_program(&["wrk"]).is_none() {
        setup::apt(&["wrk"], "gateways are put under load")?;
    }
    let python = gateways::python()?;
    setup::rust_target(gateways::WASI, "Envoy's filter is built for it")?;
    let filters = "build --package placet-gateway-envoy --lib --examples --profile wasm";
    prepare("build the filters", cargo(filters).args(["--target", gateways::WASI]))?;
    prepare("build the command (minutes)", &mut cargo("build --package placet-cli --release"))?;
    let filters = target().join(gateways::WASI).join("wasm");
    Ok(vec![
        ("PLACET_GATEWAYS_FILTER", filters.join("placet_gateway_envoy.wasm")),
        ("PLACET_GATEWAYS_NOOP", filters.join("examples/noop.wasm")),
        ("PLACET_GATEWAYS_PLACET", target().join("release/placet")),
        ("PLACET_GATEWAYS_PYTHON", python),
    ])
}

/// The installed package, the command for a world to decide about, and what is measured with.
fn fetch_gateway() -> Result<Variables, Failure> {
    gateways::nginx()?;
    if find_program(&["wrk"]).is_none() {
        setup::apt(&["wrk"], "gateways are put under load")?;
    }
    setup::node_packages()?;
    prepare("build the command", &mut cargo("build --package placet-cli"))?;
    let consumer = conformance::install(&mut |name, command| prepare(name, command))?;
    Ok(vec![
        ("PLACET_CONSUMER", consumer),
        ("PLACET_REPOSITORY", root()),
        ("PLACET", target().join("debug/placet")),
    ])
}

fn prepare(name: &str, command: &mut Command) -> Result<(), Failure> {
    match step::run(name, &target().join("xtask/logs/bench.log"), Count::Preparation, command)?.failed {
        0 => Ok(()),
        _ => Err(Failure::new("bench_not_prepared", name)),
    }
}

#[cfg(test)]
mod tests {
    use super::{SUITES, choose, replaced};
    use crate::workspace::root;

    #[test]
    fn every_suite_has_its_script_and_its_place_in_the_report() {
        let report = std::fs::read_to_string(root().join(super::REPORT)).expect("the report");
        for suite in SUITES {
            assert!(
                root().join("benches").join(suite.name).with_extension("mjs").is_file(),
                "{}",
                suite.name
            );
            assert!(replaced(&report, suite.name, "").is_some(), "{}", suite.name);
        }
    }

    #[test]
    fn a_misspelt_suite_runs_nothing() {
        let failure = choose(&["nmp"]).err().expect("unknown");
        assert!(failure.to_string().starts_with("unknown_suite: nmp"));
    }

    #[test]
    fn tables_replace_those_of_their_suite_only() {
        let text = "a\n<!-- bench x -->\nold\n<!-- end x -->\n<!-- bench y -->\nkept\n<!-- end y -->\n";
        let new = replaced(text, "x", "new\n").expect("a place");
        assert_eq!(
            new,
            "a\n<!-- bench x -->\n\nnew\n\n<!-- end x -->\n<!-- bench y -->\nkept\n<!-- end y -->\n"
        );
        assert_eq!(replaced(&new, "x", "new\n").as_deref(), Some(new.as_str()));
        assert_eq!(replaced(text, "z", "new"), None);
    }
}
