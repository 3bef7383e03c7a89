// One gateway under load: `node run.mjs NAME`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envoyBinary, port, root, start } from '../../tests/gateways/harness.mjs';
import { print } from '../frame.mjs';

const [name] = process.argv.slice(2);
const world = process.env.PLACET_BENCH_WORLD;
const directory = mkdtempSync(join(world, 'bench-'));
const file = (name, text) => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};
const listen = await port();
const upstream = await port();
const running = [];

/** nginx with one worker. */
function nginx(name, sites) {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${join(directory, `${name}-${kind}`)};`);
  const user = process.getuid() === 0 ? 'user root;' : '';
  const text = `daemon off; worker_processes 1; ${user} pid ${join(directory, `${name}.pid`)}; error_log stderr;
    events { worker_connections 1024; }
    http { access_log off; keepalive_requests 1000000; ${places.join(' ')} ${sites} }`;
  running.push(start('nginx', ['-c', file(`${name}.conf`, text), '-e', 'stderr']));
  return running.at(-1);
}

/** Envoy with the example of this repository; without the filter, or with another. */
function envoy(change) {
  let text = readFileSync(join(root, 'gateway/envoy/envoy.yaml'), 'utf8')
    .replaceAll('port_value: 8080', `port_value: ${listen}`)
    .replaceAll('port_value: 9000', `port_value: ${upstream}`)
    .replaceAll('port_value: 8787', `port_value: ${process.env.PLACET_BENCH_REGISTRY_PORT}`)
    .replace(/^admin:\n.*\n/m, '');
  text = change(text);
  running.push(start(envoyBinary(), ['--config-path', file('envoy.yaml', text), '--concurrency', '1', '--disable-hot-restart', '--log-level', 'error']));
  return [running.at(-1)];
}

const module = (text, path) => text.replace('placet_gateway_envoy.wasm } }', `${path} } }`);
const configured = (text) => text.replace(/value: \|\n(?: {28}.*\n)+/, () => `value: ${JSON.stringify(process.env.PLACET_BENCH_CONFIGURATION)}\n`);
const site = (example) => example.replaceAll('127.0.0.1:9000', `127.0.0.1:${upstream}`).replaceAll('127.0.0.1:8080', `127.0.0.1:${listen}`);

const CONTENDERS = {
  Envoy: () => envoy((text) => text.replace(/ {18}- name: placet\n(?: {20}.*\n)+/, '')),
  'Envoy, a filter that does nothing': () => envoy((text) => module(configured(text), process.env.PLACET_GATEWAYS_NOOP)),
  'Envoy with Placet': () => envoy((text) => module(configured(text), process.env.PLACET_GATEWAYS_FILTER)),
  nginx: () => [nginx('gateway', site('upstream models { server 127.0.0.1:9000; keepalive 32; } server { listen 127.0.0.1:8080; location / { proxy_pass http://models; proxy_http_version 1.1; proxy_set_header Connection ""; } }'))],
  async 'nginx with placet gate'() {
    const asked = await port();
    const gate = start(process.env.PLACET_GATEWAYS_PLACET, ['gate', '--config', file('gate.json', process.env.PLACET_BENCH_CONFIGURATION), '--state', join(directory, 'gate.state.json'), '--listen', `127.0.0.1:${asked}`]);
    running.push(gate);
    const example = readFileSync(join(root, 'gateway/nginx/placet.conf'), 'utf8').replaceAll('127.0.0.1:8788', `127.0.0.1:${asked}`);
    return [nginx('gateway', site(example)), gate];
  },
};

/** Microseconds of CPU that processes and their children have taken; the kernel counts in hundredths of a second. */
function cpu(processes) {
  const children = (pid) => [pid, ...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).flatMap(children)];
  const ticks = processes.flatMap(({ child }) => children(child.pid)).map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, ticks) => sum + ticks, 0) * 10_000;
}

const url = `http://127.0.0.1:${listen}/digits/predict`;
const wrk = (seconds) => execFileSync('wrk', ['-t1', '-c32', `-d${seconds}s`, '--latency', url], { encoding: 'utf8' });

try {
  nginx('behind', `server { listen 127.0.0.1:${upstream}; location / { return 200 ok; } }`);
  const begin = performance.now();
  const gateway = await CONTENDERS[name]();
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) break;
    if (performance.now() - begin > 30_000) throw new Error(`${name} answers ${answer?.status}\n${gateway.map(({ log }) => log())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const first = performance.now() - begin;
  wrk(2);
  const before = cpu(gateway);
  const report = wrk(3);
  const used = cpu(gateway) - before;
  const count = Number(report.match(/(\d+) requests in/)[1]);
  if (/Non-2xx/.test(report)) throw new Error(report);
  const [, value, unit] = report.match(/99%\s+([\d.]+)(us|ms|s)/);
  print({
    throughput: Number(report.match(/Requests\/sec:\s+([\d.]+)/)[1]),
    cpu: used / count,
    p99: Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit],
    start: first,
  });
} finally {
  await Promise.all(running.map(({ stop }) => stop()));
  rmSync(directory, { recursive: true, force: true });
}
