import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { placet } from './installed.mjs';

const { PlacetError } = placet;
const withCode = (code) => (error) => error instanceof PlacetError && error.code === code;
const ramp = (n, shift = 0) => Float64Array.from({ length: n }, (_, index) => index + shift);

test('results have exactly their fields', () => {
  const pair = [[1, 2, 3, 4], [3, 4, 5, NaN]];
  const { pValue, ...test } = placet.ksTest(...pair);
  assert.deepEqual(test, { status: 'ok', statistic: 0.5, method: 'exact', n: 4, m: 3, missing: 1 });
  // 23 of the 35 arrangements of four and three values have such a D.
  assert.ok(Math.abs(pValue - 23 / 35) < 1e-15);
  assert.deepEqual(placet.wasserstein([0, 2], [3, 5]), { status: 'ok', distance: 3, overReferenceSd: 3 });
  assert.deepEqual(placet.psi([1, 2], [1, 2], { bins: 2 }), {
    status: 'ok', value: 0, edges: [1.5], reference: [1, 1], current: [1, 1],
  });
  assert.deepEqual(placet.jensenShannon([1, 1], [2]), { status: 'ok', divergence: 1, distance: 1 });
  assert.deepEqual(placet.chiSquare([10, 10], [10, 10]), { status: 'ok', statistic: 0, dof: 1, pValue: 1, cramersV: 0 });
  assert.deepEqual(Object.keys(placet.kuiper(...pair)), ['status', 'statistic', 'pValue']);
  assert.deepEqual(placet.cramerVonMises([1, 2, 3], [1, 2, 3]).pValue, 1);
  assert.deepEqual(placet.adjustPValues([0.5, 0.01], 'holm'), [0.5, 0.02]);
  assert.deepEqual(placet.cusum([0, 3, NaN, 3, 3], { mean: 0, sd: 1, k: 0.5, h: 5 }), [4]);
  assert.deepEqual(placet.pageHinkley([...Array(50).fill(0), ...Array(50).fill(10)], { threshold: 20 }), [52]);
});

test('an empty side has no numbers, which is no agreement', () => {
  for (const empty of [[], [NaN, Infinity]]) {
    const missing = empty.length;
    assert.deepEqual(placet.ksTest(empty, [1]), {
      status: 'inconclusive', statistic: null, pValue: null, method: null, n: 0, m: 1, missing,
    });
    assert.deepEqual(placet.wasserstein([1], empty), { status: 'inconclusive', distance: null, overReferenceSd: null });
    assert.deepEqual(placet.kuiper(empty, [1]), { status: 'inconclusive', statistic: null, pValue: null });
    assert.deepEqual(placet.cramerVonMises(empty, [1]), { status: 'inconclusive', statistic: null, pValue: null });
    assert.deepEqual(placet.jensenShannon(empty, [1]), { status: 'inconclusive', divergence: null, distance: null });
    assert.equal(placet.psi(empty, [1]).value, null);
  }
  assert.deepEqual(placet.chiSquare([0, 0], [1, 2]), {
    status: 'inconclusive', statistic: null, dof: null, pValue: null, cramersV: null,
  });
});

test('every kind of array of numbers is taken, and left as it was', () => {
  const expected = placet.ksTest([3, 1, 2], [5, 4]);
  for (const Type of [Float64Array, Float32Array, Int32Array, Uint8Array, Int16Array]) {
    const [reference, current] = [Type.of(3, 1, 2), Type.of(5, 4)];
    assert.deepEqual(placet.ksTest(reference, current), expected, Type.name);
    assert.deepEqual([...reference], [3, 1, 2]);
  }
  const foreign = vm.runInNewContext('[[3, 1, 2], Float64Array.of(5, 4)]');
  assert.deepEqual(placet.ksTest(foreign[0], foreign[1]), expected);
});

