//! Verdicts: what must alarm, what must not, and what must say that it does not know.

#![allow(clippy::float_cmp, clippy::cast_precision_loss, reason = "exact figures are meant")]

mod drift_support;

use std::collections::BTreeMap;

use drift_support::{Random, normal};
use placet_core::drift::{
    Action, AlertLevel, Baseline, BinOptions, Bins, Check, Correction, Current, Direction, Distribution,
    DistributionRule, Family, MetricRule, Outcome, Reason, ReportStatus, Sketch, Test, Tolerance,
    check_distributions, check_metrics, known_rule, report, severity,
};

fn metrics(pairs: &[(&str, f64)]) -> BTreeMap<String, f64> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value)).collect()
}

fn check_one(name: &str, then: f64, now: f64, rule: MetricRule) -> Check {
    let rules = BTreeMap::from([(name.to_owned(), rule)]);
    let checks = check_metrics(&metrics(&[(name, then)]), &metrics(&[(name, now)]), &rules);
    assert_eq!(checks.len(), 1);
    checks.into_iter().next().unwrap()
}

fn by_name(name: &str, then: f64, now: f64) -> Check {
    check_one(name, then, now, MetricRule::default())
}

#[test]
fn known_names_have_their_direction_and_unknown_ones_have_none() {
    for name in ["loss", "val_loss", "perplexity", "test_error", "rmse", "mae"] {
        assert_eq!(by_name(name, 1.0, 1.3).outcome, Outcome::Drifted, "{name}");
        assert_eq!(by_name(name, 1.0, 1.1).outcome, Outcome::Stable, "{name}");
        assert_eq!(by_name(name, 1.0, 0.7).outcome, Outcome::Notice, "{name}");
    }
    for name in ["accuracy", "f1", "auc", "precision", "recall", "r2"] {
        assert_eq!(by_name(name, 0.8, 0.7).outcome, Outcome::Drifted, "{name}");
        assert_eq!(by_name(name, 0.8, 0.79).outcome, Outcome::Stable, "{name}");
        assert_eq!(by_name(name, 0.8, 0.9).outcome, Outcome::Notice, "{name}");
    }
    for name in ["score", "Loss", "loss_rate", "", "error"] {
        assert_eq!(known_rule(name), None);
        let check = by_name(name, 1.0, 1.0);
        assert_eq!(
            (check.outcome, check.reason),
            (Outcome::Inconclusive, Some(Reason::UnknownDirection)),
            "{name}"
        );
    }
}

#[test]
fn exactly_the_tolerance_is_within_it() {
    // 0.28 · 1.2 and 0.94 · 0.95 are a bit more and a bit less in binary arithmetic.
    for (name, then, now) in
        [("loss", 0.28, 0.336), ("loss", 0.1, 0.12), ("accuracy", 0.94, 0.893), ("accuracy", 1.0, 0.95)]
    {
        let check = by_name(name, then, now);
        assert_eq!(check.outcome, Outcome::Stable, "{name} {then} {now}");
        assert!(check.severity.unwrap() < 0.3);
    }
    assert_eq!(by_name("loss", 0.28, 0.336_001).outcome, Outcome::Drifted);
    assert_eq!(by_name("accuracy", 0.94, 0.892_99).outcome, Outcome::Drifted);
}

#[test]
fn missing_and_non_finite_metrics_are_not_healthy() {
    let then = metrics(&[("accuracy", 0.9), ("loss", 0.3), ("recall", f64::NAN)]);
    let now = metrics(&[("accuracy", f64::NAN), ("recall", 0.9), ("rmse", 1.0)]);
    let rules = BTreeMap::from([("auc".to_owned(), MetricRule::default())]);
    let checks = check_metrics(&then, &now, &rules);
    let reasons: Vec<_> = checks.iter().map(|c| (c.name.as_str(), c.outcome, c.reason.unwrap())).collect();
    assert_eq!(
        reasons,
        [
            ("accuracy", Outcome::Inconclusive, Reason::NotFinite),
            ("auc", Outcome::Inconclusive, Reason::MissingNow),
            ("loss", Outcome::Inconclusive, Reason::MissingNow),
            ("recall", Outcome::Inconclusive, Reason::NotFinite),
            ("rmse", Outcome::Inconclusive, Reason::MissingBaseline),
        ]
    );
    let report = report(checks);
    assert_eq!(report.status, ReportStatus::Inconclusive);
    assert_eq!(report.recommended_action, Action::Investigate);
    for infinite in [f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(by_name("loss", 0.3, infinite).reason, Some(Reason::NotFinite));
    }
}

