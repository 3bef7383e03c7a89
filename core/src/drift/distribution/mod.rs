//! Distributions against their signed baselines.
//!
//! A check has drifted only where its adjusted p-value is below alpha **and** its effect reaches the rule's minimum:
//! the first alone calls every large window drifted, the second alone every small one.

mod measure;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::bins::Bins;
use super::correction::{Correction, adjust_p_values};
use super::num::float_u64;
use super::report::{Check, Reason, Test};
use super::sketch::Sketch;
use measure::{Answer, Measured, Shares, measure, require};

/// What the approved model was like; part of the signed training output.
#[derive(Clone, Copy, Debug)]
pub enum Baseline<'a> {
    /// The values themselves, best in ascending order, and how many more were missing.
    Sample(&'a [f64], u64),
    /// A sketch of the values.
    Sketch(&'a Sketch),
    /// Frozen bins, the counts in them, and how many values were missing.
    Bins(&'a Bins, &'a [u64], u64),
    /// Counts of categories.
    Categories(&'a BTreeMap<String, u64>),
}

/// What it is like now.
#[derive(Clone, Copy, Debug)]
pub enum Current<'a> {
    /// The values of the window.
    Sample(&'a [f64]),
    /// A sketch of the values.
    Sketch(&'a Sketch),
    /// Counts of categories.
    Categories(&'a BTreeMap<String, u64>),
}

/// How one output is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistributionRule {
    /// What to compute. Sketches know Kolmogorov–Smirnov only; bins know the tests on bins; categories chi-square,
    /// the stability index and Jensen–Shannon.
    pub test: Test,
    /// The least effect that counts as drift, above 0, in the unit that the [`Test`] names.
    pub minimum_effect: f64,
    /// The least number of values on each side.
    pub minimum_samples: u64,
    /// How far the share of missing values may rise, from 0 to 1. As far is within tolerance.
    pub missing_tolerance: f64,
}

impl DistributionRule {
    /// The shipped defaults for a test: an effect of 0.1 (0.2 standard deviations for Wasserstein, which is Cohen's
    /// "small"), ten values a side, five percentage points of missing values.
    #[must_use]
    pub fn of(test: Test) -> Self {
        let minimum_effect = if test == Test::Wasserstein { 0.2 } else { 0.1 };
        Self { test, minimum_effect, minimum_samples: 10, missing_tolerance: 0.05 }
    }

    fn is_valid(&self) -> bool {
        self.minimum_effect.is_finite()
            && self.minimum_effect > 0.0
            && (0.0..=1.0).contains(&self.missing_tolerance)
    }
}

/// One output of the model: its baseline, its window and its rule.
#[derive(Clone, Copy, Debug)]
pub struct Distribution<'a> {
    /// The output's name.
    pub name: &'a str,
    /// Its baseline; None is inconclusive.
    pub baseline: Option<Baseline<'a>>,
    /// Its window; None is inconclusive.
    pub current: Option<Current<'a>>,
    /// How it is judged.
    pub rule: DistributionRule,
}

/// How the checks of one window are judged together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Family {
    /// The adjusted p-value below which an effect is not chance, between 0 and 1.
    pub alpha: f64,
    /// How p-values are adjusted.
    pub correction: Correction,
}

impl Default for Family {
    /// One false alarm in a hundred windows at most, however many outputs there are.
    fn default() -> Self {
        Self { alpha: 0.01, correction: Correction::Holm }
    }
}

/// Checks every output of a window as one family: for each its distribution and, unless it is categorical, the share
/// of missing values.
///
/// ```
/// use placet_core::drift::{Baseline, Current, Distribution, DistributionRule, Family, Outcome, Test};
///
/// let then: Vec<f64> = (0..200).map(f64::from).collect();
/// let now: Vec<f64> = (0..200).map(|x| f64::from(x) + 50.0).collect();
/// let score = Distribution {
///     name: "score",
///     baseline: Some(Baseline::Sample(&then, 0)),
///     current: Some(Current::Sample(&now)),
///     rule: DistributionRule::of(Test::KolmogorovSmirnov),
/// };
/// let checks = placet_core::drift::check_distributions(&[score], Family::default());
/// assert_eq!(checks[0].outcome, Outcome::Drifted);
/// assert_eq!((checks[1].test, checks[1].outcome), (Test::MissingRate, Outcome::Stable));
/// ```
#[must_use]
pub fn check_distributions(distributions: &[Distribution<'_>], family: Family) -> Vec<Check> {
    let measured: Vec<Measured> = distributions.iter().map(measure).collect();
    let p_values: Vec<f64> =
        measured.iter().filter_map(|m| m.answer.as_ref().ok().map(|answer| answer.p_value)).collect();
    // Every p-value here is one; a family that could not be adjusted would be judged by the largest p there is.
    let mut adjusted = adjust_p_values(&p_values, family.correction).unwrap_or_default().into_iter();
    let alpha = Some(family.alpha).filter(|alpha| *alpha > 0.0 && *alpha < 1.0);
    let mut checks = Vec::new();
    for (Measured { answer, missing }, distribution) in measured.into_iter().zip(distributions) {
        let check = Check::new(distribution.name, distribution.rule.test);
        checks.push(match (answer, alpha) {
            (Err(reason), _) => check.open(reason),
            (Ok(answer), alpha) => {
                judge(check, &answer, adjusted.next().unwrap_or(1.0), alpha, distribution.rule)
            }
        });
        if let Some(missing) = missing {
            checks.push(judge_missing(distribution, missing));
        }
    }
    checks
}

fn judge(
    check: Check,
    answer: &Answer,
    adjusted_p: f64,
    alpha: Option<f64>,
    rule: DistributionRule,
) -> Check {
    let check = Check {
        statistic: Some(answer.statistic),
        p_value: Some(answer.p_value),
        adjusted_p: Some(adjusted_p),
        effect: Some(answer.effect),
        threshold: Some(rule.minimum_effect),
        ..check
    };
    match alpha {
        None => check.open(Reason::InvalidRule),
        Some(alpha) => {
            let drifted = adjusted_p < alpha && answer.effect >= rule.minimum_effect;
            check.judged(drifted, answer.effect / rule.minimum_effect)
        }
    }
}

fn judge_missing(distribution: &Distribution<'_>, shares: Shares) -> Check {
    let rule = distribution.rule;
    let rate = |(finite, missing): (u64, u64)| float_u64(missing) / (float_u64(finite) + float_u64(missing));
    let all = |(finite, missing): (u64, u64)| finite.saturating_add(missing);
    let check = Check::new(distribution.name, Test::MissingRate);
    if let Err(reason) = require(all(shares.reference), all(shares.current), rule) {
        return check.open(reason);
    }
    let (before, now) = (rate(shares.reference), rate(shares.current));
    let rise = now - before;
    let check = Check {
        statistic: Some(now),
        baseline: Some(before),
        effect: Some(rise),
        threshold: Some(rule.missing_tolerance),
        ..check
    };
    // A tolerance of nothing is a tolerance of less than one value in a million.
    let tolerances = rise / rule.missing_tolerance.max(1e-6);
    check.judged(tolerances > 1.0 + 1e-9, tolerances)
}