test('what is no number is refused and not taken for one', () => {
  const values = [undefined, null, 'abc', 7, {}, [null], [undefined], ['1'], [true], [1n], [[1]], new Array(1), BigInt64Array.of(1n), new ArrayBuffer(8), new DataView(new ArrayBuffer(8))];
  for (const wrong of values) {
    assert.throws(() => placet.ksTest(wrong, [1]), withCode('invalid_argument'));
    assert.throws(() => placet.psi([1], wrong), withCode('invalid_argument'));
    assert.throws(() => placet.chiSquare(wrong, [1]), withCode('invalid_argument'));
    assert.throws(() => placet.cusum(wrong, { mean: 0, sd: 1 }), withCode('invalid_argument'));
    assert.throws(() => placet.sketch(wrong), withCode('invalid_argument'));
  }
  assert.throws(() => placet.ksTest(new Uint8Array(2 ** 25 + 1), [1]), withCode('too_large'));
});

test('options that make no sense are refused', () => {
  const [a, b] = [[1, 2, 3], [1, 2, 4]];
  const outOfRange = [
    () => placet.ksTest(a, b, { method: 'asymp' }),
    () => placet.psi(a, b, { binning: 'equal' }),
    () => placet.psi(a, b, { smoothing: '' }),
    ...[0, -1, 1.5, NaN, Infinity, 65_536, 2 ** 32 + 10].map((bins) => () => placet.psi(a, b, { bins })),
    () => placet.adjustPValues([0.1], 'bonferroni'),
    () => placet.adjustPValues([0.1]),
    () => placet.cusum(a, { mean: 0, sd: 0 }),
    () => placet.cusum(a, {}),
    () => placet.cusum(a),
    () => placet.pageHinkley(a, { alpha: 2 }),
    () => placet.pageHinkley(a, { mode: 'sideways' }),
    () => placet.pageHinkley(a, { minInstances: -1 }),
    () => placet.sketch(a, { k: 10 }),
    ...[[-1], [0.5], [NaN], [2 ** 53]].map((counts) => () => placet.chiSquare(counts, [1])),
  ];
  for (const call of outOfRange) assert.throws(call, withCode('option_out_of_range'), `${call}`);
  const wrong = [
    () => placet.ksTest(a, b, { metod: 'exact' }),
    () => placet.ksTest(a, b, { method: 1 }),
    () => placet.ksTest(a, b, 'exact'),
    () => placet.ksTest(a, b, null),
    () => placet.psi(a, b, { bins: '10' }),
    () => placet.cusum(a, { mean: '0', sd: 1 }),
  ];
  for (const call of wrong) assert.throws(call, withCode('invalid_argument'), `${call}`);
  assert.throws(() => placet.adjustPValues([0.1, NaN], 'bh'), withCode('p_value_out_of_range'));
  assert.throws(() => placet.chiSquare([1], [1, 2]), withCode('length_mismatch'));
  assert.deepEqual(placet.ksTest(a, b, { method: undefined }), placet.ksTest(a, b));
});

