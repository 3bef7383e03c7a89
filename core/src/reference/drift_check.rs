//! The library's own drift arithmetic, for its records. It is kept as it is, faults included: a missing metric, a
//! baseline of zero and too few samples say "no drift", severity saturates at the threshold of loss and is a mean, and
//! tied values inflate the Kolmogorov–Smirnov distance. Judge by [`drift`](crate::drift) instead.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString as _},
    vec::Vec,
};

use super::{
    drift::{DriftAlert, DriftCheckResult, DriftMetric},
    number::Number,
    time::DateTime,
};
use crate::{code::Code, error::ParseError, sort::sort_by};

/// What the library calls its comparison of distributions.
pub(super) const KS: &str = "ks_statistic";

/// Named metrics. Only `loss` and `accuracy` are looked at.
pub type Metrics = BTreeMap<String, Number>;

/// The thresholds of the library, its own by default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DriftConfig {
    /// The relative increase of loss above which it drifted: 0.20.
    pub max_loss_increase: f64,
    /// The ratio of accuracies below which it drifted: 0.95.
    pub min_accuracy_ratio: f64,
    /// The confidence from which a drifted metric is a drifted model: 0.90.
    pub confidence_threshold: f64,
    /// The Kolmogorov–Smirnov distance above which a distribution drifted: 0.10.
    pub ks_threshold: f64,
}

impl Default for DriftConfig {
    fn default() -> Self {
        Self {
            max_loss_increase: 0.20,
            min_accuracy_ratio: 0.95,
            confidence_threshold: 0.90,
            ks_threshold: 0.10,
        }
    }
}

impl DriftConfig {
    pub(super) fn check(&self) -> Result<(), ParseError> {
        let all =
            [self.max_loss_increase, self.min_accuracy_ratio, self.confidence_threshold, self.ks_threshold];
        let divisors = [self.min_accuracy_ratio, self.ks_threshold];
        if all.iter().all(|x| x.is_finite()) && divisors.iter().all(|x| *x != 0.0) {
            Ok(())
        } else {
            Err(ParseError::invalid("config", Code::InvalidNumber))
        }
    }
}

/// The library's `check_drift`: loss and accuracy against their values in training.
///
/// # Errors
///
/// [`Code::InvalidNumber`] where a threshold is not finite, or is a zero by which the library would divide.
pub fn check_drift(
    model_id: &str,
    training: &Metrics,
    serving: &Metrics,
    config: &DriftConfig,
    checked_at: DateTime,
) -> Result<DriftCheckResult, ParseError> {
    config.check()?;
    let compared = |name| {
        let (training, serving) = (training.get(name)?, serving.get(name)?);
        (training.value() > 0.0).then_some((training, serving))
    };
    let mut metrics = Vec::new();
    if let Some((training, serving)) = compared("loss") {
        let increase = (serving.value() - training.value()) / training.value();
        let is_drifted = increase > config.max_loss_increase;
        let severity = if is_drifted && config.max_loss_increase > 0.0 {
            (increase / config.max_loss_increase).min(1.0)
        } else {
            0.0
        };
        metrics.push(DriftMetric {
            name: "loss".to_string(),
            training_value: training.clone(),
            serving_value: serving.clone(),
            threshold: Number::float(config.max_loss_increase)?,
            is_drifted,
            drift_severity: Number::float(severity)?,
            details: format!("Loss increased by {}%", fixed::<1>(increase * 100.0)),
        });
    }
    if let Some((training, serving)) = compared("accuracy") {
        let ratio = serving.value() / training.value();
        let is_drifted = ratio < config.min_accuracy_ratio;
        let shortfall = (config.min_accuracy_ratio - ratio) / config.min_accuracy_ratio;
        metrics.push(DriftMetric {
            name: "accuracy".to_string(),
            training_value: training.clone(),
            serving_value: serving.clone(),
            threshold: Number::float(config.min_accuracy_ratio)?,
            is_drifted,
            drift_severity: Number::float(if is_drifted { shortfall.min(1.0) } else { 0.0 })?,
            details: format!("Accuracy ratio is {}%", fixed::<2>(ratio * 100.0)),
        });
    }

    let drifted = metrics.iter().filter(|metric| metric.is_drifted).count();
    let total = metrics.iter().fold(0.0, |sum, metric| sum + metric.drift_severity.value());
    // At most two metrics.
    let mean = if metrics.len() > 1 { total / 2.0 } else { total };
    let confidence = if metrics.is_empty() { 0.0 } else { 1.0 };
    let (degree, action) = match mean {
        mean if mean < 0.3 => ("Minor", "monitor"),
        mean if mean < 0.6 => ("Moderate", "investigate"),
        mean if mean < 0.8 => ("Significant", "investigate"),
        _ => ("Severe", "consider_revoke"),
    };
    let (summary, action) = match drifted {
        0 => ("No drift detected".to_string(), "monitor"),
        _ => (format!("{degree} drift detected ({drifted} metrics)"), action),
    };
    Ok(DriftCheckResult {
        model_id: model_id.to_string(),
        checked_at,
        is_drifted: drifted > 0 && confidence >= config.confidence_threshold,
        metrics,
        overall_severity: Number::float(mean)?,
        confidence: Number::float(confidence)?,
        summary,
        recommended_action: action.to_string(),
    })
}

