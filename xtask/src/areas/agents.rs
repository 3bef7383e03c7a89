//! What agents' registries and the Python reference are told, read by the software that they run.

use crate::{
    conformance,
    failure::Failure,
    python, setup,
    step::Count,
    test::Run,
    workspace::{cargo, program, root, target},
};

pub(super) fn run(run: &mut Run) -> Result<(), Failure> {
    setup::node()?;
    let why = "an agent's registry reads what the command writes";
    let python = python::environment("agents", "tests/interop/agents/requirements.txt", why)?;
    run.need("build the command", Count::Preparation, &mut cargo("build --package placet-cli"))?;
    let (tests, agent) = (root().join("tests/interop/agents"), target().join("interop/agent"));
    let mut check = program(python);
    check.arg(tests.join("check.py")).arg(target().join("debug/placet")).arg(&agent);
    run.check("facts and records in Python", Count::Step, &mut check)?;
    let consumer = conformance::install(&mut |name, command| run.need(name, Count::Preparation, command))?;
    let mut consume = conformance::node_test(&[tests.join("facts.test.mjs")]);
    consume.env("PLACET_CONSUMER", consumer).env("PLACET_AGENT", agent);
    run.check("a consumer in Node", Count::Node, &mut consume)?;
    Ok(())
}