test('sketches are bytes that merge, and no other bytes', () => {
  const { sketch, sketchInfo, sketchMerge, sketchQuantile, sketchRank, ksTestSketches } = placet;
  const [one, other] = [sketch(ramp(1000), { k: 128 }), sketch([...ramp(1000, 1000), NaN], { k: 128 })];
  const both = sketchMerge(one, other);
  const { k, count, missing, rankError } = sketchInfo(both);
  assert.deepEqual([k, count, missing], [128, 2000, 1]);
  assert.ok(rankError > 0 && rankError < 0.1);
  assert.ok(Math.abs(sketchQuantile(both, 0.5) - 1000) <= 2000 * rankError);
  assert.ok(Math.abs(sketchRank(both, 499.5) - 500) <= 2000 * rankError);
  assert.equal(sketchQuantile(sketch([]), 0.5), null);
  const test = ksTestSketches(one, other);
  assert.deepEqual(Object.keys(test).sort(), [
    'error', 'lowerBound', 'm', 'method', 'missing', 'n', 'pValue', 'statistic', 'status',
  ]);
  assert.equal(test.lowerBound, test.statistic - test.error);
  assert.equal(ksTestSketches(one, sketch([])).statistic, null);
  for (const [bytes, code] of [
    [new Uint8Array(), 'sketch_length'],
    [both.subarray(1), 'sketch_format'],
    [both.subarray(0, -1), 'sketch_length'],
    [new Uint8Array(2 ** 22), 'sketch_length'],
    [both.map((byte, index) => (index === 8 ? byte ^ 1 : byte)), 'sketch_content'],
  ]) {
    for (const call of [() => sketchInfo(bytes), () => sketchMerge(one, bytes), () => sketchQuantile(bytes, 0.5), () => sketchRank(bytes, 1), () => ksTestSketches(bytes, one)]) {
      assert.throws(call, withCode(code), `${call}`);
    }
  }
  assert.throws(() => sketchQuantile(both, 'half'), withCode('invalid_argument'));
  assert.throws(() => sketchInfo([1, 2]), withCode('invalid_argument'));
});

test('metrics: drifted, better, missing and not a number are four things', () => {
  const checks = placet.checkMetrics(
    { accuracy: 0.9, f1: 0.5, loss: 0.28, score: 1, odd: 1 },
    { accuracy: 0.91, f1: 0.9, loss: 0.35, score: NaN },
    { score: { direction: 'band', tolerance: { absolute: 0.1 } } },
  );
  const outcomes = Object.fromEntries(checks.map(({ name, outcome, reason }) => [name, reason?.code ?? outcome]));
  assert.deepEqual(outcomes, {
    accuracy: 'stable', f1: 'notice', loss: 'drifted', odd: 'missing_now', score: 'not_finite',
  });
  assert.deepEqual(Object.keys(checks[0]).sort(), [
    'adjustedP', 'baseline', 'effect', 'name', 'outcome', 'pValue', 'reason', 'severity', 'statistic', 'test', 'threshold',
  ]);
  const [bounded] = placet.checkMetrics({}, { auc: 0.4 }, { auc: { floor: 0.5 } });
  assert.equal(bounded.outcome, 'drifted');
  const wrong = [
    () => placet.checkMetrics({ a: '1' }, {}),
    () => placet.checkMetrics({ a: null }, {}),
    () => placet.checkMetrics([], {}),
    () => placet.checkMetrics({}, null),
    () => placet.checkMetrics({ '\ud800': 1 }, {}),
    () => placet.checkMetrics({}, {}, { a: { tolerance: {} } }),
    () => placet.checkMetrics({}, {}, { a: { cieling: 1 } }),
    () => placet.checkMetrics({}, {}, { a: null }),
  ];
  for (const call of wrong) assert.throws(call, withCode('invalid_argument'), `${call}`);
  assert.throws(() => placet.checkMetrics({}, {}, { a: { direction: 'up' } }), withCode('option_out_of_range'));
});

