//! The cases of `tests/vectors/gateway`, which the gateway in JavaScript runs, too; and the page that explains the codes.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::{collections::BTreeSet, fs, path::Path};

use placet_gateway::{
    code::Code,
    config::Config,
    routes::{Found, RouteTable},
};
use serde_json::{Value, json};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn file(name: &str) -> Value {
    let path = Path::new(ROOT).join("tests/vectors/gateway").join(name);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn config(value: &Value) -> Result<Config, &'static str> {
    Config::parse(value.to_string().as_bytes()).map_err(|error| error.code())
}

/// Runs the cases of a file; gives the codes that they expect.
fn run(name: &str) -> BTreeSet<String> {
    let file = file(name);
    let config = config(&file["config"]).unwrap();
    let table = RouteTable::new(&config);
    let mut codes = BTreeSet::new();
    for case in file["cases"].as_array().unwrap() {
        let hosts = case["request"]["host"].as_array().unwrap().iter().map(|host| host.as_str().unwrap());
        let found = match table.find(hosts, case["request"]["target"].as_str().unwrap()) {
            Ok(Found::Route(at)) => json!({ "route": config.routes[at].name.as_str() }),
            Ok(Found::Open(at)) => json!({ "open": config.open[at].path }),
            Err(code) => json!({ "code": code.as_str() }),
        };
        assert_eq!(found, case["expect"], "{name}: {}", case["name"]);
        codes.extend(case["expect"]["code"].as_str().map(str::to_owned));
    }
    codes
}

#[test]
fn a_request_that_is_read_in_another_way() {
    let codes: BTreeSet<_> = run("paths.json").into_iter().chain(run("hosts.json")).collect();
    // What only a proxy can get wrong has no case here: see the tests of `placet gate`.
    let requests = Code::ALL.iter().filter(|code| code.area() == "request");
    let requests = requests.filter(|code| ![Code::ForwardedMissing, Code::ForwardedConflict].contains(code));
    let without: Vec<_> = requests.filter(|code| !codes.contains(code.as_str())).collect();
    assert!(without.is_empty(), "no case for {without:?}");
}

#[test]
fn a_configuration_that_is_none() {
    let mut codes = BTreeSet::new();
    for case in file("configurations.json")["cases"].as_array().unwrap() {
        let found = match config(&case["config"]) {
            Ok(_) => json!({ "valid": true }),
            Err(code) => json!({ "code": code }),
        };
        assert_eq!(found, case["expect"], "{}", case["name"]);
        codes.extend(case["expect"]["code"].as_str().map(str::to_owned));
    }
    // These two take a platform or a signed document.
    let others = [Code::ClusterRequired, Code::DeploymentUnpinned];
    let own = Code::ALL.iter().filter(|code| code.area() == "configuration" && !others.contains(code));
    let without: Vec<_> = own.filter(|code| !codes.contains(code.as_str())).collect();
    assert!(without.is_empty(), "no case for {without:?}");
}

#[test]
fn a_code_that_the_page_explains_in_another_way() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/gateways.md")).unwrap();
    let table =
        page.split("<!-- codes: begin -->").nth(1).unwrap().split("<!-- codes: end -->").next().unwrap();
    let rows = Code::ALL.iter().map(|code| format!("| `{code}` | {} | {} |", code.area(), code.meaning()));
    let wanted =
        format!("| code | where | meaning |\n|---|---|---|\n{}", rows.collect::<Vec<_>>().join("\n"));
    assert_eq!(table.trim(), wanted);
}
