//! Metrics against their baseline.
//!
//! Every metric has a direction, a tolerance and, if wanted, a floor and a ceiling. What is missing, not finite or
//! without a direction is inconclusive, and says so: it never counts as healthy.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::report::{Check, Outcome, Reason, Test};

/// Which way a metric gets worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// A fall is a loss, as of accuracy.
    HigherIsBetter,
    /// A rise is a loss, as of an error.
    LowerIsBetter,
    /// Any move is a loss, as of a mean score.
    Band,
}

/// How far a metric may move the bad way. Just as far is within tolerance; one part in 10⁹ is left to rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tolerance {
    /// As a share of a baseline above zero.
    pub relative: Option<f64>,
    /// In the unit of the metric: used where there is no relative tolerance, or the baseline is zero or below.
    pub absolute: Option<f64>,
}

/// How a metric is judged. The default leaves all to its name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MetricRule {
    /// Which way it gets worse. None leaves it to the name.
    pub direction: Option<Direction>,
    /// How far it may move. None leaves it to the direction: 20 % or 0.2 where lower is better, otherwise 5 % or 0.05.
    pub tolerance: Option<Tolerance>,
    /// The metric has drifted below this, whatever its baseline.
    pub floor: Option<f64>,
    /// The metric has drifted above this, whatever its baseline.
    pub ceiling: Option<f64>,
}

/// The rule that a well-known name has by itself: `loss`, `*_loss`, `perplexity`, `*_error`, `rmse` and `mae` may rise
/// by 20 %; `accuracy`, `f1`, `auc`, `precision`, `recall` and `r2` may fall by 5 %.
#[must_use]
pub fn known_rule(name: &str) -> Option<MetricRule> {
    let direction = match name {
        "loss" | "perplexity" | "rmse" | "mae" => Direction::LowerIsBetter,
        "accuracy" | "f1" | "auc" | "precision" | "recall" | "r2" => Direction::HigherIsBetter,
        _ if name.ends_with("_loss") || name.ends_with("_error") => Direction::LowerIsBetter,
        _ => return None,
    };
    Some(MetricRule {
        direction: Some(direction),
        tolerance: Some(direction.tolerance()),
        ..MetricRule::default()
    })
}

impl Direction {
    fn tolerance(self) -> Tolerance {
        let share = match self {
            Self::LowerIsBetter => 0.2,
            Self::HigherIsBetter | Self::Band => 0.05,
        };
        Tolerance { relative: Some(share), absolute: Some(share) }
    }
}

impl Tolerance {
    /// The tolerance around a value in the unit of the metric, and whether it is a share of the value.
    fn around(self, value: f64) -> Result<(f64, bool), Reason> {
        let usable = |t: f64| t.is_finite() && t > 0.0;
        match (self.relative, self.absolute) {
            (Some(share), _) if value > 0.0 && usable(share) => {
                // A share of the least float is nothing, which cannot be divided by.
                Ok(((share * value).clamp(f64::MIN_POSITIVE, f64::MAX), true))
            }
            (Some(share), None) if usable(share) => Err(Reason::NoAbsoluteTolerance),
            (None, Some(unit)) if usable(unit) => Ok((unit, false)),
            (Some(share), Some(unit)) if usable(share) && usable(unit) => Ok((unit, false)),
            _ => Err(Reason::InvalidRule),
        }
    }
}

/// Checks each metric of the baseline, of now, and of the rules.
///
/// A metric without a rule is judged by its name's [`known_rule`]. The checks come in the order of their names.
///
/// ```
/// use placet_core::drift::{Outcome, check_metrics};
/// use std::collections::BTreeMap;
///
/// let then = BTreeMap::from([("loss".into(), 0.28), ("accuracy".into(), 0.94)]);
/// let now = BTreeMap::from([("loss".into(), 0.35)]);
/// let checks = check_metrics(&then, &now, &BTreeMap::new());
/// assert_eq!(checks[0].outcome, Outcome::Inconclusive); // The accuracy is missing, which is not healthy.
/// assert_eq!(checks[1].outcome, Outcome::Drifted); // The loss rose by a quarter.
/// ```
#[must_use]
pub fn check_metrics(
    baseline: &BTreeMap<String, f64>,
    current: &BTreeMap<String, f64>,
    rules: &BTreeMap<String, MetricRule>,
) -> Vec<Check> {
    let mut names: BTreeSet<&String> = BTreeSet::new();
    names.extend(baseline.keys().chain(current.keys()).chain(rules.keys()));
    let check = |name: &String| {
        let rule = rules.get(name).copied().unwrap_or_default();
        check_metric(name, baseline.get(name).copied(), current.get(name).copied(), rule)
    };
    names.into_iter().map(check).collect()
}

