//! The library's answer about drift beside the corrected one: every reason for a difference, and that there is always one.

use std::collections::{BTreeMap, BTreeSet};

use placet_core::{
    drift::{Action, Outcome, ReportStatus},
    reference::{
        DriftCheckResult, DriftComparison, DriftConfig, Fault, Number, compare_distribution_drift,
        compare_drift, compare_drift_record,
    },
    time::Timestamp,
};
use proptest::prelude::*;
use serde_json::Value;

type Sides = (BTreeMap<String, f64>, BTreeMap<String, f64>);

fn metrics(training: &[(&str, f64)], serving: &[(&str, f64)]) -> Sides {
    let side = |metrics: &[(&str, f64)]| metrics.iter().map(|(name, x)| ((*name).to_owned(), *x)).collect();
    (side(training), side(serving))
}

fn compare(training: &[(&str, f64)], serving: &[(&str, f64)]) -> DriftComparison {
    compare_by(&DriftConfig::default(), &metrics(training, serving))
}

fn compare_by(config: &DriftConfig, (training, serving): &Sides) -> DriftComparison {
    compare_drift("m", training, serving, config, Timestamp::LAST.into()).unwrap()
}

fn compare_samples(training: &[f64], serving: &[f64]) -> DriftComparison {
    let config = DriftConfig::default();
    compare_distribution_drift("m", training, serving, &config, Timestamp::LAST.into()).unwrap()
}

fn faults(compared: &DriftComparison) -> Vec<(&str, Fault)> {
    let differences = compared.differences.iter();
    differences.map(|found| (found.name.as_deref().unwrap_or_default(), found.fault)).collect()
}

/// The library's word and the corrected one.
fn words(compared: &DriftComparison) -> (Option<bool>, ReportStatus) {
    (compared.reference.as_ref().map(|result| result.is_drifted), compared.corrected.status)
}

fn ramp(n: u32, from: f64, step: f64) -> Vec<f64> {
    (0..n).map(|i| f64::from(i).mul_add(step, from)).collect()
}

#[test]
fn the_two_agree_on_what_is_well() {
    let compared = compare(&[("accuracy", 0.94), ("loss", 0.28)], &[("accuracy", 0.93), ("loss", 0.30)]);
    assert_eq!((words(&compared), faults(&compared)), ((Some(false), ReportStatus::Stable), vec![]));
    let compared = compare_samples(&ramp(100, 0.0, 1.0), &ramp(100, 0.5, 1.0));
    assert_eq!((words(&compared), faults(&compared)), ((Some(false), ReportStatus::Stable), vec![]));
}

#[test]
fn every_fault_of_a_metric_is_told_by_name() {
    let (loss, accuracy) = ("loss", "accuracy");
    let healthy = (Some(false), ReportStatus::Inconclusive);
    let drifted = (Some(true), ReportStatus::Drifted);
    let cases: &[(&[_], &[_], _, &[_])] = &[
        (&[], &[], healthy, &[("", Fault::NothingCalledHealthy)]),
        (
            &[("f1", 0.9), (loss, 0.3)],
            &[("f1", 0.1), (loss, 0.3)],
            (Some(false), ReportStatus::Drifted),
            &[("f1", Fault::MetricNotLookedAt)],
        ),
        (
            &[(accuracy, 0.9), (loss, 0.3)],
            &[(loss, 0.3)],
            healthy,
            &[(accuracy, Fault::MissingCalledHealthy)],
        ),
        (
            &[(loss, 0.3)],
            &[(accuracy, 0.9), (loss, 0.3)],
            healthy,
            &[(accuracy, Fault::MissingCalledHealthy)],
        ),
        (
            &[(accuracy, 0.9), (loss, 0.0)],
            &[(accuracy, 0.9), (loss, 9.0)],
            (Some(false), ReportStatus::Drifted),
            &[(loss, Fault::BaselineSkipped)],
        ),
        (&[(loss, 0.3)], &[(loss, f64::NAN)], healthy, &[(loss, Fault::NanCalledHealthy)]),
        (
            &[(accuracy, f64::NAN), (loss, 0.3)],
            &[(accuracy, 0.9), (loss, 0.3)],
            healthy,
            &[(accuracy, Fault::NanCalledHealthy)],
        ),
        (&[(accuracy, 0.9)], &[(accuracy, f64::INFINITY)], healthy, &[(accuracy, Fault::NanCalledHealthy)]),
        (
            &[(loss, 0.3)],
            &[(loss, f64::INFINITY)],
            (Some(true), ReportStatus::Inconclusive),
            &[(loss, Fault::InfinityCompared)],
        ),
        (&[(loss, 0.1)], &[(loss, 0.12)], (Some(false), ReportStatus::Stable), &[]),
        (
            &[(accuracy, 0.5)],
            &[(accuracy, 0.9)],
            (Some(false), ReportStatus::Stable),
            &[(accuracy, Fault::ImprovementNotNoticed)],
        ),
        (&[(loss, 0.25)], &[(loss, 0.31)], drifted, &[(loss, Fault::SaturatedSeverity)]),
        (&[(accuracy, 0.9)], &[(accuracy, 0.6)], drifted, &[(accuracy, Fault::SeverityNotInTolerances)]),
        (
            &[(accuracy, 0.9), (loss, 0.25)],
            &[(accuracy, 0.9), (loss, 0.31)],
            drifted,
            &[(loss, Fault::SaturatedSeverity), ("", Fault::AveragedFailures)],
        ),
    ];
    for (training, serving, said, why) in cases {
        let compared = compare(training, serving);
        assert_eq!((words(&compared), faults(&compared)), (*said, why.to_vec()), "{training:?} {serving:?}");
    }
}

