// One Worker under load in a bare workerd: `node run.mjs WORKER`.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from '../frame.mjs';

const [worker] = process.argv.slice(2);
const { PLACET_BENCH_WORKERS: workers, PLACET_BENCH_WORKERD: workerd, PLACET_BENCH_CONFIGURATION: configuration } = process.env;
const directory = mkdtempSync(join(tmpdir(), 'placet-bench-'));
const running = [];

/** A port that was free a moment ago. */
const port = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const start = (program, words) => {
  const child = spawn(program, words, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  running.push(child);
  return child;
};

/** Microseconds of CPU that a process has taken; the kernel counts in hundredths of a second. */
const cpu = ({ pid }) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
};

try {
  const [listen, model] = [await port(), await port()];
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${join(directory, kind)};`);
  const user = process.getuid() === 0 ? 'user root;' : '';
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; worker_processes 1; ${user} pid ${join(directory, 'nginx.pid')}; error_log stderr;
    events { worker_connections 1024; }
    http { access_log off; keepalive_requests 1000000; ${places.join(' ')}
      server { listen 127.0.0.1:${model}; location / { return 200 ok; } } }`,
  );
  start('nginx', ['-c', join(directory, 'nginx.conf'), '-e', 'stderr']);
  for (const file of [`${worker}.js`, 'gateway.wasm']) copyFileSync(join(workers, file), join(directory, file));
  writeFileSync(
    join(directory, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "model", external = (address = "127.0.0.1:${model}", http = ())),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${listen}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  compatibilityDate = "2026-04-01",
  modules = [
    (name = "worker.js", esModule = embed "${worker}.js"),
    (name = "gateway.wasm", wasm = embed "gateway.wasm"),
  ],
  bindings = [
    (name = "MODEL", service = "model"),
    (name = "PLACET_GATEWAY", text = ${JSON.stringify(configuration)}),
  ],
);
`,
  );
  const url = `http://127.0.0.1:${listen}/v1/models/two`;
  const begin = performance.now();
  const gateway = start(workerd, ['serve', 'config.capnp']);
  for (let status; status !== 200; ) {
    const answer = await fetch(url).catch(() => undefined);
    const text = await answer?.text();
    status = answer?.status;
    if (performance.now() - begin > 30_000) throw new Error(`${worker} answers ${status} ${text}`);
  }
  const first = performance.now() - begin;
  const wrk = (seconds) => execFileSync('wrk', ['-t1', '-c32', `-d${seconds}s`, '--latency', url], { encoding: 'utf8' });
  wrk(2);
  const before = cpu(gateway);
  const report = wrk(3);
  const used = cpu(gateway) - before;
  if (/Non-2xx/.test(report)) throw new Error(report);
  const [, value, unit] = report.match(/99%\s+([\d.]+)(us|ms|s)/);
  print({
    throughput: Number(report.match(/Requests\/sec:\s+([\d.]+)/)[1]),
    cpu: used / Number(report.match(/(\d+) requests in/)[1]),
    p99: Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit],
    start: first,
  });
} finally {
  await Promise.all(
    running.map((child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      return child.exitCode === null ? ended : undefined;
    }),
  );
  rmSync(directory, { recursive: true, force: true });
}
