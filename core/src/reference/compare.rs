//! The library's answer about drift, the corrected one of [`drift`](crate::drift), and why they differ.

use alloc::{
    borrow::ToOwned as _,
    collections::BTreeMap,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{
    drift::{DriftCheckResult, DriftMetric},
    drift_check::{DriftConfig, KS, check_distribution_drift, check_drift, judge_distance, scaled},
    fault::Fault,
    number::Number,
    time::DateTime,
};
use crate::{
    drift::{
        self, Baseline, Check, Current, Direction, Distribution, DistributionRule, Family, Method,
        MetricRule, Outcome, Reason, Report, Test, Tolerance,
    },
    error::ParseError,
};

/// What the library looks at.
const LOSS: &str = "loss";
const ACCURACY: &str = "accuracy";

/// Two distances apart by less are one, computed in another order.
const ROUNDING: f64 = 1e-9;

/// Both answers to one question. Rely on the corrected one.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftComparison {
    /// The library's own; none where it hangs on the order of the values ([`Fault::OrderDecides`]).
    ///
    /// Where a metric is a NaN or an infinity, the record writes it as the bare word that Python writes.
    pub reference: Option<DriftCheckResult>,
    /// The answer to rely on, by the library's thresholds.
    pub corrected: Report,
    /// Why they differ, by name and in the order of [`Fault::ALL`], what concerns the whole answer last; empty where
    /// they agree.
    pub differences: Vec<Difference>,
}

/// One reason why the answers differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The metric, or none where it is the whole answer.
    pub name: Option<String>,
    /// What the library does wrong.
    pub fault: Fault,
}

/// The library's `check_drift` beside the corrected check. Unlike the library's records, the metrics may be NaN.
///
/// ```
/// use placet_core::{drift::ReportStatus, reference::{Fault, compare_drift}, time::Timestamp};
/// use std::collections::BTreeMap;
///
/// let (training, serving) = (BTreeMap::from([("loss".into(), 0.25)]), BTreeMap::from([("loss".into(), f64::NAN)]));
/// let at = Timestamp::LAST.into();
/// let compared = compare_drift("m", &training, &serving, &Default::default(), at)?;
/// assert_eq!(compared.reference.map(|result| result.is_drifted), Some(false));
/// assert_eq!(compared.corrected.status, ReportStatus::Inconclusive);
/// assert_eq!(compared.differences[0].fault, Fault::NanCalledHealthy);
/// # Ok::<(), placet_core::error::ParseError>(())
/// ```
///
/// # Errors
///
/// As [`check_drift`] about its thresholds.
pub fn compare_drift(
    model_id: &str,
    training: &BTreeMap<String, f64>,
    serving: &BTreeMap<String, f64>,
    config: &DriftConfig,
    checked_at: DateTime,
) -> Result<DriftComparison, ParseError> {
    let numbers = |metrics: &BTreeMap<String, f64>| {
        metrics.iter().map(|(name, value)| (name.clone(), Number::any(*value))).collect()
    };
    let reference = check_drift(model_id, &numbers(training), &numbers(serving), config, checked_at)?;
    let tolerance = |share| Some(Tolerance { relative: Some(share), absolute: Some(share) });
    let rules: BTreeMap<_, _> = [
        (LOSS, Direction::LowerIsBetter, config.max_loss_increase),
        (ACCURACY, Direction::HigherIsBetter, 1.0 - config.min_accuracy_ratio),
    ]
    .into_iter()
    .filter(|(name, ..)| training.contains_key(*name) || serving.contains_key(*name))
    .map(|(name, direction, share)| {
        let rule =
            MetricRule { direction: Some(direction), tolerance: tolerance(share), ..MetricRule::default() };
        (name.to_owned(), rule)
    })
    .collect();
    let corrected = drift::report(drift::check_metrics(training, serving, &rules));
    let mut differences = Differences::default();
    for check in &corrected.checks {
        let metric = reference.metrics.iter().find(|metric| metric.name == check.name);
        let fault = match metric {
            Some(metric) => fault_of_comparison(metric, check),
            None => Some(fault_of_omission(check, training.get(&check.name).copied())),
        };
        differences.extend(&check.name, fault);
    }
    differences.conclude(&reference);
    Ok(DriftComparison { reference: Some(reference), corrected, differences: differences.0 })
}

