//! Numbers that are random enough and the same on every machine.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "53 bits and small lengths")]

/// `SplitMix64`.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to, but without, 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 * 2.0_f64.powi(-53)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Nearly normal numbers of mean `shift` and standard deviation 1: sums of twelve uniform ones.
pub(crate) fn normal(seed: u64, n: usize, shift: f64) -> Vec<f64> {
    let mut random = Random::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D));
    (0..n).map(|_| (0..12).map(|_| random.uniform()).sum::<f64>() - 6.0 + shift).collect()
}
