//! Statistic, p-value and effect of one check, from whatever kinds of baseline and window there are.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::super::bins::{BinOptions, Bins};
use super::super::chi_square::chi_square;
use super::super::ecdf::{Gaps, Weighted};
use super::super::jensen_shannon::jensen_shannon_counts;
use super::super::ks::{Method, test_points, test_weighted};
use super::super::kuiper::of_gaps;
use super::super::num::count;
use super::super::psi::{Smoothing, psi_counts};
use super::super::report::{Reason, Test};
use super::super::sample::Sample;
use super::super::sketch::Sketch;
use super::super::wasserstein;
use super::{Baseline, Current, Distribution, DistributionRule};

/// What a test found, before the family is looked at.
pub(super) struct Answer {
    pub(super) statistic: f64,
    pub(super) p_value: f64,
    pub(super) effect: f64,
}

/// Finite and missing values of both sides.
#[derive(Clone, Copy)]
pub(super) struct Shares {
    pub(super) reference: (u64, u64),
    pub(super) current: (u64, u64),
}

/// The answer of one check and what it was drawn from.
pub(super) struct Measured {
    pub(super) answer: Result<Answer, Reason>,
    /// None for categories, and where a side is not there at all.
    pub(super) missing: Option<Shares>,
}

impl Measured {
    fn new(answer: Result<Answer, Reason>, reference: (u64, u64), current: (u64, u64)) -> Self {
        Self { answer, missing: Some(Shares { reference, current }) }
    }
}

/// Runs the test that the rule names on what the baseline and the window are.
pub(super) fn measure(distribution: &Distribution<'_>) -> Measured {
    let Distribution { baseline, current, rule, .. } = *distribution;
    let (baseline, current) = match (baseline, current) {
        (None, _) => {
            return Measured { answer: Err(Reason::MissingBaseline), missing: None };
        }
        (_, None) => {
            return Measured { answer: Err(Reason::MissingNow), missing: None };
        }
        (Some(baseline), Some(current)) => (baseline, current),
    };
    match (baseline, current) {
        (Baseline::Sample(reference, missing), Current::Sample(current)) => {
            let (reference, current) = (Sample::new(reference), Sample::new(current));
            let answer = of_samples(&reference.values, &current.values, rule);
            let (finite, out) = shares(&reference);
            Measured::new(answer, (finite, out.saturating_add(missing)), shares(&current))
        }
        (Baseline::Bins(bins, counts, missing), Current::Sample(current)) => {
            let (now, missing_now) = bins.count(current);
            Measured::new(of_counts(counts, &now, rule), (total(counts), missing), (total(&now), missing_now))
        }
        (Baseline::Categories(reference), Current::Categories(current)) => {
            let mut names: BTreeSet<&String> = BTreeSet::new();
            names.extend(reference.keys().chain(current.keys()));
            let column = |side: &BTreeMap<String, u64>| -> Vec<u64> {
                names.iter().map(|name| side.get(*name).copied().unwrap_or(0)).collect()
            };
            Measured { answer: of_counts(&column(reference), &column(current), rule), missing: None }
        }
        (Baseline::Sketch(reference), Current::Sketch(current)) => {
            of_streams(&reference.into(), &current.into(), rule)
        }
        (Baseline::Sketch(reference), Current::Sample(current)) => {
            of_streams(&reference.into(), &current.into(), rule)
        }
        (Baseline::Sample(reference, missing), Current::Sketch(current)) => {
            let reference = Stream::from(reference);
            let missing = reference.missing.saturating_add(missing);
            of_streams(&Stream { missing, ..reference }, &current.into(), rule)
        }
        _ => Measured { answer: Err(Reason::UnsuitedBaseline), missing: None },
    }
}

fn shares(sample: &Sample<'_>) -> (u64, u64) {
    (count(sample.values.len()), count(sample.missing))
}

fn total(counts: &[u64]) -> u64 {
    counts.iter().fold(0, |sum, &c| sum.saturating_add(c))
}

/// Enough on both sides, and a rule that means something.
pub(super) fn require(reference: u64, current: u64, rule: DistributionRule) -> Result<(), Reason> {
    let needed = rule.minimum_samples.max(1);
    if !rule.is_valid() {
        Err(Reason::InvalidRule)
    } else if reference.min(current) < needed {
        Err(Reason::TooFewSamples { reference, current, needed })
    } else {
        Ok(())
    }
}

