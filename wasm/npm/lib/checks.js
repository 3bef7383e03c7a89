import { DistributionChecks, MetricChecks, ReportBuilder } from './bindings.js';
import { PlacetError } from './error.js';
import { bytes, number, numbers, object, settings, text, view } from './input.js';
import { build } from './load.js';

/** Have the metrics moved beyond their tolerances? */
export function checkMetrics(baseline, current, rules = {}) {
  return build(MetricChecks, (checks) => {
    for (const [name, value] of members('baseline', baseline)) checks.baseline(name, number(name, value));
    for (const [name, value] of members('current', current)) checks.current(name, number(name, value));
    for (const [name, rule] of members('rules', rules)) {
      const { direction, tolerance, floor, ceiling } = settings(rule, { direction: '', tolerance: {}, floor: 0, ceiling: 0 }, NONE);
      const { relative, absolute } = settings(tolerance, { relative: 0, absolute: 0 }, NONE);
      if (tolerance && relative === undefined && absolute === undefined) {
        throw new PlacetError('invalid_argument', 'a tolerance is relative, absolute or both');
      }
      checks.rule(name, direction, relative, absolute, floor, ceiling);
    }
    return () => checks.finish();
  });
}

/** Have the distributions moved beyond what is chance and what is tolerated? */
export function checkDistributions(distributions, options) {
  const { alpha, correction } = settings(options, { alpha: 0.01, correction: 'holm' });
  return build(DistributionChecks, (checks) => {
    if (!Array.isArray(distributions)) throw new PlacetError('invalid_argument', 'distributions are an array');
    for (const { name, baseline, current, rule } of distributions.map((output) => object('distribution', output))) {
      const { test, minimumEffect, minimumSamples, missingTolerance } = settings(
        rule,
        { test: '', minimumEffect: 0, minimumSamples: 0, missingTolerance: 0 },
        NONE,
      );
      checks.output(text('name', name), text('test', test), minimumEffect, minimumSamples, missingTolerance);
      addSide(checks, BASELINE, 'baseline', baseline);
      addSide(checks, CURRENT, 'current', current);
    }
    return () => checks.finish(alpha, correction);
  });
}

/** What do all checks of a window say together? */
export function report(checks) {
  const conclusion = build(ReportBuilder, (builder) => {
    if (!Array.isArray(checks)) throw new PlacetError('invalid_argument', 'checks are an array');
    for (const { outcome, severity } of checks.map((check) => object('check', check))) {
      builder.add(text('outcome', outcome), severity === null ? undefined : number('severity', severity));
    }
    return () => builder.finish();
  });
  return { ...conclusion, checks: [...checks] };
}

/** Every default is `undefined`: the core has its own. */
const NONE = true;
const BASELINE = 0;
const CURRENT = 1;

/** Values, a sketch, counts in bins or counts of categories; `null` where there is nothing. */
function addSide(checks, side, name, value) {
  if (value === null) return;
  if (Array.isArray(value) || view(value)) {
    checks.sample(side, numbers(name, value));
    return;
  }
  const { sketch, categories, edges, counts, missing } = object(name, value);
  if (sketch !== undefined) checks.sketch(side, bytes(name, sketch));
  else if (categories !== undefined) {
    checks.categories(side);
    for (const [category, count] of members(name, categories)) checks.category(side, category, number(category, count));
  } else if (edges !== undefined && side === BASELINE) {
    checks.bins(numbers('edges', edges), numbers('counts', counts), number('missing', missing));
  } else throw new PlacetError('invalid_argument', `${name} is neither values, a sketch, bins nor categories`);
}

/** The names of an object and what stands under them. */
function members(name, value) {
  return Object.entries(object(name, value)).map(([member, content]) => [text(name, member), content]);
}