#[test]
fn baseline_of_zero_or_below_uses_the_absolute_tolerance() {
    assert_eq!(by_name("loss", 0.0, 0.1).outcome, Outcome::Stable);
    assert_eq!(by_name("loss", 0.0, 0.3).outcome, Outcome::Drifted);
    assert_eq!(by_name("r2", -1.0, -1.04).outcome, Outcome::Stable);
    assert_eq!(by_name("r2", -1.0, -2.0).outcome, Outcome::Drifted);
    let relative = Tolerance { relative: Some(0.2), absolute: None };
    let rule = MetricRule { tolerance: Some(relative), ..MetricRule::default() };
    assert_eq!(check_one("loss", 0.0, 9.0, rule).reason, Some(Reason::NoAbsoluteTolerance));
    assert_eq!(check_one("loss", 1.0, 9.0, rule).outcome, Outcome::Drifted);
    let absolute = Tolerance { relative: None, absolute: Some(0.5) };
    let rule = MetricRule { tolerance: Some(absolute), ..MetricRule::default() };
    assert_eq!(check_one("loss", 10.0, 10.6, rule).effect, Some(10.6 - 10.0));
    assert_eq!(check_one("loss", 10.0, 10.6, rule).outcome, Outcome::Drifted);
}

#[test]
fn band_is_left_on_either_side_and_never_improved() {
    let rule = MetricRule { direction: Some(Direction::Band), ..MetricRule::default() };
    for (now, outcome) in
        [(0.5, Outcome::Stable), (0.53, Outcome::Drifted), (0.47, Outcome::Drifted), (0.51, Outcome::Stable)]
    {
        assert_eq!(check_one("mean_score", 0.5, now, rule).outcome, outcome, "{now}");
    }
}

#[test]
fn declared_direction_overrules_the_name() {
    let rule = MetricRule { direction: Some(Direction::HigherIsBetter), ..MetricRule::default() };
    assert_eq!(check_one("information_loss", 1.0, 0.5, rule).outcome, Outcome::Drifted);
}

#[test]
fn broken_floor_or_ceiling_is_drift_however_little_moved() {
    let rule = MetricRule { floor: Some(0.9), ceiling: Some(0.99), ..MetricRule::default() };
    assert_eq!(check_one("accuracy", 0.901, 0.9, rule).outcome, Outcome::Stable, "bounds are inclusive");
    for (then, now) in [(0.901, 0.899_9), (0.98, 0.991)] {
        let check = check_one("accuracy", then, now, rule);
        assert_eq!(check.outcome, Outcome::Drifted);
        assert!(check.severity.unwrap() >= 0.3);
    }
    // Far below the floor is worse than a little below.
    let (near, far) = (check_one("accuracy", 0.901, 0.89, rule), check_one("accuracy", 0.901, 0.2, rule));
    assert!(near.severity < far.severity);
    // It needs neither baseline nor direction.
    let rules = BTreeMap::from([("score".to_owned(), rule)]);
    let checks = check_metrics(&metrics(&[]), &metrics(&[("score", 0.1)]), &rules);
    assert_eq!(checks[0].outcome, Outcome::Drifted);
    let broken = MetricRule { floor: Some(f64::NAN), ..MetricRule::default() };
    assert_eq!(check_one("accuracy", 0.9, 0.9, broken).reason, Some(Reason::InvalidRule));
}

#[test]
fn senseless_tolerances_are_inconclusive() {
    for bad in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        for tolerance in [
            Tolerance { relative: Some(bad), absolute: None },
            Tolerance { relative: None, absolute: Some(bad) },
            Tolerance::default(),
        ] {
            let rule = MetricRule { tolerance: Some(tolerance), ..MetricRule::default() };
            assert_eq!(check_one("loss", 1.0, 1.0, rule).reason, Some(Reason::InvalidRule), "{tolerance:?}");
        }
    }
}

