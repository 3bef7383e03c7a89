// Gateways with Placet beside the same without. `cargo xtask bench gateways` prepares and runs it.
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { World } from '../tests/gateways/harness.mjs';
import { compare, conditions, table } from './frame.mjs';

/** Each process starts a gateway, so there are fewer than where one is only a script. */
const PROCESSES = Number(process.env.PLACET_BENCH_PROCESSES ?? 7);

const world = new World({ age: 3600 });
try {
  await world.make(['digits']);
  const configuration = JSON.stringify(world.configuration(['digits'], (all) => delete all.refresh_seconds));
  const env = { PLACET_BENCH_WORLD: world.directory, PLACET_BENCH_REGISTRY_PORT: String(world.port), PLACET_BENCH_CONFIGURATION: configuration };
  const script = fileURLToPath(new URL('gateways/run.mjs', import.meta.url));
  const contenders = ['Envoy', 'Envoy, a filter that does nothing', 'Envoy with Placet', 'nginx', 'nginx with placet gate'];
  const rows = await compare(contenders.map((name) => ({ name, command: [process.execPath, script, name], env })), PROCESSES);

  console.log(conditions(PROCESSES));
  console.log('One worker thread before an nginx that answers two bytes; wrk with 32 connections for three seconds after two. CPU is that of the gateway alone, `placet gate` among it.\n');
  console.log(
    table(rows, [
      ['requests', 'throughput', '1/s'],
      ['CPU for a request', 'cpu', 'µs'],
      ['99th percentile', 'p99', 'ms'],
      ['start to first answer', 'start', 'ms'],
    ]),
  );
  const median = (name, key) => rows.find((row) => row.name === name).figures[key].median;
  const [, noop, placet] = contenders;
  const share = (100 * median(placet, 'throughput')) / median(noop, 'throughput');
  const above = median(placet, 'cpu') - median(noop, 'cpu');
  console.log(`Placet's filter has ${share.toFixed(1)} % of the throughput of one that does nothing, and takes ${above.toFixed(1)} µs of CPU more for a request.\n`);
  const module = readFileSync(process.env.PLACET_GATEWAYS_FILTER);
  const kib = (bytes) => (bytes / 1024).toFixed(0);
  console.log(`Its module has ${kib(module.length)} KiB, ${kib(brotliCompressSync(module).length)} by brotli; one that does nothing has ${kib(statSync(process.env.PLACET_GATEWAYS_NOOP).size)}.`);
} finally {
  await world.end();
}
