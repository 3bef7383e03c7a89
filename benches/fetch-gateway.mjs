// The gateway in workerd beside Workers without it. `cargo xtask bench fetch-gateway` prepares and runs it.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { consumer, repository, world } from '../tests/gateway/world.mjs';
import { compare, conditions, table } from './frame.mjs';

/** Each process starts a server, so there are fewer than where one is only a script. */
const PROCESSES = Number(process.env.PLACET_BENCH_PROCESSES ?? 7);

const require = createRequire(join(repository, 'tests/package.json'));
const { build } = require('esbuild');
const { default: workerd } = createRequire(require.resolve('miniflare'))('workerd');

const place = await world();
const workers = mkdtempSync(join(tmpdir(), 'placet-workers-'));
try {
  await build({
    entryPoints: ['pass', 'copy', 'gateway'].map((name) => fileURLToPath(new URL(`fetch-gateway/${name}.js`, import.meta.url))),
    outdir: workers,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['*.wasm'],
    nodePaths: [join(consumer, 'node_modules')],
    plugins: [{ name: 'module', setup: (build) => build.onResolve({ filter: /gateway\.wasm$/ }, () => ({ path: './gateway.wasm', external: true })) }],
  });
  const module = join(consumer, 'node_modules/placet/gateway.wasm');
  copyFileSync(module, join(workers, 'gateway.wasm'));
  const env = {
    PLACET_BENCH_WORKERS: workers,
    PLACET_BENCH_WORKERD: workerd,
    PLACET_BENCH_CONFIGURATION: JSON.stringify(place.configuration()),
  };
  const script = fileURLToPath(new URL('fetch-gateway/run.mjs', import.meta.url));
  const contenders = { 'passes everything on': 'pass', 'copies the headers': 'copy', 'with Placet': 'gateway' };
  const rows = await compare(
    Object.entries(contenders).map(([name, worker]) => ({ name, command: [process.execPath, script, worker], env })),
    PROCESSES,
  );
  console.log(conditions(PROCESSES));
  console.log('A Worker in workerd before an nginx that answers two bytes; wrk with 32 connections for three seconds after two. CPU is that of workerd.\n');
  console.log(
    table(rows, [
      ['requests', 'throughput', '1/s'],
      ['CPU for a request', 'cpu', 'µs'],
      ['99th percentile', 'p99', 'ms'],
      ['start to first answer', 'start', 'ms'],
    ]),
  );
  const [pass, copy, placet] = rows.map(({ figures }) => figures);
  const share = ({ throughput }) => ((100 * placet.throughput.median) / throughput.median).toFixed(1);
  const above = ({ cpu }) => (placet.cpu.median - cpu.median).toFixed(1);
  console.log(
    `Placet has ${share(pass)} % of the throughput of a Worker that passes everything on and takes ${above(pass)} µs of CPU more for a request; beside one that copies the headers, ${share(copy)} % and ${above(copy)} µs.\n`,
  );
  const bytes = readFileSync(module);
  const kib = (size) => (size / 1024).toFixed(0);
  console.log(`Its module has ${kib(bytes.length)} KiB, ${kib(brotliCompressSync(bytes).length)} by brotli.`);
} finally {
  await place.end();
  rmSync(workers, { recursive: true, force: true });
}
