// The worked cases of drift: what the package computes of one, and whether that is right. ../vectors/drift has a `meta`
// with every formula and tolerance.

/** Everything that is computed of a case, in full, so that runtimes can be compared to the last bit. */
export function compute(placet, example) {
  switch (example.kind) {
    case 'numeric':
    case 'numeric_generated':
    case 'policy':
      return ofSamples(placet, ...sides(example));
    case 'categorical_counts':
      return { chi: placet.chiSquare(example.ref_counts, example.cur_counts) };
    case 'multiple_testing':
      return { holm: placet.adjustPValues(example.p, 'holm'), bh: placet.adjustPValues(example.p, 'bh') };
    case 'stream': {
      const values = Float64Array.from(example.gen.flatMap(generate));
      const cusum = placet.cusum(values, { mean: 0, sd: 1, k: 0.5, h: 5 });
      return { cusum, pageHinkley: placet.pageHinkley(values) };
    }
    default:
      throw new Error(`unknown kind of case ${example.kind}`);
  }
}

function ofSamples(placet, reference, current) {
  const pair = [Float64Array.from(reference), Float64Array.from(current)];
  const binned = (binning) => {
    const epsilon = placet.psi(...pair, { binning });
    const jeffreys = placet.psi(...pair, { binning, smoothing: 'jeffreys' });
    const chi = placet.chiSquare(epsilon.reference, epsilon.current);
    return { epsilon, jeffreys, js: placet.jensenShannon(...pair, { binning }), chi };
  };
  const sketches = pair.map((values) => placet.sketch(values, { k: 128 }));
  return {
    exact: placet.ksTest(...pair, { method: 'exact' }),
    limit: placet.ksTest(...pair, { method: 'limit' }),
    auto: placet.ksTest(...pair),
    kuiper: placet.kuiper(...pair),
    wasserstein: placet.wasserstein(...pair),
    cvm: placet.cramerVonMises(...pair),
    quantile: binned('quantile'),
    width: binned('width'),
    merged: placet.sketchMerge(...sketches),
    median: placet.sketchQuantile(sketches[0], 0.5),
    sketched: placet.ksTestSketches(...sketches),
  };
}

/** What is wrong with what was computed of a case; nothing if it is right. */
export function problem(example, actual) {
  const wrong = [];
  const within = (what, found, expected, relative, absolute) => {
    const right =
      typeof found === 'number' && typeof expected === 'number'
        ? Math.abs(found - expected) <= Math.max(relative * Math.abs(expected), absolute)
        : found === null && (expected ?? null) === null;
    if (!right) wrong.push(`${what} is ${found}, expected ${expected}`);
  };
  const compare = {
    same(what, found, expected) {
      const [one, other] = [found, expected].map((value) => JSON.stringify(value));
      if (one !== other) wrong.push(`${what} is ${one}, expected ${other}`);
    },
    figure: (what, found, expected) => within(what, found, expected, 1e-9, 1e-12),
    exactP: (what, found, expected) => within(what, found, expected, 1e-9, 0),
    limitP: (what, found, expected) => within(what, found, expected, 1e-6, 0),
    within,
  };
  CHECKS[example.kind](compare, example, actual);
  return wrong.length ? wrong.join('; ') : undefined;
}

const CHECKS = {
  numeric: (compare, { expect }, actual) => checkSamples(compare, expect, actual),
  numeric_generated(compare, example, actual) {
    for (const [side, values] of [['ref', generate(example.ref_gen)], ['cur', generate(example.cur_gen)]]) {
      compare.same(`generator of ${side}`, [...values.slice(0, 3), values.at(-1)], [...example[`${side}_first3`], example[`${side}_last`]]);
    }
    checkSamples(compare, example.expect, actual);
  },
  policy(compare, example, actual) {
    const all = [...example.ref, ...example.cur];
    const missing = all.filter((value) => typeof value === 'string').length;
    compare.same('missing', actual.auto.missing, missing);
    compare.same('counted', actual.auto.n + actual.auto.m, all.length - missing);
    if (example.expect_if_nonfinite_dropped) checkSamples(compare, example.expect_if_nonfinite_dropped, actual);
    else compare.same('inconclusive', actual.auto, { ...actual.auto, status: 'inconclusive', statistic: null, pValue: null, method: null });
  },
  categorical_counts(compare, { expect }, { chi }) {
    checkChiSquare(compare, expect.chi2_homogeneity, chi);
    compare.figure("cramer's v", chi.cramersV, expect.cramers_v);
  },
  multiple_testing(compare, { expect }, { holm, bh }) {
    expect.holm.forEach((p, index) => compare.figure(`holm ${index}`, holm[index], p));
    expect.benjamini_hochberg.forEach((p, index) => compare.figure(`bh ${index}`, bh[index], p));
  },
  stream(compare, { expect }, { cusum, pageHinkley }) {
    compare.same('cusum', cusum, expect.tabular_cusum_alarms);
    compare.same('page-hinkley', pageHinkley, expect.river_page_hinkley_detections);
  },
};

