//! Inputs on which drift checks usually go wrong: nothing, one value, what is no number, and the ends of the range.

#![allow(clippy::float_cmp, clippy::cast_precision_loss, reason = "exact figures, small counts")]

mod drift_support;

use drift_support::normal;
use placet_core::drift::{
    BinOptions, Bins, Correction, Cusum, DriftError, Method, NullDistribution, PageHinkley, PageHinkleyMode,
    PsiOptions, Smoothing, Status, adjust_p_values, chi_square, cramer_von_mises, cusum, jensen_shannon,
    jensen_shannon_counts, ks_test, kuiper, page_hinkley, psi, psi_counts, wasserstein,
};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[test]
fn empty_side_is_inconclusive_everywhere() {
    let nothing: [&[f64]; 4] = [&[], &[NAN], &[INF, -INF], &[NAN, INF, NAN]];
    for empty in nothing {
        for (reference, current) in [(empty, &[1.0, 2.0][..]), (&[1.0, 2.0][..], empty), (empty, empty)] {
            let ks = ks_test(reference, current, Method::Auto);
            assert_eq!(
                (ks.status, ks.statistic, ks.p_value, ks.method),
                (Status::Inconclusive, None, None, None)
            );
            let missing = reference.iter().chain(current).filter(|x| !x.is_finite()).count() as u64;
            assert_eq!(ks.missing, missing);
            let v = kuiper(reference, current);
            assert_eq!(
                (v.status, v.statistic, v.p_value, v.missing),
                (Status::Inconclusive, None, None, missing)
            );
            let t = cramer_von_mises(reference, current);
            assert_eq!(
                (t.status, t.statistic, t.p_value, t.missing),
                (Status::Inconclusive, None, None, missing)
            );
            let w = wasserstein(reference, current);
            assert_eq!((w.status, w.distance, w.over_reference_sd), (Status::Inconclusive, None, None));
            let index = psi(reference, current, PsiOptions::default());
            assert_eq!((index.status, index.value, index.missing), (Status::Inconclusive, None, missing));
            let js = jensen_shannon(reference, current, BinOptions::default());
            assert_eq!(
                (js.status, js.divergence, js.distance, js.missing),
                (Status::Inconclusive, None, None, missing)
            );
        }
    }
    for (reference, current) in [(&[0, 0][..], &[1, 2][..]), (&[1, 2], &[0, 0]), (&[], &[])] {
        let chi = chi_square(reference, current).unwrap();
        assert_eq!(
            (chi.status, chi.statistic, chi.p_value, chi.cramers_v),
            (Status::Inconclusive, None, None, None)
        );
        assert_eq!(psi_counts(reference, current, Smoothing::Jeffreys).unwrap(), None);
        assert_eq!(jensen_shannon_counts(reference, current).unwrap().status, Status::Inconclusive);
    }
}

#[test]
fn nan_never_hides_drift_wherever_it_stands() {
    let (reference, current) = (normal(1, 50, 0.0), normal(2, 50, 3.0));
    let clean = ks_test(&reference, &current, Method::Auto);
    for place in [0, 1, 25, 50] {
        for bad in [NAN, -NAN, INF, -INF] {
            let mut dirty = current.clone();
            dirty.insert(place, bad);
            let test = ks_test(&reference, &dirty, Method::Auto);
            assert_eq!((test.statistic, test.p_value, test.missing), (clean.statistic, clean.p_value, 1));
            let test = ks_test(&dirty, &reference, Method::Auto);
            assert_eq!((test.statistic, test.p_value, test.missing), (clean.statistic, clean.p_value, 1));
        }
    }
}

#[test]
fn both_zeros_are_one_value() {
    let test = ks_test(&[-0.0, 0.0, -0.0], &[0.0, -0.0], Method::Auto);
    assert_eq!((test.statistic, test.p_value), (Some(0.0), Some(1.0)));
    let index = psi(&[-0.0; 20], &[0.0; 20], PsiOptions::default());
    assert_eq!((index.value, index.edges[0].to_bits()), (Some(0.0), 0));
    assert_eq!(wasserstein(&[-0.0], &[0.0]).distance, Some(0.0));
}

#[test]
fn ties_open_no_gap() {
    // Half the current values equal the reference's: any rule that steps over one side first finds a gap of 1.
    let test = ks_test(&[5.0; 100], &[5.0; 60], Method::Auto);
    assert_eq!((test.statistic, test.p_value), (Some(0.0), Some(1.0)));
    let test = ks_test(&[1.0, 1.0, 2.0, 2.0], &[2.0, 1.0], Method::Auto);
    assert_eq!((test.statistic, test.p_value), (Some(0.0), Some(1.0)));
}

#[test]
fn single_values_have_an_answer() {
    let test = ks_test(&[1.0], &[2.0], Method::Auto);
    assert_eq!((test.statistic, test.p_value, test.location), (Some(1.0), Some(1.0), Some(1.0)));
    assert_eq!(cramer_von_mises(&[1.0], &[2.0]).p_value, Some(1.0));
    assert_eq!(kuiper(&[1.0], &[2.0]).statistic, Some(1.0));
    let moved = wasserstein(&[1.0], &[2.0]);
    assert_eq!((moved.distance, moved.over_reference_sd), (Some(1.0), None));
}