/// The library's `check_distribution_drift` beside the corrected check. NaN and infinities are missing values.
///
/// # Errors
///
/// As [`check_distribution_drift`] about its thresholds.
pub fn compare_distribution_drift(
    model_id: &str,
    training: &[f64],
    serving: &[f64],
    config: &DriftConfig,
    checked_at: DateTime,
) -> Result<DriftComparison, ParseError> {
    config.check()?;
    let rule = DistributionRule {
        minimum_effect: config.ks_threshold,
        ..DistributionRule::of(Test::KolmogorovSmirnov)
    };
    let sides = (Baseline::Sample(training, 0), Current::Sample(serving));
    let distribution = Distribution { name: KS, baseline: Some(sides.0), current: Some(sides.1), rule };
    let corrected = drift::report(drift::check_distributions(&[distribution], Family::default()));
    // With sound thresholds, only the values can be what it refuses.
    let reference = check_distribution_drift(model_id, training, serving, config, checked_at).ok();
    let mut differences = Differences::default();
    match (&reference, corrected.checks.first()) {
        (Some(result), Some(check)) => match result.metrics.first() {
            Some(metric) => {
                let faults = faults_of_distance(metric, check, training, serving);
                differences.extend(KS, faults);
                if metric.is_drifted
                    && corrected.status == drift::ReportStatus::Drifted
                    && corrected.recommended_action.as_str() != result.recommended_action
                {
                    differences.extend(KS, [Fault::ActionFixed]);
                }
            }
            None => differences.extend(KS, [Fault::TooFewCalledHealthy]),
        },
        _ => differences.extend(KS, [Fault::OrderDecides]),
    }
    Ok(DriftComparison { reference, corrected, differences: differences.0 })
}

/// A record of either check beside the corrected answer, as far as the record holds what that is made of.
#[must_use]
pub fn compare_drift_record(record: &DriftCheckResult) -> DriftComparison {
    let threshold =
        |name| record.metrics.iter().find(|metric| metric.name == name).map(|m| m.threshold.value());
    let default = DriftConfig::default();
    let config = DriftConfig {
        max_loss_increase: threshold(LOSS).unwrap_or(default.max_loss_increase),
        min_accuracy_ratio: threshold(ACCURACY).unwrap_or(default.min_accuracy_ratio),
        ks_threshold: threshold(KS).unwrap_or(default.ks_threshold),
        ..default
    };
    let compared = match record.metrics.as_slice() {
        [metric] if metric.name == KS => of_distance(record, metric, &config),
        metrics => {
            let side = |value: fn(&DriftMetric) -> f64| {
                metrics.iter().map(|metric| (metric.name.clone(), value(metric))).collect()
            };
            let (training, serving) = (side(|m| m.training_value.value()), side(|m| m.serving_value.value()));
            compare_drift(&record.model_id, &training, &serving, &config, record.checked_at)
        }
    };
    // By thresholds that the library would divide by, nothing is computed.
    let nothing =
        || DriftComparison { reference: None, corrected: drift::report(Vec::new()), differences: Vec::new() };
    let DriftComparison { reference: computed, corrected, differences } =
        compared.unwrap_or_else(|_| nothing());
    let is_its_arithmetic = computed.is_some_and(|computed| says_the_same(&computed, record));
    let differences = if is_its_arithmetic {
        differences
    } else {
        alloc::vec![Difference { name: None, fault: Fault::OtherArithmetic }]
    };
    DriftComparison { reference: Some(record.clone()), corrected, differences }
}

fn of_distance(
    record: &DriftCheckResult,
    metric: &DriftMetric,
    config: &DriftConfig,
) -> Result<DriftComparison, ParseError> {
    let distance = metric.serving_value.value();
    let reference = judge_distance(&record.model_id, distance, config, record.checked_at)?;
    let rule = DistributionRule::of(Test::KolmogorovSmirnov);
    let nothing = Distribution { name: KS, baseline: None, current: None, rule };
    let corrected = drift::report(drift::check_distributions(&[nothing], Family::default()));
    let mut differences = Differences::default();
    differences.extend(KS, [Fault::SamplesNotRecorded]);
    Ok(DriftComparison { reference: Some(reference), corrected, differences: differences.0 })
}

/// Whether two results agree in all that is computed and not told in words.
fn says_the_same(one: &DriftCheckResult, other: &DriftCheckResult) -> bool {
    let parts = |result: &DriftCheckResult| {
        let metrics = result.metrics.iter();
        let metrics = metrics.map(|m| (m.name.clone(), m.is_drifted, m.drift_severity.value().to_bits()));
        let overall = result.overall_severity.value().to_bits();
        (result.is_drifted, result.recommended_action.clone(), overall, metrics.collect::<Vec<_>>())
    };
    parts(one) == parts(other)
}