#[test]
fn severity_rises_without_end_and_is_not_rash() {
    let at = |now| by_name("loss", 1.0, now).severity.unwrap();
    assert!(at(1.21) < 0.8 && AlertLevel::of(at(1.21)) == AlertLevel::Medium, "+21 % is never critical");
    assert!(at(1.21) < at(3.0) && at(3.0) < at(3.1), "still rising at ten tolerances");
    assert!(at(100.0) > at(3.0) && at(100.0) < 1.0, "+9900 % is another thing than +21 %");
    assert_eq!((severity(0.0), severity(1.0), severity(-3.0)), (0.0, 0.3, 0.0));
    assert_eq!((severity(f64::NAN), severity(f64::INFINITY)), (1.0, 1.0));
    let levels = [0.299, 0.3, 0.599, 0.6, 0.799, 0.8].map(|s| AlertLevel::of(s).as_str());
    assert_eq!(levels, ["low", "medium", "medium", "high", "high", "critical"]);
    let actions = [0.0, 0.299, 0.3, 0.799, 0.8, 1.0].map(|s| Action::of(s).as_str());
    assert_eq!(
        actions,
        ["monitor", "monitor", "investigate", "investigate", "consider_revoke", "consider_revoke"]
    );
}

#[test]
fn report_is_the_worst_check_and_not_the_mean() {
    let then = metrics(&[("loss", 1.0), ("accuracy", 0.9), ("f1", 0.9), ("recall", 0.9), ("auc", 0.9)]);
    let mut now = then.clone();
    now.insert("loss".to_owned(), 50.0);
    let found = report(check_metrics(&then, &now, &BTreeMap::new()));
    assert_eq!((found.status, found.recommended_action), (ReportStatus::Drifted, Action::ConsiderRevoke));
    assert_eq!(found.alert_level, AlertLevel::Critical);
    assert_eq!(Some(found.severity), by_name("loss", 1.0, 50.0).severity);
    now.remove("auc");
    let found = report(check_metrics(&then, &now, &BTreeMap::new()));
    assert_eq!(found.status, ReportStatus::Drifted, "what cannot be judged does not soften what can");
    assert_eq!(report(vec![]).status, ReportStatus::Inconclusive, "no check is no health");
    let stable = report(check_metrics(&then, &then, &BTreeMap::new()));
    assert_eq!(
        (stable.status, stable.severity, stable.recommended_action),
        (ReportStatus::Stable, 0.0, Action::Monitor)
    );
}

fn distribution<'a>(baseline: &'a [f64], current: &'a [f64], rule: DistributionRule) -> Distribution<'a> {
    let (baseline, current) = (Some(Baseline::Sample(baseline, 0)), Some(Current::Sample(current)));
    Distribution { name: "score", baseline, current, rule }
}

const SAMPLE_TESTS: [Test; 6] = [
    Test::KolmogorovSmirnov,
    Test::Wasserstein,
    Test::Kuiper,
    Test::Psi,
    Test::JensenShannon,
    Test::ChiSquare,
];

#[test]
fn large_shift_is_found_by_every_test_and_none_by_itself() {
    let (then, now) = (normal(1, 600, 0.0), normal(2, 600, 1.0));
    for test in SAMPLE_TESTS {
        let rule = DistributionRule::of(test);
        let checks = check_distributions(&[distribution(&then, &now, rule)], Family::default());
        assert_eq!((checks[0].test, checks[0].outcome), (test, Outcome::Drifted), "{checks:?}");
        assert!(checks[0].severity.unwrap() > 0.3);
        let checks = check_distributions(&[distribution(&then, &then, rule)], Family::default());
        assert_eq!((checks[0].outcome, checks[0].severity), (Outcome::Stable, Some(0.0)));
    }
}

