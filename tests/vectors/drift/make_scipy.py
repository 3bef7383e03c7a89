"""Makes scipy.json: more cases in the form of examples.json, from SciPy, NumPy and integer arithmetic.

Run with SciPy 1.17 and NumPy 2.4: python make_scipy.py > scipy.json
"""

import json
import math
from fractions import Fraction

import numpy as np
from scipy import stats


def lattice_p(n, m, d):
    """P(D >= d/(nm)) by counting all lattice paths in whole numbers."""
    row = []
    for i in range(n + 1):
        below = 0
        for j in range(m + 1):
            ways = 1 if i == j == 0 else (row[j] if i else 0) + below
            below = ways if abs(i * m - j * n) < d else 0
            if i:
                row[j] = below
            else:
                row.append(below)
    total = math.comb(n + m, n)
    return float(Fraction(total - row[m], total))


def limit_q(x):
    return 1.0 if x == 0 else float(stats.kstwobign.sf(x))


def stephens(v, en):
    x = (math.sqrt(en) + 0.155 + 0.24 / math.sqrt(en)) * v
    if x < 0.4:
        return 1.0
    terms = ((4 * j * j * x * x - 1) * math.exp(-2 * j * j * x * x) for j in range(1, 101))
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def bins(ref, cur, edges):
    count = lambda side: np.bincount(np.searchsorted(edges, side), minlength=len(edges) + 1)
    a, b = count(ref), count(cur)
    n, m, size = len(ref), len(cur), len(a)
    used = (a + b) > 0
    p, q = np.maximum(a / n, 1e-4)[used], np.maximum(b / m, 1e-4)[used]
    pj, qj = (a + 0.5) / (n + size / 2), (b + 0.5) / (m + size / 2)
    js = []
    for x, y in zip(a, b):
        x, y = x / n, y / m
        for one in (x, y):
            if one:
                js.append(one / 2 * math.log2(2 * one / (x + y)))
    js = max(0.0, math.fsum(js))
    if used.sum() > 1:
        chi = stats.chi2_contingency(np.array([a, b])[:, used], correction=False)
        chi2 = {"statistic": float(chi.statistic), "dof": int(chi.dof), "p": float(chi.pvalue)}
    else:
        chi2 = {"statistic": 0.0, "dof": 0, "p": 1.0}
    return {
        "edges": edges,
        "ref_counts": a.tolist(),
        "cur_counts": b.tolist(),
        "psi_eps1e-4": math.fsum((p - q) * np.log(p / q)),
        "psi_jeffreys": math.fsum((pj - qj) * np.log(pj / qj)),
        "js_divergence_bits": js,
        "js_distance": math.sqrt(js),
        "chi2_homogeneity": chi2,
    }


def quantile_edges(ref):
    ordered = sorted(ref)
    edges = set()
    for k in range(1, 10):
        place = k / 10 * (len(ref) - 1)
        at = math.floor(place)
        a, b = ordered[at], ordered[min(at + 1, len(ref) - 1)]
        edges.add(a + (place - at) * (b - a) + 0.0)
    return sorted(edges)


def width_edges(ref):
    low, high = min(ref), max(ref)
    if low == high:
        return [low + 0.0]
    return sorted({low + k * ((high - low) / 10) + 0.0 for k in range(1, 10)})


