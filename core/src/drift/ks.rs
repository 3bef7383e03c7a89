//! The two-sample Kolmogorov–Smirnov test.
//!
//! D is the largest |F(x) − G(x)| over the two distribution functions, computed in integers and divided once; no normalising comes before it. The
//! exact p counts lattice paths under the null without ties, which is conservative with ties. The limit p is
//! Kolmogorov's series Q(√(nm/(n+m))·D) (Kolmogorov 1933; Smirnov 1948, *Ann. Math. Stat.* 19).

use super::Status;
use super::ecdf::{Gaps, Point};
use super::lattice::touching_probability;
use super::num::{count, float_i128, float_u64};
use super::sample::Sample;
use super::sketch::Sketch;

/// [`Method::Auto`] counts paths up to this n·m (about 10 ms at worst, where D is near 1).
///
/// The limit is good to a per cent or so above it, unless one side is tiny.
const AUTO_EXACT: i128 = 10_000_000;
/// [`Method::Exact`] counts paths up to this n·m, some ten seconds of work, and falls back to the limit above.
const MOST_EXACT: i128 = 10_000_000_000;

/// Which null distribution to ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// Exact where n·m ≤ 10⁷, the limit above.
    #[default]
    Auto,
    /// Exact. The cost grows with n·m; above 10¹⁰ the limit is used and named.
    Exact,
    /// The limit for large samples, whatever the sizes.
    Limit,
}

/// Which null distribution a p-value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NullDistribution {
    /// Every arrangement of the two samples was counted.
    Exact,
    /// The distribution for n, m → ∞.
    Limit,
}

impl NullDistribution {
    /// The name as it is written: `exact` or `limit`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Limit => "limit",
        }
    }
}

/// The answer of [`ks_test`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KsTest {
    /// Whether both sides had values.
    pub status: Status,
    /// D, from 0 to 1; absent if inconclusive.
    pub statistic: Option<f64>,
    /// The two-sided p-value; absent if inconclusive.
    pub p_value: Option<f64>,
    /// Where the p-value comes from; absent if inconclusive.
    pub method: Option<NullDistribution>,
    /// The smallest value at which D is reached; absent if inconclusive.
    pub location: Option<f64>,
    /// Finite reference values.
    pub n: u64,
    /// Finite current values.
    pub m: u64,
    /// NaN and infinities left out on both sides together.
    pub missing: u64,
}

/// Compares a reference sample with a current one.
///
/// NaN and infinities are counted as missing and left out; an empty side is inconclusive.
///
/// ```
/// use placet_core::drift::{Method, ks_test};
///
/// let test = ks_test(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, f64::NAN], Method::Auto);
/// assert_eq!(test.statistic, Some(0.5));
/// assert_eq!((test.n, test.m, test.missing), (4, 3, 1));
/// ```
#[must_use]
pub fn ks_test(reference: &[f64], current: &[f64], method: Method) -> KsTest {
    let (reference, current) = (Sample::new(reference), Sample::new(current));
    let missing = count(reference.missing.saturating_add(current.missing));
    test_points(&reference.values, &current.values, missing, method)
}

/// The test of two ascending samples of weight 1.
pub(super) fn test_points(reference: &[f64], current: &[f64], missing: u64, method: Method) -> KsTest {
    let (n, m) = (count(reference.len()), count(current.len()));
    if n == 0 || m == 0 {
        let status = Status::Inconclusive;
        return KsTest {
            status,
            statistic: None,
            p_value: None,
            method: None,
            location: None,
            n,
            m,
            missing,
        };
    }
    let gaps = Gaps::between(reference, current, n, m);
    let (p_value, method) = p_value(gaps.largest(), n, m, method);
    KsTest {
        status: Status::Ok,
        statistic: Some(gaps.fraction(gaps.largest())),
        p_value: Some(p_value),
        method: Some(method),
        location: Some(gaps.location),
        n,
        m,
        missing,
    }
}

/// The answer of [`ks_test_sketches`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SketchKsTest {
    /// Whether both sides had values.
    pub status: Status,
    /// D between the two sketches; absent if inconclusive.
    pub statistic: Option<f64>,
    /// D of the streams lies within `statistic ± error`: the two sketches' [rank errors](Sketch::rank_error) together.
    pub error: f64,
    /// The least D that the streams may have, `statistic − error`, not below 0; absent if inconclusive.
    pub lower_bound: Option<f64>,
    /// The p-value of `lower_bound`, so that the sketches' own error never raises an alarm; absent if inconclusive.
    pub p_value: Option<f64>,
    /// Where the p-value comes from; absent if inconclusive.
    pub method: Option<NullDistribution>,
    /// Finite values that the reference sketch has seen.
    pub n: u64,
    /// Finite values that the current sketch has seen.
    pub m: u64,
    /// NaN and infinities that either has seen.
    pub missing: u64,
}