#[test]
fn small_effect_of_a_large_window_and_large_effect_of_a_small_one_are_no_drift() {
    let rule = DistributionRule::of(Test::KolmogorovSmirnov);
    let (then, now) = (normal(1, 60_000, 0.0), normal(2, 60_000, 0.05));
    let check = &check_distributions(&[distribution(&then, &now, rule)], Family::default())[0];
    assert!(check.adjusted_p.unwrap() < 1e-6 && check.effect.unwrap() < 0.1);
    assert_eq!(check.outcome, Outcome::Stable);
    let (then, now) = (normal(3, 12, 0.0), normal(4, 12, 0.0));
    let check = &check_distributions(&[distribution(&then, &now, rule)], Family::default())[0];
    assert!(check.effect.unwrap() > 0.1 && check.adjusted_p.unwrap() > 0.01);
    assert_eq!(check.outcome, Outcome::Stable);
    assert!(check.severity.unwrap() < 0.3, "chance asks for no action");
}

#[test]
fn too_few_samples_say_what_they_have_and_need() {
    let (nine, ten) = (normal(1, 9, 0.0), normal(2, 10, 9.0));
    let rule = DistributionRule::of(Test::KolmogorovSmirnov);
    let reason =
        |a: &[f64], b: &[f64]| check_distributions(&[distribution(a, b, rule)], Family::default())[0].reason;
    let few = |reference, current| Some(Reason::TooFewSamples { reference, current, needed: 10 });
    assert_eq!(reason(&nine, &ten), few(9, 10));
    assert_eq!(reason(&ten, &nine), few(10, 9));
    assert_eq!(reason(&ten, &[]), few(10, 0));
    assert_eq!(reason(&ten, &[f64::NAN; 50]), few(10, 0));
    assert_eq!(reason(&ten, &ten), None);
    // No rule can ask for less than one.
    let rule = DistributionRule { minimum_samples: 0, ..rule };
    let check = &check_distributions(&[distribution(&ten, &[], rule)], Family::default())[0];
    assert_eq!(check.outcome, Outcome::Inconclusive);
}

#[test]
fn missing_values_that_rise_are_drift_themselves() {
    let then = normal(1, 200, 0.0);
    let mut now = normal(2, 200, 0.0);
    let rule = DistributionRule::of(Test::KolmogorovSmirnov);
    for (lost, outcome) in
        [(0, Outcome::Stable), (10, Outcome::Stable), (11, Outcome::Drifted), (200, Outcome::Drifted)]
    {
        now[..lost].fill(f64::NAN);
        let checks = check_distributions(&[distribution(&then, &now, rule)], Family::default());
        assert_eq!((checks[1].test, checks[1].outcome), (Test::MissingRate, outcome), "{lost} lost");
        assert_eq!(checks[1].statistic, Some(lost as f64 / 200.0));
    }
    let report = report(check_distributions(&[distribution(&then, &now, rule)], Family::default()));
    assert_eq!((report.status, report.alert_level), (ReportStatus::Drifted, AlertLevel::Critical));
    // What was missing at training may be missing now.
    let report = check_distributions(&[distribution(&now, &now, rule)], Family::default());
    assert_eq!(report[1].outcome, Outcome::Stable);
}

#[test]
fn missing_baseline_or_window_is_inconclusive() {
    let values = normal(1, 50, 0.0);
    let whole = distribution(&values, &values, DistributionRule::of(Test::Psi));
    for (bare, reason) in [
        (Distribution { baseline: None, ..whole }, Reason::MissingBaseline),
        (Distribution { current: None, ..whole }, Reason::MissingNow),
        (
            Distribution { rule: DistributionRule { minimum_effect: 0.0, ..whole.rule }, ..whole },
            Reason::InvalidRule,
        ),
        (
            Distribution { rule: DistributionRule { minimum_effect: f64::NAN, ..whole.rule }, ..whole },
            Reason::InvalidRule,
        ),
        (
            Distribution { rule: DistributionRule { missing_tolerance: f64::NAN, ..whole.rule }, ..whole },
            Reason::InvalidRule,
        ),
        (Distribution { rule: DistributionRule::of(Test::Metric), ..whole }, Reason::InvalidRule),
    ] {
        let check = &check_distributions(&[bare], Family::default())[0];
        assert_eq!((check.outcome, check.reason), (Outcome::Inconclusive, Some(reason)));
    }
    for alpha in [0.0, 1.0, -1.0, f64::NAN] {
        let check = &check_distributions(&[whole], Family { alpha, ..Family::default() })[0];
        assert_eq!(
            (check.outcome, check.reason),
            (Outcome::Inconclusive, Some(Reason::InvalidRule)),
            "alpha {alpha}"
        );
    }
}

