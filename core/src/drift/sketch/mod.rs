//! A quantile sketch of the KLL family (Karnin, Lang & Liberty 2016, "Optimal quantile approximation in streams").
//!
//! A tower of compactors: level h holds values that stand for 2ʰ observations each. A full level is sorted and every
//! other value, odd or even by a coin, goes up. That moves the rank of any x by at most 2ʰ, up or down by the coin. The
//! sketch adds up the squares of these moves, so its error is what happened to it and not only a function of k.
//!
//! The coins are drawn from the sketch's own state and the values at hand: the same stream gives the same bytes. Whoever
//! chooses the stream can foresee them; the stated error is for streams that are not made against the sketch.

mod codec;

use alloc::vec;
use alloc::vec::Vec;

use super::DriftError;
use super::ecdf::Weighted;
use super::num::{ascending, count, float_u64};

/// Few large compactions cost less time and error than many small ones; 128 values are a kibibyte.
const LEAST_CAPACITY: usize = 128;
/// Grid points between which a rank can be off by one part in this many of k more.
const GRID_PER_K: f64 = 16.0;
/// The chance that any rank of a sketch is off by more than its stated error.
const FAILURE: f64 = 1e-3;

/// A mergeable summary of a stream of numbers, from which ranks can be read with a known error.
///
/// ```
/// use placet_core::drift::Sketch;
///
/// let mut sketch = Sketch::default();
/// sketch.extend(&[1.0, 2.0, f64::NAN, 3.0]);
/// assert_eq!((sketch.count(), sketch.missing(), sketch.rank(2.0)), (3, 1, 2));
/// assert_eq!(sketch.rank_error(), 0.0); // Nothing had to be thrown away yet.
/// assert_eq!(Sketch::parse(&sketch.to_bytes())?, sketch);
/// # Ok::<(), placet_core::drift::DriftError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sketch {
    k: u16,
    count: u64,
    missing: u64,
    /// Σ 4ʰ over all compactions at level h: the variance of a rank at worst.
    variance: f64,
    coin: u64,
    /// What each level holds, in order of arrival. There is always a level 0.
    levels: Vec<Vec<f64>>,
}

impl Default for Sketch {
    /// A sketch with k = 2048: some 60 kB after a billion values, and ranks to 0.4 %.
    fn default() -> Self {
        Self::empty(2048)
    }
}

/// Two sketches are equal if they hold the same values at the same levels and will throw the same coins.
impl PartialEq for Sketch {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

/// The variance of a rank that may be anything: it is never off by more than all values.
fn most_variance(count: u64) -> f64 {
    float_u64(count) * float_u64(count)
}

impl Sketch {
    /// The least k.
    pub const MIN_K: u16 = 128;

    /// An empty sketch of accuracy k: it keeps some 3k values, and its error falls as 1/k.
    ///
    /// # Errors
    /// [`DriftError::OptionOutOfRange`] if k is below [`Sketch::MIN_K`].
    pub fn new(k: u16) -> Result<Self, DriftError> {
        if k < Self::MIN_K { Err(DriftError::OptionOutOfRange { option: "k" }) } else { Ok(Self::empty(k)) }
    }

    fn empty(k: u16) -> Self {
        Self { k, count: 0, missing: 0, variance: 0.0, coin: u64::from(k), levels: vec![Vec::new()] }
    }

    /// Adds the finite values and counts the others as missing.
    pub fn extend(&mut self, mut values: &[f64]) {
        while !values.is_empty() {
            let held = self.levels.first().map_or(0, Vec::len);
            let room = capacity(self.k, 0, self.levels.len()).saturating_sub(held);
            let (now, later) = values.split_at_checked(room).unwrap_or((values, &[]));
            if let Some(bottom) = self.levels.first_mut() {
                // Adding zero turns −0.0 into 0.0: the two are one value.
                bottom.extend(now.iter().filter(|x| x.is_finite()).map(|x| x + 0.0));
                let added = bottom.len().saturating_sub(held);
                let missing = now.len().saturating_sub(added);
                self.count = self.count.saturating_add(count(added));
                self.missing = self.missing.saturating_add(count(missing));
                if added == room {
                    self.compact();
                }
            }
            values = later;
        }
    }

    /// Takes in another sketch: the result is a sketch of both streams, with the smaller k.
    ///
    /// The two errors are added as if they agreed in sign, because the streams may have been the same.
    pub fn merge(&mut self, other: &Self) {
        // (√a + √b)², with nothing to round where one of them is 0.
        let sum = self.variance + other.variance + 2.0 * libm::sqrt(self.variance * other.variance);
        self.k = self.k.min(other.k);
        self.count = self.count.saturating_add(other.count);
        self.variance = sum.min(most_variance(self.count));
        self.missing = self.missing.saturating_add(other.missing);
        self.coin = mix(self.coin ^ other.coin.rotate_left(32));
        if self.levels.len() < other.levels.len() {
            self.levels.resize(other.levels.len(), Vec::new());
        }
        for (mine, theirs) in self.levels.iter_mut().zip(&other.levels) {
            mine.extend_from_slice(theirs);
        }
        self.compact();
    }

