//! The limit of T's null distribution (Anderson & Darling 1952; series of Csörgő & Faraway 1996, eq. 1.2).
//!
//! T is standardised to the limit's mean and variance. SciPy adds terms until one falls below 10⁻⁷, and its figures
//! are what people compare with, so the series ends there too. All terms are positive: what is left out makes the
//! p-value too large, never too small, and means that the far tail is not resolved.

use core::f64::consts::PI;

/// 1 − F(T) for samples of n and m values.
pub(super) fn p_value(statistic: f64, n: f64, m: f64) -> f64 {
    let (k, total) = (n * m, n + m);
    let mean = (1.0 + 1.0 / total) / 6.0;
    // 45 times the variance, in quotients that do not overflow.
    let variance =
        (total + 1.0) * (4.0 * k * total - 3.0 * (n * n + m * m) - 2.0 * k) / (total * total) / (4.0 * k);
    let standardised = 1.0 / 6.0 + (statistic - mean) / libm::sqrt(variance);
    if standardised < 0.003 {
        return 1.0; // F is below 2e-18 here.
    }
    (1.0 - distribution(standardised)).max(0.0)
}

/// F(x) = Σ Γ(k+½)/(k!·π^(3/2)·√x)·√y·e^(−q)·K¼(q), with y = 4k + 1 and q = y²/(16x).
fn distribution(x: f64) -> f64 {
    let mut sum = 0.0;
    let mut k = 0.0;
    let mut gamma_quotient = libm::sqrt(PI); // Γ(k + ½)/k!
    loop {
        let y = 4.0 * k + 1.0;
        let q = y * y / (16.0 * x);
        let term = gamma_quotient / (PI * libm::sqrt(PI) * libm::sqrt(x))
            * libm::sqrt(y)
            * libm::exp(-2.0 * q)
            * bessel(q);
        sum += term;
        if term < 1e-7 {
            return sum;
        }
        k += 1.0;
        gamma_quotient *= (k - 0.5) / k;
    }
}

/// eˣ·K¼(x) for x > 0, from ∫₀^∞ exp(−x(cosh t − 1))·cosh(t/4) dt (*NIST DLMF* 10.32.9).
///
/// The integrand is analytic and decays doubly exponentially, so the trapezoidal rule with step h errs by the larger of
/// about e^(−π²/h) and e^(−2π²/(h²x)), which are below the rounding here.
fn bessel(x: f64) -> f64 {
    let step = (0.5 / libm::sqrt(x)).min(0.2);
    let mut sum = 0.5;
    let mut t = 0.0;
    loop {
        t += 1.0;
        // cosh t − 1 = (e^(t/2) − e^(−t/2))²/2
        let root = libm::exp(t * step / 4.0);
        let rise = root * root - 1.0 / (root * root);
        let term = libm::exp(-0.5 * x * rise * rise) * (0.5 * (root + 1.0 / root));
        sum += term;
        if term < sum * 1e-18 {
            return sum * step;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, clippy::excessive_precision, reason = "figures from elsewhere")]

    use super::bessel;

    /// Computed with mpmath at 40 digits.
    #[test]
    fn bessel_function_is_exact_from_small_to_large_arguments() {
        for (x, expected) in [
            (1e-8, 215.559_448_139_441_37),
            (0.0001, 21.354_051_162_747_698),
            (0.0084, 6.552_012_542_734_371),
            (0.3, 1.954_653_098_805_869_5),
            (1.0, 1.170_872_101_678_137_8),
            (2.5, 0.767_706_158_921_372_8),
            (12.0, 0.359_093_013_584_394),
            (40.0, 0.197_708_104_627_504_04),
        ] {
            let found = bessel(x);
            assert!((found / expected - 1.0).abs() < 2e-15, "{x}: {found} {expected}");
        }
    }
}
