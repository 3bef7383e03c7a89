//! The gateway of the npm package as it is installed: the fetch handler, Express, Fastify, Hono and workerd, before a
//! real registry.

use std::fs;

use super::e2e::test_files;
use crate::{
    conformance,
    failure::Failure,
    setup,
    step::Count,
    test::Run,
    workspace::{cargo, program, root, target},
};

/// Every test of `tests/gateway`.
pub(super) fn run(run: &mut Run) -> Result<(), Failure> {
    let modules = setup::node_packages()?;
    run.check("tests of the logic", Count::Cargo, &mut cargo("test --package placet-gateway --test push"))?;
    run.need("build the command", Count::Preparation, &mut cargo("build --package placet-cli"))?;
    let consumer = conformance::install(&mut |name, command| run.need(name, Count::Preparation, command))?;
    for (name, specifier) in [
        ("gateway", "placet/gateway"),
        ("express", "placet/gateway/express"),
        ("fastify", "placet/gateway/fastify"),
        ("hono", "placet/gateway/hono"),
    ] {
        let file = consumer.join(format!("{name}.mjs"));
        fs::write(&file, format!("export * from '{specifier}';\n"))
            .map_err(|error| Failure::file(&file, &error))?;
    }
    let types = consumer.join("gateway-types.mts");
    fs::copy(root().join("tests/gateway/types.ts"), &types).map_err(|error| Failure::file(&types, &error))?;
    let mut compile = program(modules.join(".bin/tsc"));
    compile.args(
        "--strict --noEmit --skipLibCheck false --module nodenext --target es2024 --lib es2024,dom"
            .split(' '),
    );
    run.check("types", Count::Step, compile.arg("--types").arg("").arg(&types))?;
    let mut tests = program("node");
    tests
        .args(["--test", "--test-reporter=tap"])
        .args(test_files(&root().join("tests/gateway"))?)
        .env("PLACET", target().join("debug/placet"))
        .env("PLACET_REPOSITORY", root())
        .env("PLACET_CONSUMER", consumer);
    run.check("on its platforms", Count::Node, &mut tests)?;
    Ok(())
}
