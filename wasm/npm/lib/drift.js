import * as core from './bindings.js';
import { bytes, numbers, settings } from './input.js';
import { call } from './load.js';

const BINS = { bins: 10, binning: 'quantile' };

/** Two-sample Kolmogorov–Smirnov. */
export function ksTest(reference, current, options) {
  const { method } = settings(options, { method: 'auto' });
  return call(() => core.ksTest(...samples(reference, current), method));
}

/** How far mass has to be moved. */
export function wasserstein(reference, current) {
  return call(() => core.wasserstein(...samples(reference, current)));
}

/** Kuiper. */
export function kuiper(reference, current) {
  return call(() => core.kuiper(...samples(reference, current)));
}

/** Cramér–von Mises. */
export function cramerVonMises(reference, current) {
  return call(() => core.cramerVonMises(...samples(reference, current)));
}

/** Population stability index. */
export function psi(reference, current, options) {
  const { bins, binning, smoothing } = settings(options, { ...BINS, smoothing: 'epsilon' });
  return call(() => core.psi(...samples(reference, current), bins, binning, smoothing));
}

/** Jensen–Shannon divergence. */
export function jensenShannon(reference, current, options) {
  const { bins, binning } = settings(options, BINS);
  return call(() => core.jensenShannon(...samples(reference, current), bins, binning));
}

/** Pearson's chi-square. */
export function chiSquare(referenceCounts, currentCounts) {
  const counts = [numbers('referenceCounts', referenceCounts), numbers('currentCounts', currentCounts)];
  return call(() => core.chiSquare(...counts));
}

/** p-values for a family of checks. */
export function adjustPValues(pValues, correction) {
  const { correction: chosen } = settings({ correction }, { correction: '' });
  return Array.from(call(() => core.adjustPValues(numbers('pValues', pValues), chosen)));
}

/** Cumulative-sum chart. */
export function cusum(values, options) {
  const { mean, sd, k, h } = settings(options, { mean: NaN, sd: NaN, k: 0.5, h: 5 });
  return Array.from(call(() => core.cusum(numbers('values', values), mean, sd, k, h)));
}

/** Page–Hinkley chart. */
export function pageHinkley(values, options) {
  const { minInstances, delta, threshold, alpha, mode } = settings(options, {
    minInstances: 30,
    delta: 0.005,
    threshold: 50,
    alpha: 0.9999,
    mode: 'both',
  });
  const alarms = () => core.pageHinkley(numbers('values', values), minInstances, delta, threshold, alpha, mode);
  return Array.from(call(alarms));
}

/** A sketch of values. */
export function sketch(values, options) {
  const { k } = settings(options, { k: 2048 });
  return call(() => core.sketch(numbers('values', values), k));
}

/** The sketch of both streams. */
export function sketchMerge(one, other) {
  return call(() => core.sketchMerge(bytes('one', one), bytes('other', other)));
}

/** What a sketch has seen. */
export function sketchInfo(sketch) {
  return call(() => core.sketchInfo(bytes('sketch', sketch)));
}

/** The value below or at which a share of the stream lies. */
export function sketchQuantile(sketch, q) {
  const share = settings({ q }, { q: NaN }).q;
  return call(() => core.sketchQuantile(bytes('sketch', sketch), share)) ?? null;
}

/** How many values of the stream are not above `x`. */
export function sketchRank(sketch, x) {
  const value = settings({ x }, { x: NaN }).x;
  return call(() => core.sketchRank(bytes('sketch', sketch), value));
}

/** Kolmogorov–Smirnov of two streams. */
export function ksTestSketches(reference, current) {
  return call(() => core.ksTestSketches(bytes('reference', reference), bytes('current', current)));
}

function samples(reference, current) {
  return [numbers('reference', reference), numbers('current', current)];
}
