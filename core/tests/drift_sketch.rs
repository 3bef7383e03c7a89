//! What could make a sketch lie: a broken error bound, a merge that loses weight, bytes made up.

#![allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "counts are small and figures exact")]

mod drift_support;

use drift_support::{Random, normal};
use placet_core::drift::{KsTest, Method, Sketch, Status, ks_test, ks_test_sketches};

fn sketch_of(k: u16, values: &[f64]) -> Sketch {
    let mut sketch = Sketch::new(k).unwrap();
    sketch.extend(values);
    sketch
}

/// The largest error of any rank, as a share of the count.
fn worst_error(sketch: &Sketch, values: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let step = (sorted.len() / 200).max(1);
    sorted
        .iter()
        .step_by(step)
        .map(|&x| {
            let rank = sorted.partition_point(|&y| y <= x) as f64;
            (rank - sketch.rank(x) as f64).abs() / n
        })
        .fold(0.0, f64::max)
}

/// Orders that make careless compactions lean to one side.
fn orders(n: usize, seed: u64) -> Vec<(&'static str, Vec<f64>)> {
    let random = normal(seed, n, 0.0);
    let mut rising = random.clone();
    rising.sort_by(f64::total_cmp);
    let falling: Vec<f64> = rising.iter().rev().copied().collect();
    let zigzag = rising.iter().zip(&falling).flat_map(|(a, b)| [*a, *b]).take(n).collect();
    let ties = random.iter().map(|x| (x * 2.0).round()).collect();
    vec![("random", random), ("rising", rising), ("falling", falling), ("zigzag", zigzag), ("ties", ties)]
}

#[test]
fn stated_error_holds_for_every_order_and_size() {
    for k in [128, 700] {
        for n in [100, 5_000, 120_000] {
            for (order, values) in orders(n, u64::from(k) + n as u64) {
                let sketch = sketch_of(k, &values);
                assert_eq!(sketch.count(), n as u64, "weights must add up: {order}, k {k}, n {n}");
                assert_eq!(sketch.rank(f64::MAX), n as u64, "{order}, k {k}, n {n}");
                let (error, stated) = (worst_error(&sketch, &values), sketch.rank_error());
                assert!(error <= stated, "{order}, k {k}, n {n}: {error} above {stated}");
                assert!(stated <= 9.0 / f64::from(k), "k {k}, n {n}: {stated} is no useful bound");
            }
        }
    }
}

#[test]
fn merge_is_the_sketch_of_both_streams_within_the_bound() {
    for (parts, size) in [(2, 50_000), (12, 7_000), (365, 400)] {
        let mut all = Vec::new();
        let mut merged = Sketch::new(512).unwrap();
        for part in 0..parts {
            let values = normal(part, size, part as f64 / parts as f64);
            merged.merge(&sketch_of(512, &values));
            all.extend(values);
        }
        assert_eq!(merged.count(), all.len() as u64);
        let (error, stated) = (worst_error(&merged, &all), merged.rank_error());
        assert!(error <= stated, "{parts} parts: {error} above {stated}");
        assert!(stated < 0.05, "{parts} parts: {stated} is no useful bound");
    }
}

#[test]
fn merging_a_stream_with_itself_stays_within_the_bound() {
    let values = normal(9, 80_000, 0.0);
    let mut sketch = sketch_of(256, &values);
    for _ in 0..4 {
        let copy = sketch.clone();
        sketch.merge(&copy);
    }
    let repeated: Vec<f64> = values.iter().copied().cycle().take(16 * values.len()).collect();
    assert!(worst_error(&sketch, &repeated) <= sketch.rank_error());
}

#[test]
fn merge_takes_the_smaller_k_and_counts_missing_values() {
    let mut fine = sketch_of(1000, &[1.0, f64::NAN]);
    let coarse = sketch_of(200, &[f64::INFINITY, 2.0, 3.0]);
    fine.merge(&coarse);
    assert_eq!((fine.k(), fine.count(), fine.missing()), (200, 3, 2));
    assert_eq!(fine.rank_error(), 0.0);
}

#[test]
fn one_value_at_a_time_gives_the_same_bytes() {
    let values = normal(3, 20_000, 0.0);
    let whole = sketch_of(200, &values);
    let mut single = Sketch::new(200).unwrap();
    for value in &values {
        single.extend(std::slice::from_ref(value));
    }
    assert_eq!(whole.to_bytes(), single.to_bytes());
}

#[test]
fn small_streams_answer_exactly_as_the_samples_do() {
    let (reference, current) = (normal(1, 100, 0.0), normal(2, 90, 0.5));
    let KsTest { statistic, p_value, .. } = ks_test(&reference, &current, Method::Auto);
    let answer = ks_test_sketches(&sketch_of(128, &reference), &sketch_of(128, &current));
    assert_eq!((answer.statistic, answer.error, answer.p_value), (statistic, 0.0, p_value));
    assert_eq!(answer.lower_bound, statistic);
}

#[test]
fn comparison_states_its_error_and_never_alarms_by_it() {
    let (reference, current) = (normal(1, 200_000, 0.0), normal(2, 200_000, 0.02));
    let exact = ks_test(&reference, &current, Method::Limit);
    let answer = ks_test_sketches(&sketch_of(512, &reference), &sketch_of(512, &current));
    let (d, found) = (exact.statistic.unwrap(), answer.statistic.unwrap());
    assert!((d - found).abs() <= answer.error);
    assert!(answer.lower_bound.unwrap() <= d);
    assert!(answer.p_value >= exact.p_value);
    assert!(exact.p_value.unwrap() < 0.01, "the shift is there to be found without a sketch");
    // The same shift, and a sketch fine enough for it.
    let fine = ks_test_sketches(&sketch_of(u16::MAX, &reference), &sketch_of(u16::MAX, &current));
    assert!(fine.p_value.unwrap() < 0.01);
}

