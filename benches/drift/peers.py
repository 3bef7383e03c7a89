"""One of the peers in Python: `peers.py scipy|numpy|evidently`. Prints its figures as JSON."""
import json
import sys
import time

import numpy as np


def milliseconds(work, seconds=2.0):
    times = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(times) < 3:
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1e3)
    return sorted(times)[len(times) // 2]


def with_scipy():
    from scipy.stats import ks_2samp

    return {
        "test": lambda a, b: ks_2samp(a, b, method="asymp"),
        "exact": lambda a, b: ks_2samp(a, b, method="exact"),
    }


def with_numpy():
    def statistic(a, b, is_sorted=False):
        a = a if is_sorted else np.sort(a)
        b = np.sort(b)
        both = np.concatenate([a, b])
        below = np.searchsorted(a, both, side="right") / len(a)
        return np.abs(below - np.searchsorted(b, both, side="right") / len(b)).max()

    return {"test": statistic, "sorted": lambda a, b: statistic(a, b, is_sorted=True)}


def with_evidently():
    import pandas as pd
    from evidently.legacy.calculations.stattests import ks_stat_test
    from evidently.legacy.core import ColumnType

    return {"test": lambda a, b: ks_stat_test(pd.Series(a), pd.Series(b), ColumnType.Numerical, 0.05)}


def main():
    peer = {"scipy": with_scipy, "numpy": with_numpy, "evidently": with_evidently}[sys.argv[1]]()
    random = np.random.default_rng(1)
    a, b = random.standard_normal(100_000), random.standard_normal(100_000) + 0.01
    figures = {"five": milliseconds(lambda: peer["test"](a, b))}
    ordered = np.sort(a)
    figures["sorted"] = milliseconds(lambda: peer.get("sorted", peer["test"])(ordered, b))
    a, b = random.standard_normal(1_000_000), random.standard_normal(1_000_000) + 0.01
    figures["six"] = milliseconds(lambda: peer["test"](a, b))
    if "exact" in peer:
        a, b = random.standard_normal(1000), random.standard_normal(1000) + 0.1
        figures["exact"] = milliseconds(lambda: peer["exact"](a, b), 0.5)
    print(json.dumps(figures))


main()
