// Drift checks beside SciPy, NumPy, Evidently and typed arrays. `cargo xtask bench drift` prepares and runs it.
import { fileURLToPath } from 'node:url';
import { compare, conditions, table } from './frame.mjs';

const file = (name) => fileURLToPath(new URL(`drift/${name}`, import.meta.url));
const node = (name, ...words) => [process.execPath, '--no-warnings', file(name), ...words];
const python = (library) => [process.env.PLACET_PYTHON, file('peers.py'), library];

/** Python takes a second to start and the figures need no warm-up there: a third of the processes will do. */
const processes = Math.max(1, Math.round(Number(process.env.PLACET_BENCH_PROCESSES ?? 21) / 3));

const contenders = [
  { name: 'Placet in WebAssembly', command: node('placet.mjs') },
  { name: 'typed arrays in JavaScript', command: node('javascript.mjs') },
  { name: 'Placet natively', command: [process.env.PLACET_DRIFT_SPEED] },
  { name: 'SciPy', command: python('scipy') },
  { name: 'NumPy, without p', command: python('numpy') },
  { name: 'Evidently', command: python('evidently') },
];
const rows = await compare(contenders, processes);

console.log(conditions(processes));
console.log('Two samples of normal numbers, the second moved by 0.01 standard deviations: Kolmogorov–Smirnov with its p.\n');
console.log(
  table(rows, [
    ['10⁵ a side', 'five', 'ms'],
    ['10⁶ a side', 'six', 'ms'],
    ['10⁵, baseline sorted before', 'sorted', 'ms'],
    ['exact p, 1000 a side', 'exact', 'ms'],
    ['quantile sketch, millions of values a second', 'sketch', ''],
  ]),
);
