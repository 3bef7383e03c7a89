//! How fast drift checks are natively: prints figures as JSON, for `cargo xtask bench drift`.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use placet_core::drift::{Method, Sketch, ks_test};

/// Numbers that are normal but for their far tails: twelve uniform ones each, by xorshift.
fn normal(count: usize, seed: u32, shift: f64) -> Vec<f64> {
    let mut state = seed;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f64::from(state) / 4_294_967_296.0
    };
    (0..count).map(|_| (0..12).map(|_| uniform()).sum::<f64>() - 6.0 + shift).collect()
}

/// The median time of a call in milliseconds.
fn milliseconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let (begin, mut times) = (Instant::now(), Vec::new());
    while begin.elapsed() < Duration::from_secs(2) || times.len() < 5 {
        let start = Instant::now();
        black_box(work());
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn main() {
    let test = |a: &[f64], b: &[f64], method| milliseconds(|| ks_test(black_box(a), black_box(b), method));
    let (five, moved) = (normal(100_000, 1, 0.0), normal(100_000, 2, 0.01));
    let mut sorted = five.clone();
    sorted.sort_by(f64::total_cmp);
    let (six, six_moved) = (normal(1_000_000, 3, 0.0), normal(1_000_000, 4, 0.01));
    let sketch = milliseconds(|| {
        let mut sketch = Sketch::default();
        sketch.extend(black_box(&six));
        sketch
    });
    println!(
        r#"{{"five":{},"six":{},"sorted":{},"exact":{},"sketch":{}}}"#,
        test(&five, &moved, Method::Auto),
        test(&six, &six_moved, Method::Auto),
        test(&sorted, &moved, Method::Auto),
        test(&normal(1000, 5, 0.0), &normal(1000, 6, 0.1), Method::Exact),
        1000.0 / sketch,
    );
}
