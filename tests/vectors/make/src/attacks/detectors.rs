//! Drift that is made to look like none, and samples on which a careless statistic is wrong.

use placet_testkit::drift;
use serde_json::{Value, json};

use crate::vector::File;

pub(crate) fn files() -> Vec<File> {
    vec![silenced(), samples()]
}

/// Metrics and outputs that must not pass for healthy.
fn silenced() -> File {
    let mut file = File::new("25-silenced-detectors.json");
    let mut metrics =
        |name: &str, comment: &str, (baseline, current, rules): (Value, Value, Value), found: [&str; 3]| {
            let [status, outcome, code] = found;
            let input = json!({
                "metrics": {"baseline": baseline, "current": current, "rules": rules},
                "distributions": [],
            });
            expect(&mut file, name, comment, input, status, &[("metric", outcome, code)]);
        };
    let sound = json!({"accuracy": 0.978});
    for (name, value) in [("a metric that is NaN", "NaN"), ("a metric that is infinite", "Infinity")] {
        let case = (sound.clone(), json!({"accuracy": value}), json!({}));
        metrics(name, "No comparison holds for it.", case, ["inconclusive", "inconclusive", "not_finite"]);
    }
    let case = (json!({"accuracy": "NaN"}), sound.clone(), json!({}));
    metrics("a baseline that is NaN", "", case, ["inconclusive", "inconclusive", "not_finite"]);
    let case = (sound.clone(), json!({}), json!({}));
    metrics(
        "a metric that is not reported any more",
        "",
        case,
        ["inconclusive", "inconclusive", "missing_now"],
    );
    let case = (json!({}), json!({"accuracy": 0.2}), json!({}));
    metrics("a metric without a baseline", "", case, ["inconclusive", "inconclusive", "missing_baseline"]);
    let case = (json!({"loss": 0}), json!({"loss": 5}), json!({"loss": {"tolerance": {"relative": 0.1}}}));
    metrics(
        "a baseline of zero",
        "A share of nothing is nothing, whatever the loss is now.",
        case,
        ["inconclusive", "inconclusive", "no_absolute_tolerance"],
    );
    let case = (json!({"secret_score": 0.9}), json!({"secret_score": 0.1}), json!({}));
    metrics(
        "a metric whose better end nobody knows",
        "",
        case,
        ["inconclusive", "inconclusive", "unknown_direction"],
    );
    let case = (json!({"accuracy": 0.5}), json!({"accuracy": 0.5}), json!({"accuracy": {"floor": 0.9}}));
    metrics("a low baseline of the caller's own against a floor", "", case, ["drifted", "drifted", ""]);
    let case = (sound.clone(), json!({"accuracy": 0.5}), json!({}));
    metrics("for comparison: an accuracy that fell by half", "", case, ["drifted", "drifted", ""]);
    let case = (sound.clone(), sound, json!({}));
    metrics("for comparison: an accuracy that stayed", "", case, ["stable", "stable", ""]);

    let ramp = |from: f64, count: u32| json!((0..count).map(|n| from + f64::from(n)).collect::<Vec<_>>());
    let mut outputs =
        |name: &str, comment: &str, sides: [Value; 2], status: &str, checks: &[(&str, &str, &str)]| {
            let [baseline, current] = sides;
            let output = json!({"name": "score", "test": "ks", "baseline": baseline, "current": current});
            let metrics = json!({"baseline": {}, "current": {}, "rules": {}});
            let input = json!({"metrics": metrics, "distributions": [output]});
            expect(&mut file, name, comment, input, status, checks);
        };
    let few = ("ks", "inconclusive", "too_few_samples");
    outputs(
        "too few samples",
        "Nine values far away prove nothing, and are no proof of health.",
        [ramp(0.0, 100), ramp(1000.0, 9)],
        "inconclusive",
        &[few, ("missing_rate", "inconclusive", "too_few_samples")],
    );
    let gone = json!(vec!["NaN"; 100]);
    outputs(
        "an output that became NaN",
        "All of it is missing.",
        [ramp(0.0, 100), gone],
        "drifted",
        &[few, ("missing_rate", "drifted", "")],
    );
    let mut half: Vec<Value> = (0..50).map(|n| json!(f64::from(n) * 2.0)).collect();
    half.extend(vec![json!("NaN"); 50]);
    outputs(
        "half of an output that became NaN",
        "What is left looks as it did.",
        [ramp(0.0, 100), json!(half)],
        "drifted",
        &[("ks", "stable", ""), ("missing_rate", "drifted", "")],
    );
    outputs(
        "an output without a baseline",
        "",
        [Value::Null, ramp(0.0, 100)],
        "inconclusive",
        &[("ks", "inconclusive", "missing_baseline")],
    );
    outputs(
        "an output that is not reported any more",
        "",
        [ramp(0.0, 100), Value::Null],
        "inconclusive",
        &[("ks", "inconclusive", "missing_now")],
    );
    outputs(
        "for comparison: an output that moved",
        "",
        [ramp(0.0, 100), ramp(50.0, 100)],
        "drifted",
        &[("ks", "drifted", ""), ("missing_rate", "stable", "")],
    );
    let nothing = json!({"metrics": {"baseline": {}, "current": {}, "rules": {}}, "distributions": []});
    expect(&mut file, "a window in which nothing was checked", "", nothing, "inconclusive", &[]);
    file
}

