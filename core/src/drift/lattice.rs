//! The exact null distribution of the two-sample Kolmogorov–Smirnov statistic, by counting lattice paths.
//!
//! Under the null and without ties, the order of the n + m values is a lattice path from (0, 0) to (n, m), all equally
//! likely. D ≥ d/(nm) if the path touches a point with |i·m − j·n| ≥ d (Hodges 1958, *Ark. Mat.* 3).

use alloc::vec;
use alloc::vec::Vec;

use super::num::{float, float_u64};

/// P(max |i·m − j·n| ≥ d) over all lattice paths, for n·m ≤ 2⁵³.
///
/// The recursion carries U(i, j), the probability that a random path to (i, j) has touched:
/// U = 1 outside the band, and (i·U(i−1, j) + j·U(i, j−1))/(i + j) within. Every term is positive, so there is no
/// cancellation in the far tail, and every value is a probability, so nothing overflows. Diagonals are independent
/// inside, so the compiler can use vectors. Cost: one multiply-add per lattice point within the band.
pub(super) fn touching_probability(n: u64, m: u64, d: i64) -> f64 {
    if d <= 0 {
        return 1.0;
    }
    let (small, large) = (n.min(m).cast_signed(), n.max(m).cast_signed());
    let Ok(width) = usize::try_from(small.saturating_add(1)) else {
        return 1.0;
    };
    let index: Vec<f64> = (0..width).map(float).collect();
    let mut before = vec![1.0; width];
    let mut after = vec![1.0; width];
    if let Some(origin) = before.first_mut() {
        *origin = 0.0;
    }
    let total = small.saturating_add(large);
    for s in 1..=total {
        let (low, high) = band(s, small, large, d);
        let (Ok(from), Ok(to)) = (usize::try_from(low), usize::try_from(high)) else {
            continue;
        };
        diagonal(&index, &before, &mut after, from..=to, float_u64(s.cast_unsigned()));
        // The point below the band has been touched; those above it still hold their first 1.
        if let Some(below) = from.checked_sub(1).and_then(|i| after.get_mut(i)) {
            *below = 1.0;
        }
        core::mem::swap(&mut before, &mut after);
    }
    before.last().copied().unwrap_or(1.0).min(1.0)
}

/// The first and last i of diagonal i + j = s that lie in the lattice and strictly within the band.
///
/// With j = s − i the condition |i·large − j·small| < d reads |i·total − s·small| < d.
fn band(s: i64, small: i64, large: i64, d: i64) -> (i64, i64) {
    let total = small.saturating_add(large);
    let centre = s.saturating_mul(small);
    let low = centre.saturating_sub(d).div_euclid(total).saturating_add(1);
    let high = centre.saturating_add(d).saturating_sub(1).div_euclid(total);
    (low.max(s.saturating_sub(large)).max(0), high.min(s).min(small))
}

fn diagonal(
    index: &[f64],
    before: &[f64],
    after: &mut [f64],
    range: core::ops::RangeInclusive<usize>,
    s: f64,
) {
    let (from, to) = range.into_inner();
    let inverse = 1.0 / s;
    if from == 0 {
        // i = 0: the path ran along one side all the way.
        if let (Some(first), Some(&old)) = (after.first_mut(), before.first()) {
            *first = old;
        }
    }
    let from = from.max(1);
    let last = from.saturating_sub(1);
    if let (Some(i), Some(left), Some(below), Some(out)) =
        (index.get(from..=to), before.get(last..to), before.get(from..=to), after.get_mut(from..=to))
    {
        for (((out, i), left), below) in out.iter_mut().zip(i).zip(left).zip(below) {
            *out = (i * left + (s - i) * below) * inverse;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "small numbers")]

    use super::*;

    /// Walks every path.
    #[expect(clippy::many_single_char_names, reason = "the letters of the source")]
    fn brute_force(n: i64, m: i64, d: i64) -> f64 {
        fn go(i: i64, j: i64, n: i64, m: i64, d: i64, touched: bool) -> (u64, u64) {
            let touched = touched || (i * m - j * n).abs() >= d;
            if i == n && j == m {
                return (u64::from(touched), 1);
            }
            let right = if i < n { go(i + 1, j, n, m, d, touched) } else { (0, 0) };
            let up = if j < m { go(i, j + 1, n, m, d, touched) } else { (0, 0) };
            (right.0 + up.0, right.1 + up.1)
        }
        let (touching, all) = go(0, 0, n, m, d, false);
        touching as f64 / all as f64
    }

    #[test]
    fn agrees_with_every_path_walked() {
        for (n, m) in [(1, 1), (1, 5), (2, 3), (4, 4), (5, 3), (6, 9), (7, 7)] {
            for d in 0..=n * m {
                let expected = brute_force(n, m, d);
                let found = touching_probability(n.unsigned_abs(), m.unsigned_abs(), d);
                assert!((found / expected - 1.0).abs() < 1e-13, "{n} {m} {d}: {found} {expected}");
            }
        }
    }

    #[test]
    fn far_tail_neither_cancels_nor_overflows() {
        // Two paths of C(2n, n) touch d = n².
        let mut expected = 2.0;
        for i in 1..=400_i32 {
            expected *= f64::from(i) / f64::from(400 + i);
        }
        let found = touching_probability(400, 400, 160_000);
        assert!((found / expected - 1.0).abs() < 1e-11, "{found} {expected}");
        assert_eq!(touching_probability(1000, 1000, 1_000_000), 0.0); // 1e-600 in truth.
    }
}
