//! Laws that every pair of samples obeys.

#![allow(clippy::float_cmp, reason = "laws that hold to the last bit")]

use placet_core::drift::{
    BinOptions, Correction, Method, PsiOptions, Sketch, adjust_p_values, chi_square, cramer_von_mises,
    jensen_shannon, jensen_shannon_counts, ks_test, ks_test_sketches, kuiper, psi, severity, wasserstein,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Every float there is, and often ties.
fn sample() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        4 => (-4_i8..4).prop_map(f64::from),
        4 => -1e3..1e3_f64,
        1 => any::<f64>(),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-0.0), Just(5e-324), Just(f64::MAX)],
    ];
    vec(value, 0..60)
}

fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|x| x.is_finite()).collect()
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        (None, None) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_sample_tests_are_symmetric(a in sample(), b in sample()) {
        let (forth, back) = (ks_test(&a, &b, Method::Auto), ks_test(&b, &a, Method::Auto));
        prop_assert_eq!(forth.statistic, back.statistic);
        prop_assert_eq!(forth.p_value, back.p_value);
        prop_assert_eq!(kuiper(&a, &b).statistic, kuiper(&b, &a).statistic);
        prop_assert_eq!(cramer_von_mises(&a, &b).statistic, cramer_von_mises(&b, &a).statistic);
        prop_assert!(close(cramer_von_mises(&a, &b).p_value, cramer_von_mises(&b, &a).p_value));
        prop_assert!(close(wasserstein(&a, &b).distance, wasserstein(&b, &a).distance));
    }

    #[test]
    fn order_of_the_values_does_not_matter(a in sample(), b in sample(), turn in 0..60_usize) {
        let mut turned = a.clone();
        if !turned.is_empty() {
            let middle = turn % turned.len();
            turned.rotate_left(middle);
        }
        prop_assert_eq!(ks_test(&a, &b, Method::Auto), ks_test(&turned, &b, Method::Auto));
        prop_assert_eq!(psi(&a, &b, PsiOptions::default()), psi(&turned, &b, PsiOptions::default()));
    }

    #[test]
    fn ranks_alone_decide(a in sample(), b in sample()) {
        // Strictly rising and exact for these: a power of two, and a shift of small integers.
        let ints = |side: &[f64]| -> Vec<f64> { side.iter().map(|x| x.clamp(-1e3, 1e3).round()).collect() };
        let map = |side: &[f64]| -> Vec<f64> { side.iter().map(|x| x.powi(3) * 4.0 + 7.0).collect() };
        let (a, b) = (ints(&a), ints(&b));
        let (plain, mapped) = (ks_test(&a, &b, Method::Auto), ks_test(&map(&a), &map(&b), Method::Auto));
        prop_assert_eq!((plain.statistic, plain.p_value), (mapped.statistic, mapped.p_value));
        prop_assert_eq!(cramer_von_mises(&a, &b).statistic, cramer_von_mises(&map(&a), &map(&b)).statistic);
        // A falling map turns D⁺ and D⁻ round.
        let fall = |side: &[f64]| -> Vec<f64> { side.iter().map(|x| -x).collect() };
        prop_assert_eq!(plain.statistic, ks_test(&fall(&a), &fall(&b), Method::Auto).statistic);
    }

    #[test]
    fn identical_samples_never_differ(a in sample()) {
        prop_assume!(!finite(&a).is_empty());
        let ks = ks_test(&a, &a, Method::Auto);
        prop_assert_eq!((ks.statistic, ks.p_value), (Some(0.0), Some(1.0)));
        prop_assert_eq!(ks_test(&a, &a, Method::Limit).p_value, Some(1.0));
        prop_assert_eq!(wasserstein(&a, &a).distance, Some(0.0));
        prop_assert_eq!(psi(&a, &a, PsiOptions::default()).value, Some(0.0));
        prop_assert_eq!(jensen_shannon(&a, &a, BinOptions::default()).distance, Some(0.0));
        prop_assert_eq!(cramer_von_mises(&a, &a).p_value, Some(1.0));
        prop_assert_eq!(kuiper(&a, &a).p_value, Some(1.0));
    }

    #[test]
    fn answers_stay_in_their_ranges(a in sample(), b in sample()) {
        let unit = |x: Option<f64>| x.is_none_or(|x| (0.0..=1.0).contains(&x));
        for method in [Method::Auto, Method::Exact, Method::Limit] {
            let ks = ks_test(&a, &b, method);
            prop_assert!(unit(ks.statistic) && unit(ks.p_value));
            prop_assert_eq!(ks.n + ks.m + ks.missing, (a.len() + b.len()) as u64);
        }
        let (v, t) = (kuiper(&a, &b), cramer_von_mises(&a, &b));
        prop_assert!(unit(v.statistic) && unit(v.p_value) && unit(t.p_value));
        prop_assert!(wasserstein(&a, &b).distance.is_none_or(|d| d.is_finite() && d >= 0.0));
        prop_assert!(wasserstein(&a, &b).over_reference_sd.is_none_or(|d| d.is_finite() && d >= 0.0));
        let index = psi(&a, &b, PsiOptions::default());
        prop_assert!(index.value.is_none_or(|v| v.is_finite() && v >= 0.0));
        let total: u64 = index.reference.iter().chain(&index.current).sum();
        prop_assert!(index.edges.is_empty() || total + index.missing == (a.len() + b.len()) as u64);
        prop_assert!(unit(jensen_shannon(&a, &b, BinOptions::default()).divergence));
    }

    #[test]
    fn counts_are_compared_symmetrically(pairs in vec((0..50_u64, 0..50_u64), 1..12)) {
        let (a, b): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
        prop_assert_eq!(jensen_shannon_counts(&a, &b).unwrap(), jensen_shannon_counts(&b, &a).unwrap());
        let (forth, back) = (chi_square(&a, &b).unwrap(), chi_square(&b, &a).unwrap());
        prop_assert!(close(forth.statistic, back.statistic) && close(forth.p_value, back.p_value));
    }

    #[test]
    fn adjusted_p_values_keep_their_order_and_never_fall(p in vec(0.0..=1.0_f64, 0..20)) {
        let holm = adjust_p_values(&p, Correction::Holm).unwrap();
        let bh = adjust_p_values(&p, Correction::Bh).unwrap();
        for i in 0..p.len() {
            prop_assert!(bh[i] >= p[i] * (1.0 - 1e-15) && holm[i] >= bh[i] * (1.0 - 1e-12) && holm[i] <= 1.0);
            for j in 0..p.len() {
                prop_assert!(p[i] > p[j] || holm[i] <= holm[j] && bh[i] <= bh[j]);
            }
        }
    }

    #[test]
    fn severity_never_falls(u in 0.0..1e6_f64, v in 0.0..1e6_f64) {
        prop_assert!(u >= v || severity(u) <= severity(v));
    }

    #[test]
    fn sketches_of_short_streams_merge_to_the_sample(a in sample(), b in sample(), c in sample()) {
        let sketch = |values: &[f64]| {
            let mut sketch = Sketch::new(256).unwrap();
            sketch.extend(values);
            sketch
        };
        let mut merged = sketch(&a);
        merged.merge(&sketch(&b));
        let both: Vec<f64> = a.iter().chain(&b).copied().collect();
        prop_assert_eq!(&merged.to_bytes()[8..24], &sketch(&both).to_bytes()[8..24]);
        let (ks, sketched) = (ks_test(&both, &c, Method::Auto), ks_test_sketches(&merged, &sketch(&c)));
        prop_assert_eq!((ks.statistic, ks.p_value), (sketched.statistic, sketched.p_value));
    }

    #[test]
    fn any_bytes_parse_or_are_refused(bytes in vec(any::<u8>(), 0..200)) {
        let mut framed = b"PKLL\x01\x01\x80\x00".to_vec();
        framed.extend(&bytes);
        for candidate in [&bytes, &framed] {
            if let Ok(sketch) = Sketch::parse(candidate) {
                prop_assert_eq!(&sketch.to_bytes(), candidate);
            }
        }
    }
}