#[test]
fn empty_sketch_is_inconclusive() {
    let empty = sketch_of(128, &[f64::NAN]);
    let answer = ks_test_sketches(&empty, &sketch_of(128, &[1.0]));
    assert_eq!((answer.status, answer.statistic, answer.missing), (Status::Inconclusive, None, 1));
    assert_eq!(empty.quantile(0.5), None);
}

#[test]
fn quantiles_are_values_of_the_stream() {
    let values: Vec<f64> = (1..=100_i32).map(f64::from).collect();
    let sketch = sketch_of(128, &values);
    assert_eq!(sketch.quantile(0.0), Some(1.0));
    assert_eq!(sketch.quantile(0.5), Some(50.0));
    assert_eq!(sketch.quantile(1.0), Some(100.0));
    assert_eq!(sketch.quantile(f64::NAN), None);
}

#[test]
fn bytes_come_back_as_the_same_sketch() {
    for n in [0, 1, 127, 128, 129, 5_000, 60_000] {
        let sketch = sketch_of(150, &normal(4, n, 0.0));
        let bytes = sketch.to_bytes();
        let mut parsed = Sketch::parse(&bytes).unwrap();
        assert_eq!(parsed, sketch);
        assert_eq!(parsed.to_bytes(), bytes);
        // And it goes on as the same sketch.
        let mut original = sketch;
        parsed.extend(&normal(5, 1_000, 0.0));
        original.extend(&normal(5, 1_000, 0.0));
        assert_eq!(parsed, original);
    }
}

#[test]
fn cut_extended_and_altered_bytes_do_not_parse() {
    let bytes = sketch_of(128, &normal(4, 3_000, 0.0)).to_bytes();
    for length in 0..bytes.len() {
        assert!(Sketch::parse(&bytes[..length]).is_err(), "cut to {length} bytes");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(Sketch::parse(&longer).unwrap_err().code(), "sketch_length");
    for (place, to, code) in [
        (0, b'X', "sketch_format"),
        (4, 2, "sketch_format"),
        (5, 0, "sketch_content"),
        (5, 64, "sketch_content"),
        (5, 255, "sketch_content"),
        (6, 1, "sketch_content"),
        (8, bytes[8] ^ 1, "sketch_content"),      // The count.
        (31, bytes[31] ^ 0x80, "sketch_content"), // The variance, made negative.
    ] {
        let mut altered = bytes.clone();
        altered[place] = to;
        if (place, to) == (6, 1) {
            altered[7] = 0; // k = 1.
        }
        assert_eq!(Sketch::parse(&altered).unwrap_err().code(), code, "byte {place}");
    }
}

#[test]
fn unsorted_non_finite_and_negative_zero_values_do_not_parse() {
    let bytes = sketch_of(128, &[1.0, 2.0, 3.0]).to_bytes();
    let first = bytes.len() - 24;
    for bad in [2.5, f64::NAN, f64::NEG_INFINITY, -0.0] {
        let mut altered = bytes.clone();
        altered[first..first + 8].copy_from_slice(&f64::to_le_bytes(bad));
        assert_eq!(Sketch::parse(&altered).unwrap_err().code(), "sketch_content", "{bad}");
    }
}

#[test]
fn an_error_that_is_understated_does_not_parse() {
    let sketch = sketch_of(128, &normal(4, 3_000, 0.0));
    let mut bytes = sketch.to_bytes();
    bytes[24..32].copy_from_slice(&0.0_f64.to_le_bytes());
    assert_eq!(Sketch::parse(&bytes).unwrap_err().code(), "sketch_content");
}

#[test]
fn an_error_beyond_all_values_does_not_parse() {
    let mut bytes = sketch_of(128, &normal(4, 3_000, 0.0)).to_bytes();
    let variance = 24..32;
    bytes[variance.clone()].copy_from_slice(&(3_000.0_f64 * 3_000.0).to_le_bytes());
    let worst = Sketch::parse(&bytes).unwrap();
    let mut twice = worst.clone();
    twice.merge(&worst);
    assert!(Sketch::parse(&twice.to_bytes()).is_ok());
    for beyond in [3_000.0 * 3_000.0 + 1.0, 1e300, f64::INFINITY, f64::NAN] {
        bytes[variance.clone()].copy_from_slice(&beyond.to_le_bytes());
        assert_eq!(Sketch::parse(&bytes).unwrap_err().code(), "sketch_content", "{beyond}");
    }
}

#[test]
fn hostile_bytes_never_panic() {
    let template = sketch_of(128, &normal(4, 3_000, 0.0)).to_bytes();
    let mut random = Random::new(7);
    for _ in 0..3_000 {
        let mut bytes = template.clone();
        for _ in 0..=random.below(4) {
            let place = random.below(bytes.len().min(64));
            bytes[place] = random.next().to_le_bytes()[0];
        }
        if let Ok(mut sketch) = Sketch::parse(&bytes) {
            sketch.extend(&[1.0; 300]);
            let copy = sketch.clone();
            sketch.merge(&copy);
            assert!(sketch.rank_error() >= 0.0);
        }
    }
}

#[test]
fn accuracy_below_the_least_is_refused() {
    assert_eq!(Sketch::new(127).unwrap_err().code(), "option_out_of_range");
}