function checkSamples(compare, expect, actual) {
  const { exact, limit, auto, kuiper, wasserstein, cvm } = actual;
  const { ks } = expect;
  compare.same('status', exact.status, 'ok');
  compare.same('sizes', [exact.n, exact.m], [ks.n, ks.m]);
  compare.figure('statistic', exact.statistic, ks.statistic);
  compare.same('statistic as a fraction', exact.statistic, ks.statistic_fraction[0] / ks.statistic_fraction[1]);
  compare.same('methods', [exact.method, limit.method], ['exact', 'limit']);
  compare.exactP('exact p', exact.pValue, ks.p_exact ?? ks.p_exact_integer_paths);
  compare.limitP('limit p', limit.pValue, ks.p_asymp_kolmogorov_limit);
  compare.same('automatic p', auto.pValue, (auto.method === 'exact' ? exact : limit).pValue);
  if (exact.n * exact.m <= 10_000) compare.same('automatic method', auto.method, 'exact');
  compare.figure('kuiper', kuiper.statistic, ks.kuiper.V);
  compare.limitP('kuiper p', kuiper.pValue, ks.kuiper.p_stephens);
  compare.figure('wasserstein', wasserstein.distance, expect.wasserstein_1);
  compare.figure('wasserstein over sd', wasserstein.overReferenceSd, expect.wasserstein_over_ref_std_ddof0);
  if (expect.cvm) {
    compare.figure('cvm', cvm.statistic, expect.cvm.T);
    // SciPy takes 1 − F with an F that is off by 2e-15, as 40-digit arithmetic shows.
    if (Math.max(exact.n, exact.m) > 20) compare.within('cvm p', cvm.pValue, expect.cvm.p_asymptotic, 1e-6, 1e-14);
    else if (typeof expect.cvm.p_exact === 'number') compare.exactP('cvm p', cvm.pValue, expect.cvm.p_exact);
  }
  checkBinned(compare, expect.bins_quantile10_ref, actual.quantile);
  checkBinned(compare, expect.bins_width10_ref, actual.width);
}

function checkBinned(compare, expect, { epsilon, jeffreys, js, chi }) {
  compare.same('edges', epsilon.edges, expect.edges);
  compare.same('reference counts', epsilon.reference, expect.ref_counts);
  compare.same('current counts', epsilon.current, expect.cur_counts);
  compare.figure('psi', epsilon.value, expect['psi_eps1e-4']);
  compare.figure('psi (jeffreys)', jeffreys.value, expect.psi_jeffreys);
  compare.figure('jensen-shannon', js.divergence, expect.js_divergence_bits);
  compare.figure('jensen-shannon distance', js.distance, expect.js_distance);
  checkChiSquare(compare, expect.chi2_homogeneity, chi);
}

function checkChiSquare(compare, expect, chi) {
  compare.figure('chi-square', chi.statistic, expect.statistic);
  compare.same('dof', chi.dof, expect.dof);
  compare.exactP('chi-square p', chi.pValue, expect.p);
}

function sides(example) {
  if (example.kind === 'numeric_generated') return [generate(example.ref_gen), generate(example.cur_gen)];
  return [example.ref, example.cur].map((values) => values.map(Number));
}

/** The generator that `meta` describes: SplitMix64 and a few sums, products and floors. */
function generate({ kind, seed, n, k, scale = 1, shift = 0 }) {
  let state = BigInt(seed);
  const uniform = () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return Number((z ^ (z >> 31n)) >> 11n) * 2 ** -53;
  };
  const kinds = {
    uniform,
    ih12: () => Array.from({ length: 12 }, uniform).reduce((sum, u) => sum + u, 0) - 6,
    ints: () => Math.floor(uniform() * k),
    uniform_sq: () => uniform() ** 2,
  };
  return Array.from({ length: n }, () => kinds[kind]() * scale + shift);
}
