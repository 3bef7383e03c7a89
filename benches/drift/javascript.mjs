// The same by hand: typed arrays sorted by the engine, one walk over both, and Kolmogorov's series.
import { print } from '../frame.mjs';
import { measure } from './samples.mjs';

function ksTest(reference, current, sorted = false) {
  const a = sorted ? reference : reference.slice().sort();
  const b = current.slice().sort();
  let [i, j, most] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i], b[j]);
    while (i < a.length && a[i] <= x) i += 1;
    while (j < b.length && b[j] <= x) j += 1;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  const lambda = Math.sqrt((a.length * b.length) / (a.length + b.length)) * most;
  let p = 0;
  for (let k = 1; k <= 100; k += 1) p += (k % 2 ? 2 : -2) * Math.exp(-2 * k * k * lambda * lambda);
  return { statistic: most, p: Math.min(Math.max(p, 0), 1) };
}

print(measure({ ksTest }));