#[test]
fn every_baseline_meets_every_window_or_says_that_it_cannot() {
    let (then, now) = (normal(1, 4_000, 0.0), normal(2, 4_000, 1.0));
    let sketch = |values: &[f64]| {
        let mut sketch = Sketch::new(512).unwrap();
        sketch.extend(values);
        sketch
    };
    let (then_sketch, now_sketch) = (sketch(&then), sketch(&now));
    let bins = Bins::new(&then, BinOptions::default()).unwrap();
    let (counts, _) = bins.count(&then);
    let categories = BTreeMap::from([("cat".to_owned(), 70), ("dog".to_owned(), 30)]);
    let new_category =
        BTreeMap::from([("cat".to_owned(), 60), ("dog".to_owned(), 20), ("eel".to_owned(), 20)]);
    let baselines = [
        Baseline::Sample(&then, 0),
        Baseline::Sketch(&then_sketch),
        Baseline::Bins(&bins, &counts, 0),
        Baseline::Categories(&categories),
    ];
    let currents = [Current::Sample(&now), Current::Sketch(&now_sketch), Current::Categories(&new_category)];
    let mut drifted = Vec::new();
    for (b, baseline) in baselines.into_iter().enumerate() {
        for (c, current) in currents.into_iter().enumerate() {
            for test in [Test::KolmogorovSmirnov, Test::ChiSquare] {
                let rule = DistributionRule::of(test);
                let whole =
                    Distribution { name: "x", baseline: Some(baseline), current: Some(current), rule };
                let check = &check_distributions(&[whole], Family::default())[0];
                match check.outcome {
                    Outcome::Drifted => drifted.push((b, c, test.as_str())),
                    _ => assert_eq!(check.reason, Some(Reason::UnsuitedBaseline)),
                }
            }
        }
    }
    assert_eq!(
        drifted,
        [
            (0, 0, "ks"),
            (0, 0, "chi_square"),
            (0, 1, "ks"),
            (1, 0, "ks"),
            (1, 1, "ks"),
            (2, 0, "chi_square"),
            (3, 2, "chi_square"),
        ]
    );
}

#[test]
fn constant_reference_makes_any_move_severe_and_none_mild() {
    let rule = DistributionRule::of(Test::Wasserstein);
    let check = |now: &[f64]| {
        check_distributions(&[distribution(&[5.0; 60], now, rule)], Family::default())[0].clone()
    };
    let moved = check(&[5.1; 60]);
    assert_eq!((moved.outcome, moved.severity), (Outcome::Drifted, Some(1.0)));
    assert_eq!(check(&[5.0; 60]).outcome, Outcome::Stable);
}

#[test]
fn family_is_corrected() {
    let then = normal(1, 300, 0.0);
    let rule = DistributionRule { minimum_effect: 1e-9, ..DistributionRule::of(Test::KolmogorovSmirnov) };
    let windows: Vec<Vec<f64>> = (0..40).map(|seed| normal(100 + seed, 300, 0.0)).collect();
    let family: Vec<_> = windows.iter().map(|now| distribution(&then, now, rule)).collect();
    let checks = check_distributions(&family, Family { alpha: 0.05, correction: Correction::Holm });
    let least = checks.iter().filter_map(|c| c.p_value).fold(1.0, f64::min);
    assert!(checks.iter().any(|c| c.p_value == Some(least) && c.adjusted_p == Some((least * 40.0).min(1.0))));
    assert!(checks.iter().all(|c| c.outcome == Outcome::Stable));
}

/// The share of windows with an alarm over years without drift, each year with a baseline of its own.
fn false_alarm_rate(years: u64, test: Test) -> f64 {
    const OUTPUTS: u64 = 3;
    // Any effect counts, so that alpha alone holds the alarms down.
    let rule = DistributionRule { minimum_effect: 1e-9, ..DistributionRule::of(test) };
    let mut alarms = 0;
    for year in 0..years {
        let baselines: Vec<_> = (0..OUTPUTS).map(|o| normal(1_000_000 + year * 10 + o, 300, 0.0)).collect();
        for day in 0..365 {
            let windows: Vec<_> =
                (0..OUTPUTS).map(|o| normal((year * 365 + day) * 10 + o, 100, 0.0)).collect();
            let family: Vec<_> =
                baselines.iter().zip(&windows).map(|(b, w)| distribution(b, w, rule)).collect();
            let found =
                report(check_distributions(&family, Family { alpha: 0.05, correction: Correction::Holm }));
            alarms += u32::from(found.status == ReportStatus::Drifted);
        }
    }
    f64::from(alarms) / (years as f64 * 365.0)
}

