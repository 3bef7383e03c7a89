//! Conversions that the lints want to see named, an order, and a sum.

use core::cmp::Ordering;

/// A count as a float; exact below 2⁵³, which no array in memory reaches.
#[expect(clippy::cast_precision_loss, reason = "exact for every length that fits in memory")]
pub(super) fn float(count: usize) -> f64 {
    count as f64
}

/// A 64-bit count as the nearest float.
#[expect(clippy::cast_precision_loss, reason = "rounds to nearest, one part in 2⁵³")]
pub(super) fn float_u64(count: u64) -> f64 {
    count as f64
}

/// An exact difference or product as the nearest float.
#[expect(clippy::cast_precision_loss, reason = "rounds to nearest, one part in 2⁵³")]
pub(super) fn float_i128(number: i128) -> f64 {
    number as f64
}

/// A length as a 64-bit count; no target has wider pointers.
pub(super) fn count(length: usize) -> u64 {
    length as u64
}

/// The order of finite numbers; comparing them as such is faster than by the total order of all floats.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that sorting wants")]
pub(super) fn ascending(a: &f64, b: &f64) -> Ordering {
    a.partial_cmp(b).unwrap_or(Ordering::Equal)
}

/// Σ of many floats by halves, with eight running sums in the leaves, in the order that `numpy.sum` uses.
///
/// The error grows with log n rather than n, and a reader can check a standard deviation against NumPy to the bit.
#[expect(clippy::many_single_char_names, reason = "eight sums that nothing else tells apart")]
pub(super) fn pairwise_sum(values: &[f64], map: &impl Fn(f64) -> f64) -> f64 {
    if values.len() > 128 {
        let half = values.len() / 2;
        let (left, right) = values.split_at(half.saturating_sub(half % 8));
        return pairwise_sum(left, map) + pairwise_sum(right, map);
    }
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for (sum, &value) in sums.iter_mut().zip(eight) {
            *sum += map(value);
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(sum, |sum, &value| sum + map(value))
}
