//! A sketch as bytes: one form for each sketch, and nothing else parses.
//!
//! All numbers little-endian: `PKLL`, version `u8` = 1, levels `u8`, k `u16`, count `u64`, missing `u64`, variance
//! `f64`, coin `u64`; then for each level from the bottom its length `u32` and that many `f64`, ascending.

use alloc::vec::Vec;

use super::super::DriftError;
use super::super::num::ascending;
use super::{Sketch, capacity, most_variance};

const MAGIC: [u8; 4] = *b"PKLL";
const VERSION: u8 = 1;
/// Weights are powers of two in 64 bits.
const MOST_LEVELS: u8 = 63;
/// What two of them count together is still a number of 64 bits.
const MOST_VALUES: u64 = 1 << 53;

impl Sketch {
    /// The sketch as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.push(VERSION);
        bytes.push(u8::try_from(self.levels.len()).unwrap_or(u8::MAX));
        bytes.extend(self.k.to_le_bytes());
        bytes.extend(self.count.to_le_bytes());
        bytes.extend(self.missing.to_le_bytes());
        bytes.extend(self.variance.to_le_bytes());
        bytes.extend(self.coin.to_le_bytes());
        for level in &self.levels {
            let mut level = level.clone();
            level.sort_unstable_by(ascending);
            bytes.extend(u32::try_from(level.len()).unwrap_or(u32::MAX).to_le_bytes());
            for value in level {
                bytes.extend(value.to_le_bytes());
            }
        }
        bytes
    }

    /// Reads the bytes of [`to_bytes`](Self::to_bytes) and refuses all others.
    ///
    /// Memory is taken only for bytes that are there, never for a length that is claimed.
    ///
    /// # Errors
    /// [`DriftError::SketchFormat`], [`DriftError::SketchLength`], or [`DriftError::SketchContent`] where the parts
    /// contradict one another.
    pub fn parse(bytes: &[u8]) -> Result<Self, DriftError> {
        let mut rest = bytes;
        if take(&mut rest)? != MAGIC {
            return Err(DriftError::SketchFormat);
        }
        let [version, height] = take(&mut rest)?;
        if version != VERSION {
            return Err(DriftError::SketchFormat);
        }
        let k = u16::from_le_bytes(take(&mut rest)?);
        let count = u64::from_le_bytes(take(&mut rest)?);
        let missing = u64::from_le_bytes(take(&mut rest)?);
        let variance = f64::from_le_bytes(take(&mut rest)?);
        let coin = u64::from_le_bytes(take(&mut rest)?);
        if k < Self::MIN_K || !(1..=MOST_LEVELS).contains(&height) {
            return Err(DriftError::SketchContent);
        }
        let height = usize::from(height);
        let mut levels = Vec::with_capacity(height);
        for h in 0..height {
            let length = usize::try_from(u32::from_le_bytes(take(&mut rest)?)).unwrap_or(usize::MAX);
            let (level, after) =
                rest.split_at_checked(length.saturating_mul(8)).ok_or(DriftError::SketchLength)?;
            let level: Vec<f64> =
                level.as_chunks::<8>().0.iter().map(|&eight| f64::from_le_bytes(eight)).collect();
            if length >= capacity(k, h, height) || !is_canonical(&level) {
                return Err(DriftError::SketchContent);
            }
            levels.push(level);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(DriftError::SketchLength);
        }
        let sketch = Self { k, count, missing, variance, coin, levels };
        if sketch.is_consistent() { Ok(sketch) } else { Err(DriftError::SketchContent) }
    }

    /// The weights add up to the count, the top is in use, and what was thrown away left its mark on the error.
    fn is_consistent(&self) -> bool {
        let sum = self.weighted().try_fold(0_u64, |sum, point| sum.checked_add(point.weight));
        let top_in_use = self.levels.len() == 1 || self.levels.last().is_some_and(|top| !top.is_empty());
        // Each level above the bottom was filled by one compaction or more of the level below, of variance 4ʰ.
        let least: f64 = (1..self.levels.len())
            .map(|h| libm::ldexp(0.25, i32::try_from(h.saturating_mul(2)).unwrap_or(0)))
            .sum();
        let most = most_variance(self.count);
        let variance_fits =
            if least > 0.0 { (least..=most).contains(&self.variance) } else { self.variance.to_bits() == 0 };
        sum == Some(self.count) && self.count <= MOST_VALUES && top_in_use && variance_fits
    }
}

/// Ascending, finite, and without −0.0.
fn is_canonical(level: &[f64]) -> bool {
    level.is_sorted_by(|a, b| a <= b)
        && level.iter().all(|x| x.is_finite() && x.to_bits() != (-0.0_f64).to_bits())
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], DriftError> {
    let (head, tail) = rest.split_first_chunk::<N>().ok_or(DriftError::SketchLength)?;
    *rest = tail;
    Ok(*head)
}