def case(name, ref, cur, scale=1.0):
    """scale: a power of two by which values are brought into range before areas and squares are taken."""
    ref, cur = [float(x) for x in ref], [float(x) for x in cur]
    r = [x for x in ref if math.isfinite(x)]
    c = [x for x in cur if math.isfinite(x)]
    n, m = len(r), len(c)
    sr, sc = np.sort(r), np.sort(c)
    union = np.unique(np.concatenate([sr, sc]))
    gaps = [int(np.searchsorted(sr, x, "right")) * m - int(np.searchsorted(sc, x, "right")) * n for x in union]
    plus, minus = max(0, max(gaps)), max(0, -min(gaps))
    d = max(plus, minus)
    fraction = Fraction(d, n * m)
    en = n * m / (n + m)
    x, y = np.array(r) * scale, np.array(c) * scale
    area = stats.wasserstein_distance(x, y)
    sd = float(np.std(x))
    cvm = None  # SciPy wants two values a side.
    if min(n, m) > 1:
        limit = stats.cramervonmises_2samp(r, c, method="asymptotic")
        exact = stats.cramervonmises_2samp(r, c, method="exact").pvalue if max(n, m) <= 14 else None
        cvm = {"T": float(limit.statistic), "p_asymptotic": float(limit.pvalue), "p_exact": exact}
    write = lambda side: [x if math.isfinite(x) else str(x).replace("inf", "Infinity").replace("nan", "NaN") for x in side]
    expect = {
        "ks": {
            "n": n,
            "m": m,
            "statistic": float(fraction),
            "statistic_fraction": [fraction.numerator, fraction.denominator],
            "location": float(union[[abs(g) for g in gaps].index(d)]),
            "p_exact": lattice_p(n, m, d),
            "p_asymp_kolmogorov_limit": limit_q(math.sqrt(en) * float(fraction)),
            "kuiper": {"V": (plus + minus) / (n * m), "p_stephens": stephens((plus + minus) / (n * m), en)},
        },
        "wasserstein_1": float(area) / scale,
        "wasserstein_over_ref_std_ddof0": None if sd == 0 else float(area) / sd,
        "bins_quantile10_ref": bins(r, c, quantile_edges(r)),
        "bins_width10_ref": bins(r, c, width_edges(r)),
        "cvm": cvm,
    }
    missing = len(r) + len(c) < len(ref) + len(cur)
    field = "expect_if_nonfinite_dropped" if missing else "expect"
    kind = "policy" if missing else "numeric"
    return {"id": name, "kind": kind, "ref": write(ref), "cur": write(cur), field: expect}


def cases():
    rng = np.random.default_rng(20261122)
    nan, inf = math.nan, math.inf
    yield case("single_equal", [1.5], [1.5])
    yield case("single_apart", [1.5], [-2.5])
    yield case("single_against_many", [0.5], rng.normal(size=40))
    yield case("negative_zero", [-0.0, 0.0, 1.0, -0.0], [0.0, 0.0, 2.0])
    yield case("subnormal", np.arange(1, 30) * 5e-324, np.arange(1, 25) * 1e-323, 2.0**900)
    yield case("huge", rng.normal(size=30) * 1e307, rng.normal(size=30) * 1e307 + 5e306, 2.0**-900)
    yield case("huge_and_subnormal", [1e300, 5e-324, -1e300, 0.0, 3.0], [1e300, -5e-324, 2.0], 2.0**-600)
    yield case("tiny_spread_on_large_mean", 1e9 + rng.normal(size=60) * 1e-3, 1e9 + rng.normal(size=55) * 1e-3)
    yield case("infinities_everywhere", [inf, 1.0, nan, 2.0, -inf, 3.0], [nan, 2.0, 2.5, inf])
    yield case("nan_last_in_sorted", [1.0, 2.0, 3.0, nan], [1.0, 2.0, inf])
    yield case("constant_reference", [0.7] * 9, rng.normal(size=30))
    yield case("constant_both_tenths", [0.1] * 300, [0.1] * 7)
    yield case("constant_current", rng.normal(size=25), [0.3] * 25)
    for n, m in [(2, 3), (5, 5), (7, 14), (13, 11), (14, 14), (21, 20), (21, 64), (64, 33), (97, 100), (100, 3), (250, 150)]:
        yield case(f"normal_{n}_{m}", rng.normal(size=n), rng.normal(0.3, 1.2, size=m))
        yield case(f"ties_{n}_{m}", rng.integers(0, 6, size=n), rng.integers(0, 7, size=m))
        yield case(f"shifted_{n}_{m}", rng.exponential(size=n), rng.exponential(size=m) + 0.8)


def main():
    document = {
        "meta": {"like": "examples.json", "made_by": "make_scipy.py", "numpy": np.__version__},
        "cases": list(cases()),
    }
    print(json.dumps(document, allow_nan=False))


if __name__ == "__main__":
    main()