/// Why the library left a metric out that the corrected check has.
fn fault_of_omission(check: &Check, training: Option<f64>) -> Fault {
    match check.reason {
        _ if ![LOSS, ACCURACY].contains(&check.name.as_str()) => Fault::MetricNotLookedAt,
        Some(Reason::MissingNow | Reason::MissingBaseline) => Fault::MissingCalledHealthy,
        _ if training.is_none() => Fault::MissingCalledHealthy,
        Some(Reason::NotFinite) => Fault::NanCalledHealthy,
        _ => Fault::BaselineSkipped,
    }
}

/// Why the library's word about a metric is not the corrected one.
fn fault_of_comparison(metric: &DriftMetric, check: &Check) -> Option<Fault> {
    match (metric.is_drifted, check.outcome) {
        (drifted, Outcome::Inconclusive) => Some(match check.reason {
            Some(Reason::NotFinite) if drifted => Fault::InfinityCompared,
            Some(Reason::NotFinite) => Fault::NanCalledHealthy,
            _ => Fault::ThresholdUnusable,
        }),
        (true, Outcome::Stable | Outcome::Notice) => Some(Fault::RoundingCalledDrift),
        (false, Outcome::Notice) => Some(Fault::ImprovementNotNoticed),
        (true, Outcome::Drifted) => fault_of_severity(metric, check),
        // Its comparison is the stricter one, by what is left to rounding.
        (false, Outcome::Stable | Outcome::Drifted) => None,
    }
}

fn fault_of_severity(metric: &DriftMetric, check: &Check) -> Option<Fault> {
    let (theirs, ours) = (metric.drift_severity.value(), check.severity?);
    let fault = if theirs < 1.0 { Fault::SeverityNotInTolerances } else { Fault::SaturatedSeverity };
    ((theirs - ours).abs() > ROUNDING).then_some(fault)
}

/// Why the library's word about a distribution is not the corrected one.
fn faults_of_distance(metric: &DriftMetric, check: &Check, training: &[f64], serving: &[f64]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let (Some(effect), Some(threshold)) = (check.effect, check.threshold) else {
        return alloc::vec![Fault::ThresholdUnusable];
    };
    let theirs = metric.serving_value.value();
    let apart = |one: f64, other: f64| (one - other).abs() > ROUNDING;
    if apart(theirs, effect)
        && let Ok([training, serving]) = scaled(training, serving)
        && let Some(of_scaled) = drift::ks_test(&training, &serving, Method::Limit).statistic
    {
        faults.extend(apart(of_scaled, effect).then_some(Fault::ValuesMerged));
        faults.extend(apart(theirs, of_scaled).then_some(Fault::TiesMisstepped));
    }
    faults.extend(match (metric.is_drifted, check.outcome) {
        (true, Outcome::Stable) if effect >= threshold => Some(Fault::ChanceCalledDrift),
        (true, Outcome::Stable) if faults.is_empty() => Some(Fault::RoundingCalledDrift),
        (false, Outcome::Drifted) if faults.is_empty() => Some(Fault::ThresholdCalledHealthy),
        (true, Outcome::Drifted) => fault_of_severity(metric, check),
        _ => None,
    });
    faults
}

#[derive(Default)]
struct Differences(Vec<Difference>);

impl Differences {
    fn extend(&mut self, name: &str, faults: impl IntoIterator<Item = Fault>) {
        self.0.extend(faults.into_iter().map(|fault| Difference { name: Some(name.to_string()), fault }));
    }

    /// What is wrong with the library's conclusion from its metrics.
    fn conclude(&mut self, result: &DriftCheckResult) {
        let worst = result.metrics.iter().map(|metric| metric.drift_severity.value()).fold(0.0, f64::max);
        let has_drifted = result.metrics.iter().any(|metric| metric.is_drifted);
        let faults = [
            (Fault::NothingCalledHealthy, result.metrics.is_empty()),
            (Fault::AveragedFailures, result.overall_severity.value() < worst),
            (Fault::ConfidenceWithheld, has_drifted && !result.is_drifted),
        ];
        let found = faults.into_iter().filter(|(_, found)| *found);
        self.0.extend(found.map(|(fault, _)| Difference { name: None, fault }));
    }
}
