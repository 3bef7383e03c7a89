#!/usr/bin/env python3
"""The power of the two-sample Kolmogorov-Smirnov test as SciPy has it: writes power.json beside it, or checks it.

A window counts as drifted where SciPy's exact p is below alpha and D reaches the minimum effect, which is the rule of
`check_distributions`. Seeds are fixed, so a run gives the committed numbers again.

    python make_power.py [--check]
"""
import json
import sys
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import ks_2samp

FILE = Path(__file__).with_name("power.json")
ALPHA, MINIMUM, WINDOWS = 0.01, 0.1, 6000
CASES = [(500, 200, 0.0), (500, 200, 0.3), (500, 200, 0.4), (300, 300, 0.35)]


def power(n, m, shift, seed):
    random = np.random.default_rng(seed)
    found = 0
    for _ in range(WINDOWS):
        test = ks_2samp(random.standard_normal(n), random.standard_normal(m) + shift, method="exact")
        found += test.pvalue < ALPHA and test.statistic >= MINIMUM
    return found / WINDOWS


def main():
    cases = [
        {"n": n, "m": m, "shift": shift, "power": power(n, m, shift, seed)}
        for seed, (n, m, shift) in enumerate(CASES)
    ]
    made = {
        "scipy": scipy.__version__,
        "alpha": ALPHA,
        "minimum_effect": MINIMUM,
        "windows": WINDOWS,
        "cases": cases,
    }
    text = json.dumps(made, indent=1) + "\n"
    if "--check" not in sys.argv:
        FILE.write_text(text)
    elif json.loads(FILE.read_text())["cases"] != cases:
        sys.exit(f"{FILE.name} is not what SciPy {scipy.__version__} gives")


main()
