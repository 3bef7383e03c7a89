//! A sample made ready for comparison: finite values only, in order.

use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;

/// Bits of a key that one counting pass looks at.
const DIGIT_BITS: u32 = 11;
const BUCKETS: usize = 1 << DIGIT_BITS;
/// The passes sort by the uppermost 33 bits: sign, exponent and 21 bits of the mantissa.
const SHIFTS: [u32; 3] = [31, 42, 53];
/// Below this length the fixed cost of the counting passes does not pay.
const RADIX_FROM: usize = 1500;

/// The finite values of an array in ascending order, borrowed if they already stood so.
pub(super) struct Sample<'a> {
    pub(super) values: Cow<'a, [f64]>,
    /// How many NaN and infinities were left out.
    pub(super) missing: usize,
}

impl<'a> Sample<'a> {
    pub(super) fn new(values: &'a [f64]) -> Self {
        if is_ready(values) {
            return Self { values: Cow::Borrowed(values), missing: 0 };
        }
        let keys: Vec<u64> = values.iter().filter(|x| x.is_finite()).map(|&x| key(x)).collect();
        let missing = values.len().saturating_sub(keys.len());
        let sorted: Vec<f64> = sort_keys(keys).into_iter().map(value).collect();
        Self { values: Cow::Owned(sorted), missing }
    }
}

/// Ascending order without NaN leaves infinities no place but the ends.
fn is_ready(values: &[f64]) -> bool {
    values.is_sorted_by(|a, b| a <= b)
        && values.first().is_none_or(|x| x.is_finite())
        && values.last().is_none_or(|x| x.is_finite())
}

const SIGN: u64 = 1 << 63;

/// Maps a float to an integer of the same order: negative numbers are complemented, others get the sign bit.
fn key(x: f64) -> u64 {
    // Adding zero turns −0.0 into 0.0: the two are one value.
    let bits = (x + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn value(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })
}

/// Sorts by three counting passes over the upper bits and then within the few runs that agree in all of them.
///
/// Runs are sorted by comparison, so inputs made to agree in their upper bits cost n log n, not n².
fn sort_keys(mut keys: Vec<u64>) -> Vec<u64> {
    if keys.len() < RADIX_FROM {
        keys.sort_unstable();
        return keys;
    }
    let mut counts = vec![[0_usize; BUCKETS]; SHIFTS.len()];
    for &key in &keys {
        for (count, shift) in counts.iter_mut().zip(SHIFTS) {
            bump(count, digit(key, shift));
        }
    }
    let mut spare = vec![0; keys.len()];
    for (count, shift) in counts.iter_mut().zip(SHIFTS) {
        if count.contains(&keys.len()) {
            continue; // All keys share this digit.
        }
        let mut start = 0_usize;
        for slot in count.iter_mut() {
            start = start.saturating_add(core::mem::replace(slot, start));
        }
        for &key in &keys {
            let place = bump(count, digit(key, shift));
            if let Some(slot) = spare.get_mut(place) {
                *slot = key;
            }
        }
        core::mem::swap(&mut keys, &mut spare);
    }
    let [low, ..] = SHIFTS;
    for run in keys.chunk_by_mut(|a, b| a >> low == b >> low) {
        if run.len() > 1 {
            run.sort_unstable();
        }
    }
    keys
}

#[expect(clippy::cast_possible_truncation, reason = "eleven bits are left")]
fn digit(key: u64, shift: u32) -> usize {
    (key >> shift) as usize & (BUCKETS - 1)
}

/// Raises a counter and gives what it was.
fn bump(counts: &mut [usize; BUCKETS], digit: usize) -> usize {
    counts.get_mut(digit).map_or(0, |count| {
        let old = *count;
        *count = old.wrapping_add(1);
        old
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::cast_precision_loss, reason = "small numbers")]

    use super::*;

    fn noise(n: usize, spread: impl Fn(u64) -> f64) -> Vec<f64> {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 11
        };
        (0..n).map(|_| spread(next())).collect()
    }

    fn assert_sorts(values: &[f64]) {
        let mut expected: Vec<f64> =
            values.iter().copied().filter(|x| x.is_finite()).map(|x| x + 0.0).collect();
        expected.sort_by(f64::total_cmp);
        let sample = Sample::new(values);
        assert!(sample.values.iter().map(|x| x + 0.0).eq(expected.iter().copied()));
        assert_eq!(sample.missing, values.len() - expected.len());
    }

    #[test]
    fn radix_order_is_the_order_of_numbers() {
        for n in [0, 1, 2, RADIX_FROM - 1, RADIX_FROM, 20_000] {
            assert_sorts(&noise(n, |r| f64::from_bits(r << 11 ^ r))); // Every exponent, NaN and subnormals among them.
            assert_sorts(&noise(n, |r| (r % 7) as f64 - 3.0)); // Ties.
            assert_sorts(&noise(n, |r| 1.0 + (r % 1000) as f64 * f64::EPSILON)); // One long run in the upper bits.
            assert_sorts(&noise(n, |r| f64::from_bits(r % 5000))); // Subnormals.
            assert_sorts(&noise(n, |r| if r % 2 == 0 { -0.0 } else { 0.0 }));
        }
    }

    #[test]
    fn sorted_input_is_borrowed_and_infinite_ends_are_not() {
        let sorted: Vec<f64> = (0..5000_i32).map(f64::from).collect();
        assert!(matches!(Sample::new(&sorted).values, Cow::Borrowed(_)));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let sample = Sample::new(core::slice::from_ref(&bad)).values.len();
            assert_eq!(sample, 0);
        }
        assert_eq!(Sample::new(&[f64::NEG_INFINITY, 1.0, f64::INFINITY]).missing, 2);
        assert_eq!(Sample::new(&[1.0, f64::NAN]).missing, 1);
    }
}