/// The library's `check_distribution_drift`: its two-sample Kolmogorov–Smirnov distance, wrong where values are tied.
///
/// # Errors
///
/// [`Code::InvalidNumber`] where a value is not finite, the values spread too far for a binary64, or a threshold is as
/// [`check_drift`] refuses it.
pub fn check_distribution_drift(
    model_id: &str,
    training: &[f64],
    serving: &[f64],
    config: &DriftConfig,
    checked_at: DateTime,
) -> Result<DriftCheckResult, ParseError> {
    config.check()?;
    if training.len() < 10 || serving.len() < 10 {
        return Ok(DriftCheckResult {
            model_id: model_id.to_string(),
            checked_at,
            is_drifted: false,
            metrics: Vec::new(),
            overall_severity: Number::float(0.0)?,
            confidence: Number::float(0.0)?,
            summary: "Insufficient samples for distribution drift check".to_string(),
            recommended_action: "monitor".to_string(),
        });
    }
    judge_distance(model_id, distance(training, serving)?, config, checked_at)
}

/// What the library makes of its distance.
pub(super) fn judge_distance(
    model_id: &str,
    distance: f64,
    config: &DriftConfig,
    checked_at: DateTime,
) -> Result<DriftCheckResult, ParseError> {
    config.check()?;
    let is_drifted = distance > config.ks_threshold;
    let severity = Number::float(if is_drifted { (distance / config.ks_threshold).min(1.0) } else { 0.0 })?;
    let found = if is_drifted { "detected" } else { "not detected" };
    Ok(DriftCheckResult {
        model_id: model_id.to_string(),
        checked_at,
        is_drifted,
        metrics: alloc::vec![DriftMetric {
            name: KS.to_string(),
            training_value: Number::float(0.0)?,
            serving_value: Number::float(distance)?,
            threshold: Number::float(config.ks_threshold)?,
            is_drifted,
            drift_severity: severity.clone(),
            details: format!("KS statistic: {distance:.3}"),
        }],
        overall_severity: severity,
        confidence: Number::float(0.95)?,
        summary: format!("Distribution drift {found} (KS={distance:.3})"),
        recommended_action: if is_drifted { "investigate" } else { "monitor" }.to_string(),
    })
}

/// The library's `create_drift_alert`: none where the result says that nothing drifted.
#[must_use]
pub fn create_drift_alert(result: &DriftCheckResult, alerted_at: DateTime) -> Option<DriftAlert> {
    let severity = match result.overall_severity.value() {
        severity if severity >= 0.8 => "critical",
        severity if severity >= 0.6 => "high",
        severity if severity >= 0.3 => "medium",
        _ => "low",
    };
    result.is_drifted.then(|| DriftAlert {
        model_id: result.model_id.clone(),
        severity: severity.to_string(),
        alerted_at,
        summary: result.summary.clone(),
        recommended_action: result.recommended_action.clone(),
        overall_severity: result.overall_severity.clone(),
        confidence: result.confidence.clone(),
    })
}

/// So many decimals, as Python formats them.
fn fixed<const DECIMALS: usize>(value: f64) -> String {
    if value.is_nan() { "nan".to_string() } else { format!("{value:.DECIMALS$}") }
}

/// The library's walk over both samples, which stops where one ends and steps over equal values one by one.
#[expect(clippy::cast_precision_loss, reason = "Python divides the counts as floats, too")]
fn distance(training: &[f64], serving: &[f64]) -> Result<f64, ParseError> {
    let [first, second] = scaled(training, serving)?;
    let share = |count: usize, of: &[f64]| count as f64 / of.len() as f64;
    let (mut i, mut j, mut largest) = (0_usize, 0_usize, 0.0_f64);
    while let (Some(a), Some(b)) = (first.get(i), second.get(j)) {
        if a <= b {
            i = i.saturating_add(1);
        } else {
            j = j.saturating_add(1);
        }
        largest = largest.max((share(i, &first) - share(j, &second)).abs());
    }
    Ok(largest)
}

/// Both samples in order, as the library scales them to lie between 0 and 1.
pub(super) fn scaled(training: &[f64], serving: &[f64]) -> Result<[Vec<f64>; 2], ParseError> {
    let all = || training.iter().chain(serving).copied();
    for value in all() {
        Number::float(value)?;
    }
    let low = all().fold(f64::INFINITY, f64::min);
    let high = all().fold(f64::NEG_INFINITY, f64::max);
    let spread = if high > low { high - low } else { 1.0 };
    Number::float(spread)?;
    Ok([training, serving].map(|sample| {
        let mut sample: Vec<f64> = sample.iter().map(|value| (value - low) / spread).collect();
        sort_by(&mut sample, |a, b| a.total_cmp(b).is_lt());
        sample
    }))
}