/// Compares two streams by their sketches.
#[must_use]
pub fn ks_test_sketches(reference: &Sketch, current: &Sketch) -> SketchKsTest {
    let error = reference.rank_error() + current.rank_error();
    let missing = reference.missing().saturating_add(current.missing());
    test_weighted(
        &reference.points(),
        &current.points(),
        (reference.count(), current.count()),
        error,
        missing,
    )
}

/// The test of two ascending sides of any weights, whose D is known up to `error`.
pub(super) fn test_weighted<R: Point, C: Point>(
    reference: &[R],
    current: &[C],
    (n, m): (u64, u64),
    error: f64,
    missing: u64,
) -> SketchKsTest {
    if n == 0 || m == 0 {
        let (status, error) = (Status::Inconclusive, 0.0);
        let (statistic, lower_bound, p_value, method) = (None, None, None, None);
        return SketchKsTest { status, statistic, error, lower_bound, p_value, method, n, m, missing };
    }
    let gaps = Gaps::between(reference, current, n, m);
    let statistic = gaps.fraction(gaps.largest());
    let lower_bound = (statistic - error).max(0.0);
    // Rounding down to a whole number of units keeps the p-value on the safe side.
    let units = if error > 0.0 { floor(lower_bound * float_i128(gaps.unit)) } else { gaps.largest() };
    let (p_value, method) = p_value(units, n, m, Method::Auto);
    SketchKsTest {
        status: Status::Ok,
        statistic: Some(statistic),
        error,
        lower_bound: Some(lower_bound),
        p_value: Some(p_value),
        method: Some(method),
        n,
        m,
        missing,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float cast saturates, and the number is at most n·m < 2¹²⁷"
)]
fn floor(units: f64) -> i128 {
    units as i128
}

/// P(D ≥ units/(nm)) under the null.
fn p_value(units: i128, n: u64, m: u64, method: Method) -> (f64, NullDistribution) {
    let cells = i128::from(n).saturating_mul(i128::from(m));
    let exact = match method {
        Method::Auto => cells <= AUTO_EXACT,
        Method::Exact => cells <= MOST_EXACT,
        Method::Limit => false,
    };
    match i64::try_from(units) {
        Ok(units) if exact => (touching_probability(n, m, units), NullDistribution::Exact),
        _ => {
            let (n, m) = (float_u64(n), float_u64(m));
            let statistic = float_i128(units) / float_i128(cells);
            let lambda = libm::sqrt(n / (n + m) * m) * statistic;
            (kolmogorov(lambda), NullDistribution::Limit)
        }
    }
}

/// Q(λ) = 2·Σ (−1)^(k−1)·exp(−2k²λ²), the tail of the Kolmogorov distribution.
///
/// Below λ = 1 the series converges slowly, and its theta transform √(2π)/λ·Σ exp(−(2k−1)²π²/(8λ²)) for 1 − Q fast.
fn kolmogorov(lambda: f64) -> f64 {
    use core::f64::consts::{PI, TAU};
    if lambda <= 0.0 {
        return 1.0;
    }
    if lambda < 1.0 {
        let step = PI * PI / (8.0 * lambda * lambda);
        let sum: f64 = [49.0, 25.0, 9.0, 1.0].iter().map(|odd_square| libm::exp(-odd_square * step)).sum();
        return 1.0 - libm::sqrt(TAU) / lambda * sum;
    }
    let square = -2.0 * lambda * lambda;
    let [one, two, three, four, five] = [1.0, 4.0, 9.0, 16.0, 25.0].map(|k: f64| libm::exp(k * square));
    2.0 * (one - (two - (three - (four - five))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, clippy::excessive_precision, reason = "figures from elsewhere")]

    use super::*;

    /// Values of the series summed to 60 digits.
    #[test]
    fn kolmogorov_tail_is_exact_on_both_branches() {
        for (lambda, expected) in [
            (0.2, 0.999_999_999_999_495),
            (0.5, 0.963_945_243_664_875_1),
            (0.999_999_9, 0.269_999_778_872_225_74),
            (1.0, 0.269_999_671_677_354_5),
            (1.36, 0.049_485_876_755_377_88),
            (3.0, 3.045_995_948_942_526e-8),
            (15.0, 7.387_766_136_974_512e-196),
        ] {
            let found = kolmogorov(lambda);
            assert!((found / expected - 1.0).abs() < 1e-12, "{lambda}: {found} {expected}");
        }
        assert_eq!(kolmogorov(0.0), 1.0);
        assert_eq!(kolmogorov(1e200), 0.0);
    }
}