#[test]
fn ends_of_the_range_neither_overflow_nor_vanish() {
    let max = f64::MAX;
    let moved = wasserstein(&[-max, max], &[max, -max]);
    assert_eq!((moved.distance, moved.over_reference_sd), (Some(0.0), Some(0.0)));
    let moved = wasserstein(&[-max], &[max]);
    assert_eq!(moved.distance, Some(max), "twice the largest float is held at the largest");
    let moved = wasserstein(&[-max, max], &[max, max]);
    assert_eq!((moved.distance, moved.over_reference_sd), (Some(max), Some(1.0)));
    let least = 5e-324;
    let moved = wasserstein(&[0.0, 2.0 * least], &[3.0 * least, 5.0 * least]);
    assert_eq!((moved.distance, moved.over_reference_sd), (Some(3.0 * least), Some(3.0)));
    let values = [-max, -1.0, -least, 0.0, least, 1.0, max];
    for binning in [placet_core::drift::Binning::Quantile, placet_core::drift::Binning::Width] {
        let options = BinOptions { binning, ..BinOptions::default() };
        let bins = Bins::new(&values, options).unwrap();
        assert!(bins.edges().iter().all(|edge| edge.is_finite()), "{:?}", bins.edges());
        assert_eq!(bins.count(&values).0.iter().sum::<u64>(), 7);
        assert_eq!(jensen_shannon(&values, &values, options).distance, Some(0.0));
    }
    assert_eq!(ks_test(&values, &values, Method::Auto).statistic, Some(0.0));
    let alarms = page_hinkley(
        &[max, -max, max, -max, max, 1.0],
        &PageHinkley { min_instances: 1, ..PageHinkley::default() },
    );
    assert!(!alarms.unwrap().indices.is_empty(), "an overflow is no calm");
    assert!(!cusum(&[max, -max], &Cusum { mean: -max, ..Cusum::default() }).unwrap().indices.is_empty());
}

#[test]
fn normalising_to_a_range_would_hide_what_is_seen_here() {
    // Outliers squeeze everything else together in a min–max scale; ranks do not care.
    let mut reference = normal(1, 400, 0.0);
    let mut current = normal(2, 400, 1.0);
    reference.push(1e20);
    current.push(1e20);
    assert!(ks_test(&reference, &current, Method::Auto).p_value.unwrap() < 1e-6);
}

#[test]
fn exact_p_of_a_thousand_a_side_is_right_where_the_limit_is_off() {
    // Counted in whole numbers with the reflection principle: P = 2·(C(2n, n−k) − C(2n, n−2k) + …)/C(2n, n).
    let n = 1000_usize;
    for k in [1, 17, 61, 120, 300, 700] {
        let reference: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let current: Vec<f64> = (0..n).map(|i| (i + k) as f64).collect();
        let mut expected = 0.0;
        for (j, sign) in (1..=n / k).rev().zip([1.0, -1.0].iter().cycle().skip((n / k + 1) % 2)) {
            // C(2n, n − jk)/C(2n, n) = ∏ (n − jk + i)/(n + i)
            let shift = j * k;
            let ratio: f64 = (1..=shift).map(|i| (n - shift + i) as f64 / (n + i) as f64).product();
            expected += 2.0 * sign * ratio;
        }
        let test = ks_test(&reference, &current, Method::Auto);
        assert_eq!(test.method, Some(NullDistribution::Exact));
        assert_eq!(test.statistic, Some(k as f64 / n as f64));
        let p = test.p_value.unwrap();
        assert!((p / expected - 1.0).abs() < 1e-9, "D = {k}/1000: {p} {expected}");
    }
}

#[test]
fn method_is_named_and_only_what_was_asked_for() {
    let (reference, current) = (normal(1, 101, 0.0), normal(2, 100, 0.0));
    let name = |method| ks_test(&reference, &current, method).method.map(NullDistribution::as_str);
    assert_eq!(name(Method::Auto), Some("exact"));
    assert_eq!(name(Method::Exact), Some("exact"));
    assert_eq!(name(Method::Limit), Some("limit"));
    let (reference, current) = (normal(1, 4000, 0.0), normal(2, 4000, 0.0));
    assert_eq!(ks_test(&reference, &current, Method::Auto).method, Some(NullDistribution::Limit));
}

#[test]
fn chi_square_is_a_test_of_two_samples() {
    // As if the reference were the truth, χ² would be 28 and p 8e-7.
    let chi = chi_square(&[50, 30, 20], &[30, 30, 40]).unwrap();
    assert!((chi.statistic.unwrap() - 35.0 / 3.0).abs() < 1e-12);
    // Nothing drifts between equal shares, however large.
    let chi = chi_square(&[u64::MAX / 8, u64::MAX / 4], &[1, 2]).unwrap();
    assert!(chi.p_value.unwrap() > 0.999);
    let one = chi_square(&[0, 7, 0], &[0, 9, 0]).unwrap();
    assert_eq!((one.dof, one.statistic, one.p_value, one.cramers_v), (0, Some(0.0), Some(1.0), Some(0.0)));
}