#[test]
fn rounding_and_thresholds_of_the_caller_are_told() {
    let twenty_per_cent = compare(&[("loss", 0.35)], &[("loss", 0.42)]);
    assert_eq!(words(&twenty_per_cent), (Some(true), ReportStatus::Stable));
    assert_eq!(faults(&twenty_per_cent), [("loss", Fault::RoundingCalledDrift)]);

    let sides = metrics(&[("loss", 0.25)], &[("loss", 0.31)]);
    let config = DriftConfig { max_loss_increase: 0.0, ..DriftConfig::default() };
    assert_eq!(faults(&compare_by(&config, &sides)), [("loss", Fault::ThresholdUnusable)]);
    let config = DriftConfig { confidence_threshold: 1.5, ..DriftConfig::default() };
    let compared = compare_by(&config, &sides);
    assert_eq!(words(&compared), (Some(false), ReportStatus::Drifted));
    assert!(faults(&compared).contains(&("", Fault::ConfidenceWithheld)));
    // The caller's tolerance is the corrected check's, too.
    let config = DriftConfig { max_loss_increase: 0.5, ..DriftConfig::default() };
    assert_eq!(compare_by(&config, &sides).differences, []);
    let config = DriftConfig { min_accuracy_ratio: 0.0, ..DriftConfig::default() };
    let at = Timestamp::LAST.into();
    assert!(compare_drift("m", &sides.0, &sides.1, &config, at).is_err());
    assert!(compare_distribution_drift("m", &[], &[], &config, at).is_err());
}

#[test]
fn every_fault_of_a_distribution_is_told() {
    let many = ramp(1000, 0.0, 1.0);
    let with = |value: f64| many.iter().copied().chain([value]).collect::<Vec<_>>();
    let healthy = (Some(false), ReportStatus::Inconclusive);
    let drifted = (Some(true), ReportStatus::Drifted);
    let said_drifted = (Some(true), ReportStatus::Stable);
    // A hundred of the one come before a hundred of the other, once.
    let just = [ramp(100, 0.0, 1.0), ramp(900, 200.0, 1.0)].concat();
    let before = [ramp(100, 0.5, 1.0), ramp(100, 100.0, 1.0), ramp(800, 300.5, 1.0)].concat();
    let cases: &[(&[f64], &[f64], _, &[_])] = &[
        (&many[..9], &many, healthy, &[Fault::TooFewCalledHealthy]),
        (&many, &with(f64::NAN), (None, ReportStatus::Stable), &[Fault::OrderDecides]),
        (&with(f64::NEG_INFINITY), &many, (None, ReportStatus::Stable), &[Fault::OrderDecides]),
        (&with(f64::MAX), &with(f64::MIN), (None, ReportStatus::Stable), &[Fault::OrderDecides]),
        // One value, on both sides.
        (&[1.0; 50], &[1.0; 50], said_drifted, &[Fault::TiesMisstepped]),
        (&ramp(12, 0.0, 1.0), &ramp(12, 2.5, 1.0), said_drifted, &[Fault::ChanceCalledDrift]),
        (&just, &before, (Some(false), ReportStatus::Drifted), &[Fault::ThresholdCalledHealthy]),
        (&many, &ramp(1000, 300.5, 1.0), drifted, &[Fault::SaturatedSeverity]),
        (&many, &ramp(1000, 5000.0, 1.0), drifted, &[Fault::SaturatedSeverity, Fault::ActionFixed]),
    ];
    for (index, (training, serving, said, why)) in cases.iter().enumerate() {
        let compared = compare_samples(training, serving);
        let names = faults(&compared).into_iter().map(|(name, fault)| (name == "ks_statistic", fault));
        let why: Vec<_> = why.iter().map(|fault| (true, *fault)).collect();
        assert_eq!((words(&compared), names.collect::<Vec<_>>()), (*said, why), "case {index}");
    }
    // Beside a value of -1e300, all others are scaled to nothing, and to ties.
    let (mut apart, mut from) = (ramp(500, 0.0, 1.0), ramp(500, 0.5, 1.0));
    apart.push(-1e300);
    from.push(-1e300);
    let compared = compare_samples(&apart, &from);
    assert!(
        faults(&compared).iter().any(|(_, fault)| *fault == Fault::ValuesMerged),
        "{:?}",
        compared.differences
    );
}

