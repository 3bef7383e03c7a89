//! The exact null distribution of T for small samples (Xiao, Gordon & Yakovlev 2007, *J. Stat. Softw.* 17(8)).
//!
//! T rises with ζ = Σ(a·v − b·u)² over the lattice points (u, v) of a path, with a = lcm/m and b = lcm/n, and all
//! paths are equally likely without ties. Tables of ζ and its number of paths are carried point by point. A path that
//! has reached the observed ζ cannot fall back, so its completions are counted at once and its entry is dropped.

use alloc::vec;
use alloc::vec::Vec;

use super::super::num::float_u64;

/// How many paths come to a point with a given ζ, ascending by ζ.
type Table = Vec<(u64, u64)>;

/// P(ζ ≥ observed) for samples of at most twenty values each, from `excess` = 12·nm(n+m)·T.
pub(super) fn p_value(excess: i128, n: u64, m: u64) -> f64 {
    let shared = greatest_common_divisor(n, m);
    let (Some(a), Some(b)) = (n.checked_div(shared), m.checked_div(shared)) else {
        return 1.0;
    };
    // ζ = lcm²·(n+m)·(6U − nm(4nm−1))/(6(nm)²), rounded down as SciPy does; lcm = nm/shared, and excess is twice the
    // bracket.
    let scale = i128::from(shared).saturating_mul(i128::from(shared)).saturating_mul(12);
    let both = i128::from(n.saturating_add(m));
    let observed = excess.saturating_mul(both).checked_div_euclid(scale).unwrap_or(0);
    let Ok(observed) = u64::try_from(observed) else {
        return 1.0;
    };
    if observed == 0 {
        return 1.0;
    }
    let mut reached = 0_u64;
    let mut column: Vec<Table> = Vec::new();
    for u in 0..=n {
        let mut below: Table = Vec::new();
        let mut next = Vec::new();
        let mut beside = column.into_iter();
        for v in 0..=m {
            let arrivals = match beside.next() {
                Some(table) => merge(&below, &table),
                None if u == 0 && v == 0 => vec![(0, 1)],
                None => below,
            };
            // At (u, v) the reference fraction is u/n and the current one v/m: a·v − b·u in units of 1/lcm.
            let height = a.saturating_mul(v).abs_diff(b.saturating_mul(u));
            let step = height.saturating_mul(height);
            let completions = paths(n.saturating_sub(u), m.saturating_sub(v));
            below = Vec::with_capacity(arrivals.len());
            for (zeta, ways) in arrivals {
                let zeta = zeta.saturating_add(step);
                if zeta >= observed {
                    reached = reached.saturating_add(ways.saturating_mul(completions));
                } else {
                    below.push((zeta, ways));
                }
            }
            next.push(below.clone());
        }
        column = next;
    }
    float_u64(reached) / float_u64(paths(n, m))
}

/// Adds the numbers of paths of equal ζ.
fn merge(left: &[(u64, u64)], right: &[(u64, u64)]) -> Table {
    let mut merged = Vec::with_capacity(left.len().saturating_add(right.len()));
    let (mut left, mut right) = (left.iter().copied().peekable(), right.iter().copied().peekable());
    loop {
        let entry = match (left.peek().copied(), right.peek().copied()) {
            (Some((a, ways)), Some((b, more))) if a == b => {
                left.next();
                right.next();
                Some((a, ways.saturating_add(more)))
            }
            (Some((a, _)), Some((b, _))) if a < b => left.next(),
            (_, Some(_)) => right.next(),
            (_, None) => left.next(),
        };
        match entry {
            Some(entry) => merged.push(entry),
            None => return merged,
        }
    }
}

/// C(right + up, up), below 2³⁸ for at most forty steps.
fn paths(right: u64, up: u64) -> u64 {
    (1..=up)
        .fold(1, |ways: u64, i| ways.saturating_mul(right.saturating_add(i)).checked_div(i).unwrap_or(ways))
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a.checked_rem(b).unwrap_or(0));
    }
    a
}