/// What is concluded, and of each check its test, its outcome and its code.
fn expect(
    file: &mut File,
    name: &str,
    comment: &str,
    input: Value,
    status: &str,
    checks: &[(&str, &str, &str)],
) {
    let found = drift::report(&input);
    let named = found["checks"].as_array().map_or(0, Vec::len);
    let expected: Vec<_> = checks
        .iter()
        .zip(0..named)
        .map(|((test, outcome, code), at)| {
            let code = if code.is_empty() { Value::Null } else { json!(code) };
            json!({"name": found["checks"][at]["name"], "test": test, "outcome": outcome, "code": code})
        })
        .collect();
    let expect = json!({"status": status, "checks": expected});
    let Value::Object(input) = input else { return };
    let values: Vec<_> =
        [("metrics", input["metrics"].clone()), ("distributions", input["distributions"].clone())].into();
    file.call(name, comment, "check_drift", Vec::new(), &values, expect, &found);
}

/// Samples whose distance is known.
fn samples() -> File {
    let mut file = File::new("26-samples.json");
    let mut distance =
        |name: &str, comment: &str, reference: Value, current: Value, statistic: Value, missing: u64| {
            let input = json!({"reference": reference, "current": current});
            let found = drift::ks(&input);
            let status = if statistic.is_null() { "inconclusive" } else { "ok" };
            let expect = json!({"status": status, "statistic": statistic, "missing": missing});
            let values = [("reference", input["reference"].clone()), ("current", input["current"].clone())];
            file.call(name, comment, "ks_test", Vec::new(), &values, expect, &found);
        };
    let ten = json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    distance("identical arrays", "", ten.clone(), ten.clone(), json!(0.0), 0);
    let backwards = json!([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    distance("the same values in another order", "", ten.clone(), backwards, json!(0.0), 0);
    distance(
        "equal constants",
        "Ties are stepped over together.",
        json!([7.0_f64; 10].to_vec()),
        json!([7.0_f64; 12].to_vec()),
        json!(0.0),
        0,
    );
    distance(
        "different constants",
        "",
        json!([7.0_f64; 10].to_vec()),
        json!([8.0_f64; 12].to_vec()),
        json!(1.0),
        0,
    );
    let (low, high) = (json!([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]), json!([0, 0, 1, 1, 1, 1, 1, 1, 1, 1]));
    distance("ties on both sides", "", low.clone(), high.clone(), json!(0.4), 0);
    distance("ties on both sides, swapped", "A distance has no direction.", high, low, json!(0.4), 0);
    let outlier = json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 1e300]);
    distance("one huge outlier", "It is one of ten, whatever its size.", ten.clone(), outlier, json!(0.1), 0);
    let zeros = json!([0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0, 0.0, -0.0]);
    distance("zeros of both signs", "", json!([0.0_f64; 10].to_vec()), zeros, json!(0.0), 0);
    let with_nan = json!([1, 2, 3, 4, 5, "NaN", 6, 7, 8, 9, 10, "-Infinity"]);
    distance(
        "values that are no numbers among others",
        "They are counted and left out.",
        ten.clone(),
        with_nan,
        json!(0.0),
        2,
    );
    distance("an empty side", "", ten, json!([]), Value::Null, 0);
    file
}
