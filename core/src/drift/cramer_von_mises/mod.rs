//! The two-sample Cramér–von Mises test (Anderson 1962, *Ann. Math. Stat.* 33), as SciPy computes it.
//!
//! Mid-ranks for ties; T from integers, divided once. The p-value counts every arrangement where neither side has more
//! than twenty values, and is the limit's above.

mod exact;
mod limit;

use super::ecdf::walk;
use super::num::{count, float, float_i128};
use super::sample::Sample;
use super::{NullDistribution, Status};

/// The larger side's size up to which every arrangement is counted.
const MOST_EXACT: u64 = 20;

/// The answer of [`cramer_von_mises`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CramerVonMises {
    /// Whether both sides had values.
    pub status: Status,
    /// Anderson's T; absent if inconclusive.
    pub statistic: Option<f64>,
    /// The p-value; absent if inconclusive. The limit's does not fall below some 10⁻⁷, or 10⁻⁵ for a million values a
    /// side: it is then too large, never too small.
    pub p_value: Option<f64>,
    /// Where the p-value comes from; absent if inconclusive.
    pub method: Option<NullDistribution>,
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
/// use placet_core::drift::{NullDistribution, cramer_von_mises};
///
/// let test = cramer_von_mises(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]);
/// assert_eq!((test.p_value, test.method), (Some(1.0), Some(NullDistribution::Exact)));
/// ```
#[must_use]
pub fn cramer_von_mises(reference: &[f64], current: &[f64]) -> CramerVonMises {
    let (reference, current) = (Sample::new(reference), Sample::new(current));
    let missing = count(reference.missing.saturating_add(current.missing));
    let (n, m) = (count(reference.values.len()), count(current.values.len()));
    if n == 0 || m == 0 {
        let status = Status::Inconclusive;
        return CramerVonMises { status, statistic: None, p_value: None, method: None, n, m, missing };
    }
    let excess = rank_excess(&reference.values, &current.values, i128::from(n), i128::from(m));
    let (nf, mf) = (float(reference.values.len()), float(current.values.len()));
    let statistic = float_i128(excess) / (12.0 * nf * mf * (nf + mf));
    let (p_value, method) = if n.max(m) <= MOST_EXACT {
        (exact::p_value(excess, n, m), NullDistribution::Exact)
    } else {
        (limit::p_value(statistic, nf, mf), NullDistribution::Limit)
    };
    CramerVonMises {
        status: Status::Ok,
        statistic: Some(statistic),
        p_value: Some(p_value),
        method: Some(method),
        n,
        m,
        missing,
    }
}

/// 12·nm(n+m)·T, an integer.
///
/// With mid-ranks r and s and U = n·Σ(rᵢ − i)² + m·Σ(sⱼ − j)², T = U/(nm(n+m)) − (4nm − 1)/(6(n+m)). Mid-ranks are
/// halves, so 4U is an integer. Below 2¹²⁷ for samples of up to 10⁹ values; it saturates above.
#[expect(clippy::many_single_char_names, reason = "the letters of the source")]
fn rank_excess(reference: &[f64], current: &[f64], n: i128, m: i128) -> i128 {
    let (mut of_reference, mut of_current) = (0_i128, 0_i128);
    let (mut i, mut j) = (0_u64, 0_u64);
    walk(reference, current, |_, up_to_i, up_to_j| {
        let (ties_i, ties_j) = (up_to_i.wrapping_sub(i), up_to_j.wrapping_sub(j));
        // Twice the mid-rank less twice the own rank, of the first value of the tie on each side.
        let tied = i128::from(ties_i).saturating_add(i128::from(ties_j));
        let ahead_of_reference = i128::from(j).saturating_mul(2).saturating_add(tied).saturating_sub(1);
        let ahead_of_current = i128::from(i).saturating_mul(2).saturating_add(tied).saturating_sub(1);
        of_reference = of_reference.saturating_add(squares_down(ahead_of_reference, ties_i));
        of_current = of_current.saturating_add(squares_down(ahead_of_current, ties_j));
        (i, j) = (up_to_i, up_to_j);
    });
    let u = n.saturating_mul(of_reference).saturating_add(m.saturating_mul(of_current));
    let k = n.saturating_mul(m);
    u.saturating_mul(3)
        .saturating_sub(k.saturating_mul(2).saturating_mul(k.saturating_mul(4).saturating_sub(1)))
}

/// Σ (first − 2l)² for l = 0, …, terms − 1.
fn squares_down(first: i128, terms: u64) -> i128 {
    (0..i128::from(terms)).fold(0, |sum: i128, l| {
        let difference = first.saturating_sub(l.saturating_mul(2));
        sum.saturating_add(difference.saturating_mul(difference))
    })
}