fn of_samples(reference: &[f64], current: &[f64], rule: DistributionRule) -> Result<Answer, Reason> {
    let (n, m) = (count(reference.len()), count(current.len()));
    require(n, m, rule)?;
    let open = Reason::UnsuitedBaseline;
    match rule.test {
        Test::KolmogorovSmirnov | Test::Wasserstein => {
            let ks = test_points(reference, current, 0, Method::Auto);
            let (d, p_value) = ks.statistic.zip(ks.p_value).ok_or(open)?;
            if rule.test == Test::KolmogorovSmirnov {
                return Ok(Answer { statistic: d, p_value, effect: d });
            }
            let moved = wasserstein::of_sorted(reference, current, 0);
            let statistic = moved.distance.ok_or(open)?;
            // A reference that does not vary makes any move infinitely large.
            let effect = moved.over_reference_sd.unwrap_or(if statistic > 0.0 { f64::MAX } else { 0.0 });
            Ok(Answer { statistic, p_value, effect })
        }
        Test::Kuiper => {
            let (v, p_value) = of_gaps(Gaps::between(reference, current, n, m), n, m);
            Ok(Answer { statistic: v, p_value, effect: v })
        }
        Test::Psi | Test::JensenShannon | Test::ChiSquare => {
            let bins = Bins::of_sorted(reference, BinOptions::default()).ok_or(open)?;
            of_counts(&bins.count_sorted(reference), &bins.count_sorted(current), rule)
        }
        Test::Metric | Test::MissingRate => Err(Reason::InvalidRule),
    }
}

fn of_counts(reference: &[u64], current: &[u64], rule: DistributionRule) -> Result<Answer, Reason> {
    require(total(reference), total(current), rule)?;
    let open = Reason::UnsuitedBaseline;
    let chi = chi_square(reference, current).map_err(|_| open)?;
    let p_value = chi.p_value.ok_or(open)?;
    let (statistic, effect) = match rule.test {
        Test::ChiSquare => (chi.statistic, chi.cramers_v),
        Test::Psi => {
            let index = psi_counts(reference, current, Smoothing::Epsilon).map_err(|_| open)?;
            (index, index)
        }
        Test::JensenShannon => {
            let js = jensen_shannon_counts(reference, current).map_err(|_| open)?;
            (js.divergence, js.distance)
        }
        Test::KolmogorovSmirnov | Test::Wasserstein | Test::Kuiper => return Err(open),
        Test::Metric | Test::MissingRate => return Err(Reason::InvalidRule),
    };
    let (statistic, effect) = statistic.zip(effect).ok_or(open)?;
    Ok(Answer { statistic, p_value, effect })
}

/// A sketch, or a sample to compare with one.
struct Stream {
    points: Vec<Weighted>,
    count: u64,
    missing: u64,
    error: f64,
}

impl From<&Sketch> for Stream {
    fn from(sketch: &Sketch) -> Self {
        let (count, missing) = (sketch.count(), sketch.missing());
        Self { points: sketch.points(), count, missing, error: sketch.rank_error() }
    }
}

impl From<&[f64]> for Stream {
    fn from(values: &[f64]) -> Self {
        let sample = Sample::new(values);
        let points: Vec<Weighted> =
            sample.values.iter().map(|&value| Weighted { value, weight: 1 }).collect();
        Self { count: count(points.len()), points, missing: count(sample.missing), error: 0.0 }
    }
}

fn of_streams(reference: &Stream, current: &Stream, rule: DistributionRule) -> Measured {
    let [before, now] = [reference, current].map(|side| (side.count, side.missing));
    Measured::new(stream_answer(reference, current, rule), before, now)
}

fn stream_answer(reference: &Stream, current: &Stream, rule: DistributionRule) -> Result<Answer, Reason> {
    require(reference.count, current.count, rule)?;
    if rule.test != Test::KolmogorovSmirnov {
        return Err(Reason::UnsuitedBaseline);
    }
    let counts = (reference.count, current.count);
    let ks = test_weighted(&reference.points, &current.points, counts, reference.error + current.error, 0);
    let (statistic, (effect, p_value)) =
        ks.statistic.zip(ks.lower_bound.zip(ks.p_value)).ok_or(Reason::UnsuitedBaseline)?;
    Ok(Answer { statistic, p_value, effect })
}