#[test]
fn chi_square_of_many_categories_has_a_tail() {
    let reference = vec![1_000_000_u64; 5_000];
    let current: Vec<u64> = (0..5_000).map(|i| 1_000_000 + 3_000 * (i % 2)).collect();
    let chi = chi_square(&reference, &current).unwrap();
    assert_eq!(chi.dof, 4_999);
    let p = chi.p_value.unwrap();
    // Computed with mpmath at 50 digits.
    assert!((p / 1.746_508_217_374_683e-9 - 1.0).abs() < 1e-9, "{p}");
}

#[test]
fn counts_that_do_not_fit_are_refused() {
    let error = chi_square(&[1, 2], &[1]).unwrap_err();
    assert_eq!(error, DriftError::LengthMismatch { reference: 2, current: 1 });
    assert_eq!(chi_square(&[u64::MAX, 1], &[1, 1]).unwrap_err().code(), "count_overflow");
    assert_eq!(psi_counts(&[1], &[1, 2], Smoothing::Epsilon).unwrap_err().code(), "length_mismatch");
    assert_eq!(jensen_shannon_counts(&[1], &[]).unwrap_err().code(), "length_mismatch");
}

#[test]
fn p_values_that_are_none_are_refused() {
    for bad in [NAN, -1e-9, 1.000_1, INF] {
        for correction in [Correction::Holm, Correction::Bh] {
            let error = adjust_p_values(&[0.1, bad], correction).unwrap_err();
            assert_eq!(error, DriftError::PValueOutOfRange { index: 1 });
        }
    }
    assert_eq!(adjust_p_values(&[], Correction::Holm).unwrap(), []);
    assert_eq!(adjust_p_values(&[1.0, 0.0], Correction::Bh).unwrap(), [1.0, 0.0]);
}

#[test]
fn edges_out_of_order_are_refused() {
    for edges in [vec![1.0, 1.0], vec![2.0, 1.0], vec![NAN], vec![1.0, INF]] {
        assert_eq!(Bins::from_edges(edges).unwrap_err().code(), "option_out_of_range");
    }
    let bins = Bins::from_edges(vec![1.0, 2.0]).unwrap();
    // Closed on the right: a value on an edge belongs below it.
    assert_eq!(bins.count(&[1.0, 1.5, 2.0, 2.5, NAN, INF]), (vec![1, 2, 1], 2));
}

#[test]
fn charts_step_over_missing_values_and_refuse_senseless_settings() {
    let mut stream = normal(1, 200, 0.0);
    stream.extend(normal(2, 200, 2.0));
    let clean = cusum(&stream, &Cusum::default()).unwrap();
    let mut dirty = stream.clone();
    dirty.insert(0, NAN);
    let shifted = cusum(&dirty, &Cusum::default()).unwrap();
    assert_eq!(shifted.missing, 1);
    assert!(shifted.indices.iter().zip(&clean.indices).all(|(a, b)| *a == b + 1));
    for settings in [
        Cusum { sd: 0.0, ..Cusum::default() },
        Cusum { sd: NAN, ..Cusum::default() },
        Cusum { mean: INF, ..Cusum::default() },
        Cusum { h: -1.0, ..Cusum::default() },
    ] {
        assert_eq!(cusum(&stream, &settings).unwrap_err().code(), "option_out_of_range");
    }
    for settings in [
        PageHinkley { alpha: 1.1, ..PageHinkley::default() },
        PageHinkley { threshold: NAN, ..PageHinkley::default() },
        PageHinkley { delta: -1.0, ..PageHinkley::default() },
    ] {
        assert_eq!(page_hinkley(&stream, &settings).unwrap_err().code(), "option_out_of_range");
    }
}

#[test]
fn page_hinkley_looks_the_way_it_is_told() {
    let mut rising = normal(1, 300, 0.0);
    rising.extend(normal(2, 300, 1.5));
    let falling: Vec<f64> = rising.iter().map(|x| -x).collect();
    let alarms = |values: &[f64], mode| {
        page_hinkley(values, &PageHinkley { mode, ..PageHinkley::default() }).unwrap().indices
    };
    assert!(!alarms(&rising, PageHinkleyMode::Up).is_empty());
    assert!(alarms(&rising, PageHinkleyMode::Down).is_empty());
    assert!(alarms(&falling, PageHinkleyMode::Up).is_empty());
    assert_eq!(alarms(&falling, PageHinkleyMode::Down), alarms(&rising, PageHinkleyMode::Up));
    assert_eq!(alarms(&falling, PageHinkleyMode::Both), alarms(&rising, PageHinkleyMode::Both));
}