fn check_metric(name: &str, baseline: Option<f64>, current: Option<f64>, rule: MetricRule) -> Check {
    let check = Check { statistic: current, baseline, ..Check::new(name, Test::Metric) };
    let Some(now) = current else {
        return check.open(Reason::MissingNow);
    };
    if !now.is_finite() || baseline.is_some_and(|b| !b.is_finite()) {
        return check.open(Reason::NotFinite);
    }
    let direction = rule.direction.or_else(|| known_rule(name)?.direction);
    let tolerance = rule.tolerance.or(direction.map(Direction::tolerance));
    let compared = match distance(now, baseline, direction, tolerance) {
        Ok(distance) => check.clone().by_distance(&distance),
        Err(reason) => check.clone().open(reason),
    };
    // A broken bound is drift whether or not there is a baseline.
    match broken_bound(now, rule, tolerance) {
        Err(reason) => check.open(reason),
        Ok(None) => compared,
        Ok(Some((excess, threshold, bound))) => {
            let baseline = baseline.or(Some(bound));
            let check = Check { baseline, effect: Some(excess), threshold: Some(threshold), ..check };
            let check = check.judged(true, 1.0 + excess / threshold);
            let severity = check.severity.into_iter().chain(compared.severity).reduce(f64::max);
            Check { severity, ..check }
        }
    }
}

/// How far a metric has moved the bad way.
struct Distance {
    worse: f64,
    tolerance: f64,
    /// What both are a share of, or 1.
    scale: f64,
}

impl Check {
    fn by_distance(self, distance: &Distance) -> Self {
        let &Distance { worse, tolerance, scale } = distance;
        let tolerances = worse / tolerance;
        let check = Self {
            effect: Some((worse / scale).clamp(f64::MIN, f64::MAX)),
            threshold: Some(tolerance / scale),
            ..self
        };
        let check = check.judged(tolerances > 1.0 + ROUNDING, tolerances);
        if tolerances < -1.0 - ROUNDING { Self { outcome: Outcome::Notice, ..check } } else { check }
    }
}

fn distance(
    now: f64,
    baseline: Option<f64>,
    direction: Option<Direction>,
    tolerance: Option<Tolerance>,
) -> Result<Distance, Reason> {
    let baseline = baseline.ok_or(Reason::MissingBaseline)?;
    let direction = direction.ok_or(Reason::UnknownDirection)?;
    let (tolerance, relative) = tolerance.ok_or(Reason::UnknownDirection)?.around(baseline)?;
    let worse = match direction {
        Direction::LowerIsBetter => now - baseline,
        Direction::HigherIsBetter => baseline - now,
        Direction::Band => (now - baseline).abs(),
    };
    Ok(Distance { worse, tolerance, scale: if relative { baseline } else { 1.0 } })
}

/// 0.28 · 1.2 is not within 20 % of 0.28 in binary arithmetic; it is in everyone else's.
const ROUNDING: f64 = 1e-9;

/// How far a value is beyond its floor or ceiling, the tolerance there, and the bound. Bounds are inclusive.
fn broken_bound(
    now: f64,
    rule: MetricRule,
    tolerance: Option<Tolerance>,
) -> Result<Option<(f64, f64, f64)>, Reason> {
    if [rule.floor, rule.ceiling].into_iter().flatten().any(f64::is_nan) {
        return Err(Reason::InvalidRule);
    }
    let below = rule.floor.filter(|&floor| now < floor).map(|floor| (floor - now, floor));
    let above = rule.ceiling.filter(|&ceiling| now > ceiling).map(|ceiling| (now - ceiling, ceiling));
    let Some((excess, bound)) = below.or(above) else {
        return Ok(None);
    };
    // Without a tolerance that fits, a twentieth of the bound stands in: a broken bound is never left unjudged.
    let fallback = if bound.abs() > 0.0 && bound.is_finite() { 0.05 * bound.abs() } else { 0.05 };
    let unit =
        tolerance.and_then(|tolerance| tolerance.around(bound).ok()).map_or(fallback, |(unit, _)| unit);
    Ok(Some((excess, unit, bound)))
}
