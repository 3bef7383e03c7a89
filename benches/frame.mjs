// What all suites share: contenders run in turn in processes of their own, and medians over the processes are printed
// side by side. A process prints one JSON object of numbers as its last line; where a number is missing the table says so.
import { execFileSync, spawn } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** Fresh processes for each contender: about one in thirty never leaves the engine's baseline tier. */
const PROCESSES = Number(process.env.PLACET_BENCH_PROCESSES ?? 21);

/**
 * Runs every contender in as many processes, one after another in turn, so that a slow minute of the machine is a slow
 * minute for all. `contenders` are `{ name, command: [program, …arguments], env }`. Gives `{ name, figures }` for each,
 * and a figure is the `{ median, low, high }` of what its processes printed, with the quartiles.
 */
export async function compare(contenders, processes = PROCESSES) {
  const printed = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= processes; round += 1) {
    for (const { name, command, env } of contenders) {
      process.stderr.write(`\r\x1b[K  ${round} of ${processes}: ${name}`);
      printed.get(name).push(await run(command, env));
    }
  }
  process.stderr.write('\r\x1b[K');
  return contenders.map(({ name }) => ({ name, figures: figures(printed.get(name)) }));
}

/** A Markdown table: `columns` are `[heading, key of a figure, unit]`. */
export function table(rows, columns) {
  const lines = [
    ['', ...columns.map(([heading, , unit]) => (unit ? `${heading}, ${unit}` : heading))],
    ['---', ...columns.map(() => '--:')],
    ...rows.map(({ name, figures }) => [name, ...columns.map(([, key]) => cell(figures[key]))]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Commit, machine and how the figures were taken. */
export function conditions(processes = PROCESSES) {
  const git = (...words) => execFileSync('git', words, { encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain') ? ' with changes' : '';
  const [{ model }] = cpus();
  const machine = `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`;
  const rustc = execFileSync('rustc', ['--version'], { encoding: 'utf8' }).split(' ')[1];
  return [
    `Commit ${git('rev-parse', '--short=12', 'HEAD')}${changed}; ${machine}; Node ${process.versions.node}, Rust ${rustc}.`,
    `Medians over ${processes} processes each, taken in turn, with first and third quartile.\n`,
  ].join('\n');
}

/** Calls `work` again and again for about `seconds`, and gives the median time of a call in microseconds. */
export async function time(work, { seconds = 0.5, batch = 1 } = {}) {
  const times = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until || times.length < 5) {
    const begin = performance.now();
    for (let call = 0; call < batch; call += 1) {
      const pending = work();
      // A call that answers at once is not charged for the wait of one that does not.
      if (typeof pending?.then === 'function') await pending;
    }
    times.push(((performance.now() - begin) * 1000) / batch);
  }
  return quantile(times, 0.5);
}

/** The last thing that a contender's process does. */
export function print(figures) {
  console.log(JSON.stringify(figures));
}

function figures(runs) {
  const keys = new Set(runs.flatMap(Object.keys));
  const figure = (key) => {
    const values = runs.map((run) => run[key]).filter(Number.isFinite);
    return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
  };
  return Object.fromEntries([...keys].map((key) => [key, figure(key)]));
}

function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

function cell(figure) {
  if (!figure || Number.isNaN(figure.median)) return '—';
  const { median, low, high } = figure;
  return low === high ? number(median) : `${number(median)} (${number(low)}–${number(high)})`;
}

/** Three digits, and all of a whole number. */
function number(value) {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

function run([program, ...words], env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    const pieces = [];
    child.stdout.on('data', (piece) => pieces.push(piece));
    child.on('error', reject);
    child.on('close', (code) => {
      const last = Buffer.concat(pieces).toString().trim().split('\n').at(-1);
      if (code === 0) resolve(JSON.parse(last));
      else reject(new Error(`${program} ${words.join(' ')} ended with ${code}`));
    });
  });
}
