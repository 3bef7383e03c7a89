//! The drift calls of the vectors: numbers as JSON, those that it does not know as text.

use std::collections::BTreeMap;

use placet_core::drift::{
    Baseline, Current, Direction, Distribution, DistributionRule, Family, Method, MetricRule, Test,
    Tolerance, check_distributions, check_metrics, ks_test, report as conclude,
};
use serde_json::{Value, json};

/// What a window is found to be: the checks of its metrics and of its outputs, and their conclusion.
#[must_use]
pub fn report(input: &Value) -> Value {
    let metrics = &input["metrics"];
    let rules = object(&metrics["rules"]).map(|(name, value)| (name, rule(value))).collect();
    let mut checks = check_metrics(&named(&metrics["baseline"]), &named(&metrics["current"]), &rules);
    let outputs: Vec<_> = input["distributions"].as_array().into_iter().flatten().collect();
    let sides: Vec<_> =
        outputs.iter().map(|output| ["baseline", "current"].map(|side| numbers(&output[side]))).collect();
    let distributions: Vec<_> = outputs
        .iter()
        .zip(&sides)
        .map(|(output, [baseline, current])| Distribution {
            name: output["name"].as_str().unwrap(),
            baseline: baseline.as_deref().map(|values| Baseline::Sample(values, 0)),
            current: current.as_deref().map(Current::Sample),
            rule: DistributionRule::of(test(&output["test"])),
        })
        .collect();
    checks.extend(check_distributions(&distributions, Family::default()));
    let report = conclude(checks);
    let checks = report.checks.iter().map(|check| {
        let code = check.reason.map(placet_core::drift::Reason::code);
        json!({
            "name": check.name, "test": check.test.as_str(), "outcome": check.outcome.as_str(), "code": code,
        })
    });
    json!({"status": report.status.as_str(), "checks": checks.collect::<Vec<_>>()})
}

/// Kolmogorov–Smirnov of two samples.
#[must_use]
pub fn ks(input: &Value) -> Value {
    let [reference, current] = ["reference", "current"].map(|side| numbers(&input[side]).unwrap());
    let found = ks_test(&reference, &current, Method::Auto);
    json!({"status": found.status.as_str(), "statistic": found.statistic, "missing": found.missing})
}

fn rule(value: &Value) -> MetricRule {
    let direction = value["direction"].as_str().map(|direction| match direction {
        "higher_is_better" => Direction::HigherIsBetter,
        "lower_is_better" => Direction::LowerIsBetter,
        _ => Direction::Band,
    });
    let tolerance = value.get("tolerance").map(|tolerance| Tolerance {
        relative: tolerance.get("relative").map(number),
        absolute: tolerance.get("absolute").map(number),
    });
    let bound = |name| value.get(name).map(number);
    MetricRule { direction, tolerance, floor: bound("floor"), ceiling: bound("ceiling") }
}

fn test(name: &Value) -> Test {
    let tests = [
        Test::KolmogorovSmirnov,
        Test::Wasserstein,
        Test::Kuiper,
        Test::Psi,
        Test::JensenShannon,
        Test::ChiSquare,
    ];
    tests.into_iter().find(|test| Some(test.as_str()) == name.as_str()).unwrap()
}

fn object(value: &Value) -> impl Iterator<Item = (String, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value))
}

fn named(value: &Value) -> BTreeMap<String, f64> {
    object(value).map(|(name, value)| (name, number(value))).collect()
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array().map(|values| values.iter().map(number).collect())
}

fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap()
}