#[test]
fn year_without_drift_alarms_at_most_at_the_nominal_rate() {
    for test in [Test::KolmogorovSmirnov, Test::Psi, Test::Kuiper] {
        let years = 3;
        let rate = false_alarm_rate(years, test);
        let error = (0.05 * 0.95 / (years as f64 * 365.0)).sqrt();
        assert!(rate < 0.05 + 3.0 * error, "{test:?} alarms in {rate} of the windows");
        assert!(rate > 0.005, "{test:?} alarms in {rate} of the windows: it would find nothing either");
    }
}

#[test]
fn known_shifts_are_found_with_the_power_that_scipy_simulates() {
    // drift_support/make_power.py makes the numbers.
    let simulated: serde_json::Value =
        serde_json::from_str(include_str!("drift_support/power.json")).unwrap();
    let (family, default) = (Family::default(), DistributionRule::of(Test::KolmogorovSmirnov));
    assert_eq!(
        (simulated["alpha"].as_f64(), simulated["minimum_effect"].as_f64()),
        (Some(family.alpha), Some(default.minimum_effect))
    );
    let cases = simulated["cases"].as_array().unwrap();
    assert!(cases.len() >= 4);
    for case in cases {
        let size = |name: &str| usize::try_from(case[name].as_u64().unwrap()).unwrap();
        let (n, m, shift) = (size("n"), size("m"), case["shift"].as_f64().unwrap());
        let expected = case["power"].as_f64().unwrap();
        let rule = DistributionRule::of(Test::KolmogorovSmirnov);
        let windows = 500;
        let found = (0..windows)
            .filter(|window| {
                let (then, now) = (normal(window * 2, n, 0.0), normal(window * 2 + 1, m, shift));
                let checks = check_distributions(&[distribution(&then, &now, rule)], Family::default());
                checks[0].outcome == Outcome::Drifted
            })
            .count();
        let power = found as f64 / windows as f64;
        let error = (expected * (1.0 - expected) / windows as f64).sqrt();
        assert!((power - expected).abs() < 4.0 * error, "shift {shift}: {power}, not {expected}");
    }
}

#[test]
fn categories_without_drift_alarm_at_most_at_the_nominal_rate() {
    // A goodness-of-fit test against the reference alarms four times as often.
    let mut random = Random::new(11);
    let mut draw = |n: u32| {
        let mut counts = BTreeMap::from(["a", "b", "c", "d"].map(|name| (name.to_owned(), 0_u64)));
        for _ in 0..n {
            let name = ["a", "a", "b", "c", "d", "d", "d"][random.below(7)];
            *counts.get_mut(name).unwrap() += 1;
        }
        counts
    };
    let rule = DistributionRule { minimum_effect: 1e-9, ..DistributionRule::of(Test::ChiSquare) };
    let windows = 3_000;
    let alarms = (0..windows)
        .filter(|_| {
            let (then, now) = (draw(120), draw(100));
            let (baseline, current) = (Some(Baseline::Categories(&then)), Some(Current::Categories(&now)));
            let check = Distribution { name: "kind", baseline, current, rule };
            let checks = check_distributions(&[check], Family { alpha: 0.05, ..Family::default() });
            checks[0].outcome == Outcome::Drifted
        })
        .count();
    let rate = alarms as f64 / f64::from(windows);
    assert!((0.035..0.065).contains(&rate), "{rate}");
}

#[test]
fn metrics_at_the_ends_of_the_range_have_finite_effects() {
    let far = by_name("loss", -1e308, 1.7e308);
    assert_eq!((far.outcome, far.effect, far.severity), (Outcome::Drifted, Some(f64::MAX), Some(1.0)));
    let least = by_name("loss", 5e-324, 5e-324);
    assert_eq!((least.outcome, least.severity), (Outcome::Stable, Some(0.0)));
}