#[test]
fn a_record_is_held_against_what_it_holds() {
    let record = |compared: DriftComparison| compared.reference.unwrap();
    let of_metrics = compare(&[("accuracy", 0.9), ("loss", 0.25)], &[("accuracy", 0.9), ("loss", 0.31)]);
    let again = compare_drift_record(of_metrics.reference.as_ref().unwrap());
    assert_eq!(again, of_metrics);

    let of_samples = record(compare_samples(&ramp(100, 0.0, 1.0), &ramp(100, 50.0, 1.0)));
    let compared = compare_drift_record(&of_samples);
    assert_eq!(words(&compared), (Some(true), ReportStatus::Inconclusive));
    assert_eq!(faults(&compared), [("ks_statistic", Fault::SamplesNotRecorded)]);

    let honest = of_metrics.reference.unwrap();
    let forgeries: &[fn(&mut DriftCheckResult)] = &[
        |record| record.is_drifted = false,
        |record| record.recommended_action = "monitor".to_owned(),
        |record| record.overall_severity = Number::float(0.1).unwrap(),
        |record| record.metrics[0].is_drifted = false,
        |record| record.metrics[0].drift_severity = Number::float(0.1).unwrap(),
        |record| record.metrics[0].name = "f1".to_owned(),
        |record| record.metrics[0].threshold = Number::float(9.0).unwrap(),
        |record| record.metrics[1].threshold = Number::float(0.0).unwrap(),
        |record| record.metrics.push(record.metrics[0].clone()),
    ];
    for (index, forge) in forgeries.iter().enumerate() {
        let mut record = honest.clone();
        forge(&mut record);
        let compared = compare_drift_record(&record);
        assert_eq!(faults(&compared), [("", Fault::OtherArithmetic)], "forgery {index}");
        assert_eq!(compared.reference, Some(record));
    }
}

#[test]
fn records_of_the_library_itself_hold_its_own_arithmetic() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/reference/other_records.json");
    let others: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut found = BTreeSet::new();
    let lists = ["metrics", "distributions"].map(|list| others[list].as_array().unwrap());
    for case in lists.into_iter().flatten() {
        let record = DriftCheckResult::parse(case["result"].as_str().unwrap().as_bytes()).unwrap();
        let compared = compare_drift_record(&record);
        found.extend(compared.differences.iter().map(|difference| difference.fault));
    }
    assert!(!found.contains(&Fault::OtherArithmetic), "{found:?}");
    assert!(found.len() >= 5, "{found:?}");
}

#[test]
fn words_that_python_writes_stand_in_the_record() {
    let compared = compare(&[("loss", 0.3)], &[("loss", f64::NAN)]);
    let record = compared.reference.unwrap().to_json();
    assert!(
        record.contains("\"serving_value\": NaN") && record.contains("Loss increased by nan%"),
        "{record}"
    );
    let record = compare(&[("loss", 0.3)], &[("loss", f64::INFINITY)]).reference.unwrap().to_json();
    assert!(record.contains("\"serving_value\": Infinity") && record.contains("by inf%"), "{record}");
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => 0.0..1.5_f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
}

fn side() -> impl Strategy<Value = BTreeMap<String, f64>> {
    prop::collection::btree_map(prop::sample::select(vec!["loss", "accuracy", "f1"]), value(), 0..3)
        .prop_map(|side| side.into_iter().map(|(name, x)| (name.to_owned(), x)).collect())
}

/// Without a reason, both say the same.
fn agrees(compared: &DriftComparison) {
    if !compared.differences.is_empty() {
        return;
    }
    let (result, report) = (compared.reference.as_ref().unwrap(), &compared.corrected);
    assert_eq!(result.is_drifted, report.status == ReportStatus::Drifted, "{compared:?}");
    assert_ne!(report.status, ReportStatus::Inconclusive, "{compared:?}");
    assert!(report.checks.iter().all(|check| check.outcome != Outcome::Notice), "{compared:?}");
    assert_eq!(Action::parse(&result.recommended_action), Some(report.recommended_action), "{compared:?}");
}

proptest! {
    #[test]
    fn answers_never_differ_without_a_reason(training in side(), serving in side()) {
        agrees(&compare_by(&DriftConfig::default(), &(training, serving)));
    }

    #[test]
    fn nor_do_they_over_samples(
        training in prop::collection::vec((0..40_u32).prop_map(|x| f64::from(x) / 8.0), 0..60),
        serving in prop::collection::vec((0..40_u32).prop_map(|x| f64::from(x) / 7.0), 0..60),
    ) {
        agrees(&compare_samples(&training, &serving));
    }
}
