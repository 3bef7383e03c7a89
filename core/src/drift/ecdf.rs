//! Two empirical distribution functions, walked side by side.
//!
//! Both are right-continuous; equal values are stepped over on both sides together, so ties never open a gap that is
//! not there.

use super::num::float_i128;

/// One step of a distribution function.
pub(super) trait Point: Copy {
    fn value(self) -> f64;
    /// How many observations stand at this value.
    fn weight(self) -> u64;
}

impl Point for f64 {
    fn value(self) -> f64 {
        self
    }

    fn weight(self) -> u64 {
        1
    }
}

/// A value that stands for several observations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weighted {
    pub(super) value: f64,
    pub(super) weight: u64,
}

impl Point for Weighted {
    fn value(self) -> f64 {
        self.value
    }

    fn weight(self) -> u64 {
        self.weight
    }
}

/// Visits each distinct value x in ascending order as `visit(x, i, j)`: i reference and j current observations are ≤ x.
///
/// Both slices are ascending and finite. The loop advances without branching on the data, which cannot be predicted.
pub(super) fn walk<R: Point, C: Point>(reference: &[R], current: &[C], mut visit: impl FnMut(f64, u64, u64)) {
    let at = |side: Option<f64>| side.unwrap_or(f64::INFINITY);
    let (mut next_left, mut next_right) = (0_usize, 0_usize);
    let (mut i, mut j) = (0_u64, 0_u64);
    let mut left = reference.first().copied();
    let mut right = current.first().copied();
    loop {
        let (here, there) = (at(left.map(R::value)), at(right.map(C::value)));
        let x = if here < there { here } else { there };
        if x.is_infinite() {
            return;
        }
        let (step_left, step_right) = (here <= x, there <= x);
        i = i.wrapping_add(if step_left { left.map_or(0, R::weight) } else { 0 });
        j = j.wrapping_add(if step_right { right.map_or(0, C::weight) } else { 0 });
        next_left = next_left.wrapping_add(usize::from(step_left));
        next_right = next_right.wrapping_add(usize::from(step_right));
        left = reference.get(next_left).copied();
        right = current.get(next_right).copied();
        if at(left.map(R::value)) > x && at(right.map(C::value)) > x {
            visit(x, i, j);
        }
    }
}

/// The largest gaps between two distribution functions, in units of 1/(n·m).
#[derive(Clone, Copy, Debug)]
pub(super) struct Gaps {
    /// max(i·m − j·n), never below 0.
    pub(super) plus: i128,
    /// max(j·n − i·m), never below 0.
    pub(super) minus: i128,
    /// n·m.
    pub(super) unit: i128,
    /// The smallest x where the larger of the two is reached.
    pub(super) location: f64,
}

impl Gaps {
    /// Compares samples of n and m observations, neither empty.
    pub(super) fn between<R: Point, C: Point>(reference: &[R], current: &[C], n: u64, m: u64) -> Self {
        let mut gaps =
            Self { plus: 0, minus: 0, unit: i128::from(n).wrapping_mul(i128::from(m)), location: 0.0 };
        let mut at_plus = None;
        let mut at_minus = None;
        let mut first = None;
        // Integers hold i·m − j·n exactly. 64 bits do for every pair of arrays that fits in memory; sketches of long
        // streams may need more.
        if let (Ok(_), Ok(n), Ok(m)) = (i64::try_from(gaps.unit), i64::try_from(n), i64::try_from(m)) {
            let (mut plus, mut minus) = (0_i64, 0_i64);
            walk(reference, current, |x, i, j| {
                let gap = i.cast_signed().wrapping_mul(m).wrapping_sub(j.cast_signed().wrapping_mul(n));
                first.get_or_insert(x);
                if gap > plus {
                    plus = gap;
                    at_plus = Some(x);
                }
                if gap < minus {
                    minus = gap;
                    at_minus = Some(x);
                }
            });
            gaps.plus = i128::from(plus);
            gaps.minus = i128::from(minus).saturating_neg();
        } else {
            // Both products are below n·m < 2¹²⁷.
            let (n, m) = (i128::from(n), i128::from(m));
            walk(reference, current, |x, i, j| {
                let gap = i128::from(i).wrapping_mul(m).wrapping_sub(i128::from(j).wrapping_mul(n));
                first.get_or_insert(x);
                if gap > gaps.plus {
                    gaps.plus = gap;
                    at_plus = Some(x);
                }
                if gap.saturating_neg() > gaps.minus {
                    gaps.minus = gap.saturating_neg();
                    at_minus = Some(x);
                }
            });
        }
        gaps.location = if gaps.plus >= gaps.minus { at_plus } else { at_minus }.or(first).unwrap_or(0.0);
        gaps
    }

    /// max |i·m − j·n|.
    pub(super) fn largest(self) -> i128 {
        self.plus.max(self.minus)
    }

    /// A number of units as a difference of probabilities: divided once.
    pub(super) fn fraction(self, units: i128) -> f64 {
        float_i128(units) / float_i128(self.unit)
    }
}