test('distributions are judged from every kind of baseline', () => {
  const { sketch, checkDistributions } = placet;
  const ks = { test: 'ks' };
  const [then, now] = [ramp(200), ramp(200, 50)];
  const names = (distributions) => checkDistributions(distributions).map(({ test, outcome, reason }) => `${test} ${reason?.code ?? outcome}`);
  assert.deepEqual(names([{ name: 's', baseline: then, current: now, rule: ks }]), ['ks drifted', 'missing_rate stable']);
  assert.deepEqual(names([{ name: 's', baseline: { sketch: sketch(then) }, current: { sketch: sketch(now) }, rule: ks }]), ['ks drifted', 'missing_rate stable']);
  assert.deepEqual(names([{ name: 's', baseline: { edges: [100], counts: [101, 99], missing: 0 }, current: [...now, ...Array(100).fill(NaN)], rule: { test: 'psi' } }]), ['psi drifted', 'missing_rate drifted']);
  assert.deepEqual(names([{ name: 's', baseline: { categories: { cat: 50, dog: 50 } }, current: { categories: { cat: 5, dog: 95, cow: 1 } }, rule: { test: 'chi_square' } }]), ['chi_square drifted']);
  assert.deepEqual(names([{ name: 's', baseline: null, current: now, rule: ks }, { name: 't', baseline: then, current: null, rule: ks }]), ['ks missing_baseline', 'ks missing_now']);
  assert.deepEqual(names([{ name: 's', baseline: then, current: [1, 2], rule: ks }])[0], 'ks too_few_samples');
  const [few] = checkDistributions([{ name: 's', baseline: then, current: [1, 2], rule: { test: 'ks', minimumSamples: 30 } }]);
  assert.match(few.reason.message, /needs 30 of each/);
  const side = { name: 's', baseline: then, current: now, rule: ks };
  const wrong = [
    () => checkDistributions({}),
    () => checkDistributions([null]),
    () => checkDistributions([{ ...side, name: 7 }]),
    () => checkDistributions([{ ...side, rule: null }]),
    () => checkDistributions([{ ...side, rule: {} }]),
    () => checkDistributions([{ ...side, baseline: undefined }]),
    () => checkDistributions([{ ...side, baseline: {} }]),
    () => checkDistributions([{ ...side, current: { edges: [1], counts: [1, 1], missing: 0 } }]),
    () => checkDistributions([{ ...side, current: { categories: { a: '1' } } }]),
    () => checkDistributions([side], { alpha: '0.01' }),
  ];
  for (const call of wrong) assert.throws(call, withCode('invalid_argument'), `${call}`);
  for (const call of [
    () => checkDistributions([{ ...side, rule: { test: 'anderson' } }]),
    () => checkDistributions([{ ...side, rule: { test: 'ks', minimumSamples: 1.5 } }]),
    () => checkDistributions([{ ...side, baseline: { categories: { a: -1 } } }]),
    () => checkDistributions([{ ...side, baseline: { edges: [2, 1], counts: [1, 1, 1], missing: 0 } }]),
    () => checkDistributions([side], { correction: 'none' }),
  ]) assert.throws(call, withCode('option_out_of_range'), `${call}`);
});

test('a report is as bad as its worst check', () => {
  const { checkMetrics, report } = placet;
  const checks = checkMetrics({ loss: 0.28, accuracy: 0.9 }, { loss: 3, accuracy: 0.9 });
  const conclusion = report(checks);
  assert.deepEqual(conclusion, {
    status: 'drifted', severity: Math.max(...checks.map(({ severity }) => severity)),
    recommendedAction: 'consider_revoke', alertLevel: 'critical', checks,
  });
  assert.equal(report([]).status, 'inconclusive');
  assert.equal(report([]).recommendedAction, 'investigate');
  assert.throws(() => report([{ outcome: 'fine', severity: 0 }]), withCode('option_out_of_range'));
  assert.throws(() => report([{ outcome: 'drifted', severity: 2 }]), withCode('option_out_of_range'));
  for (const wrong of [undefined, {}, [null], [{ outcome: 'stable' }], [{ outcome: 7, severity: 0 }]]) {
    assert.throws(() => report(wrong), withCode('invalid_argument'));
  }
});

test('a thousand calls that fail leave no memory behind', () => {
  const values = new Float64Array(2 ** 17);
  const fail = () => placet.checkDistributions([
    { name: 's', baseline: values, current: values, rule: { test: 'ks' } },
    { name: 't', baseline: {}, current: values, rule: { test: 'ks' } },
  ]);
  for (let round = 0; round < 1000; round += 1) assert.throws(fail, PlacetError);
  assert.equal(placet.ksTest(values, values).statistic, 0);
});