    /// The accuracy parameter.
    #[must_use]
    pub fn k(&self) -> u16 {
        self.k
    }

    /// How many finite values it has seen.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many NaN and infinities it has seen.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// How many of the finite values were ≤ x, within [`rank_error`](Self::rank_error) times [`count`](Self::count).
    #[must_use]
    pub fn rank(&self, x: f64) -> u64 {
        self.weighted()
            .filter(|point| point.value <= x)
            .fold(0, |sum, point| sum.saturating_add(point.weight))
    }

    /// The value below or at which a share q of the stream lies (lower quantile). None if the sketch is empty
    /// or q is NaN.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if q.is_nan() {
            return None;
        }
        let target = q.clamp(0.0, 1.0) * float_u64(self.count);
        let points = self.points();
        let mut below = 0_u64;
        let reached = points.iter().find(|point| {
            below = below.saturating_add(point.weight);
            float_u64(below) >= target
        });
        reached.or(points.last()).map(|point| point.value)
    }

    /// The stated error: every rank, divided by the count, is right within ± this, but for a chance of one in a
    /// thousand. 0 while nothing has been thrown away.
    ///
    /// By Hoeffding's inequality at a grid of G = 16k ranks, between which ranks can only grow by 1/G:
    /// √(2·ln(2G/0.001)·Σ4ʰ)/n + 1/G.
    #[must_use]
    pub fn rank_error(&self) -> f64 {
        if self.variance <= 0.0 {
            return 0.0;
        }
        let grid = GRID_PER_K * f64::from(self.k);
        let deviation = libm::sqrt(2.0 * libm::log(2.0 * grid / FAILURE) * self.variance);
        (deviation / float_u64(self.count) + 1.0 / grid).min(1.0)
    }

    /// All values kept, ascending, with what they stand for.
    pub(super) fn points(&self) -> Vec<Weighted> {
        let mut points: Vec<Weighted> = self.weighted().collect();
        points.sort_unstable_by(|a, b| ascending(&a.value, &b.value));
        points
    }

    fn weighted(&self) -> impl Iterator<Item = Weighted> {
        let weights = (0_u32..).map(|h| 1_u64.checked_shl(h).unwrap_or(u64::MAX));
        self.levels
            .iter()
            .zip(weights)
            .flat_map(|(level, weight)| level.iter().map(move |&value| Weighted { value, weight }))
    }

    /// Compacts full levels from the bottom up until none is.
    fn compact(&mut self) {
        let mut h = 0;
        loop {
            let height = self.levels.len();
            let Some(level) = self.levels.get_mut(h) else {
                return;
            };
            if level.len() < capacity(self.k, h, height) {
                h = h.saturating_add(1);
                continue;
            }
            let mut full = core::mem::take(level);
            if h == 0 {
                full.sort_unstable_by(ascending);
            } else {
                full.sort_by(ascending); // A few ascending runs, which this sort merges.
            }
            // Of an odd number one stays behind, so that the weights always add up to the count.
            if full.len() % 2 == 1 {
                level.extend(full.pop());
            }
            self.coin = mix(self.coin ^ fold(&full));
            let promoted: Vec<f64> =
                full.into_iter().skip(usize::from(self.coin >> 63 == 1)).step_by(2).collect();
            let more = libm::ldexp(1.0, i32::try_from(h.saturating_mul(2)).unwrap_or(i32::MAX));
            self.variance = (self.variance + more).min(most_variance(self.count));
            let above = h.saturating_add(1);
            if let Some(next) = self.levels.get_mut(above) {
                next.extend(promoted);
                h = above;
            } else {
                self.levels.push(promoted);
                // A new top leaves less room to the levels below.
                h = 0;
            }
        }
    }
}

/// How many values level h may hold: k at the top, two thirds of it a level lower, and so on.
fn capacity(k: u16, h: usize, levels: usize) -> usize {
    let depth = levels.saturating_sub(h).saturating_sub(1);
    (0..depth).fold(usize::from(k), |c, _| c.saturating_mul(2) / 3).max(LEAST_CAPACITY)
}

/// A word that depends on every value, so that different streams throw different coins.
fn fold(values: &[f64]) -> u64 {
    values.iter().fold(0, |word: u64, x| word.rotate_left(5) ^ x.to_bits())
}

/// The finaliser of `SplitMix64`.
fn mix(word: u64) -> u64 {
    let z = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
