// An organisation and its registry, made and driven by the real command; a model server that says what it was asked.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const need = (name) => {
  const value = process.env[name];
  assert(value, `${name} is not set; run \`cargo xtask test fetch-gateway\``);
  return value;
};

/** The command, the repository, and a project in which the packed package is installed. */
export const [placet, repository, consumer] = ['PLACET', 'PLACET_REPOSITORY', 'PLACET_CONSUMER'].map(need);
const MODEL = 'digits-classifier';
const fixture = (version) => join(repository, 'tests/fixtures', MODEL, version);

/** A world with versions 1 and 2 of the model approved in production; lists hold for `age` seconds. */
export async function world({ age = 3600 } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'placet-gateway-'));
  const run = async (line, ...more) => {
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PLACET')));
    const words = line.split(/\s+/).filter((word) => word !== '');
    const { stdout } = await promisify(execFile)(placet, [...words, ...more], { cwd: directory, env: environment });
    return stdout;
  };
  const json = async (line, ...more) => JSON.parse(await run(`${line} --json`, ...more));

  const keys = await json('serve --data registry --make-keys');
  const plan = await readFile(join(repository, 'cli/examples/organisation.toml'), 'utf8');
  await writeFile(
    join(directory, 'organisation.toml'),
    plan
      .replace('[principals.registry]', `[principals.registry]\npublic_key = "${keys.list_key}"`)
      .replace('revocation_list_max_age_seconds = 3600', `revocation_list_max_age_seconds = ${age}`),
  );
  await run('init --from organisation.toml --keys keys');
  const pin = (await readFile(join(directory, 'placet/pins'), 'utf8')).trim().split('\n').at(-1);

  const versions = {};
  for (const version of ['1', '2']) {
    const files = fixture(version);
    await run(
      `train --key keys/pipeline.pem --model ${MODEL} --version ${version}`,
      ...['--weights', join(files, 'weights.npz'), '--metrics', join(files, 'metrics.json'), '--card', join(files, 'card.json')],
    );
    const { digest } = await json(`propose ${MODEL}@${version} --environment production --scope eu-west --key keys/emil.pem`);
    const hashed = await json('hash', join(files, 'weights.npz'));
    versions[version] = { proposal: digest, weights: { kind: hashed.kind, digest: hashed.digest } };
    for (const person of ['alice', 'chandra']) await run(`approve ${MODEL}@${version} --key keys/${person}.pem --yes`);
  }

  const registry = new Registry(directory, `--pin ${pin} --policy placet/policies/0001.json`);
  await registry.start();
  const push = () => run(`push --registry ${registry.url}`);
  await push();

  return {
    directory,
    pin,
    registry,
    versions,
    run,
    push,
    /** A configuration with one route a version. */
    configuration(changes = {}) {
      const route = (version, path) => ({
        name: `digits-${version}`,
        path,
        model_id: MODEL,
        weights: versions[version].weights,
        environment: 'production',
        scope: 'eu-west',
      });
      return {
        media_type: 'application/vnd.placet.gateway+json;version=1',
        mode: 'enforce',
        pins: [pin],
        source: { kind: 'registry', url: registry.url },
        routes: [route('1', '/v1/models/one'), route('2', '/v1/models/two')],
        open: [{ path: '/healthz' }],
        ...changes,
      };
    },
    /** Signs a revocation of a version, and gives its envelope; the registry knows nothing of it yet. */
    async revoke(version) {
      const { digest } = await json(
        `revoke ${MODEL}@${version} --reason-code security --reason tests --key keys/dana.pem --yes`,
      ).then((answer) => answer.revocations?.[0] ?? answer);
      return readFile(join(directory, `placet/documents/${digest.slice('sha256:'.length)}.json`), 'utf8');
    },
    async end() {
      await registry.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The registry as a process, which can be stopped and started again at the same address. */
class Registry {
  #child;
  #directory;
  #first;
  url;

  constructor(directory, first) {
    this.#directory = directory;
    this.#first = first;
  }

  async start() {
    const listen = this.url?.replace('http://', '') ?? '127.0.0.1:0';
    const words = `serve --data registry --json --listen ${listen} ${this.url ? '' : this.#first}`.trim().split(' ');
    this.#child = spawn(placet, words, { cwd: this.#directory, stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const line of createInterface({ input: this.#child.stdout })) {
      this.url = JSON.parse(line).url;
      return;
    }
    throw new Error('the registry did not start');
  }

  async stop() {
    if (this.#child?.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** A server that answers with what it was asked. */
export async function echo() {
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
    });
  });
  return listening(server);
}

/** The server on a free port of loopback. */
export async function listening(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

/** Sends a request line and headers as they are written, and gives status, headers and body of the answer. */
export async function raw(url, target, headers = []) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = [`GET ${target} HTTP/1.1`, ...(headers.some((line) => /^host:/i.test(line)) ? [] : ['Host: models.example.org'])];
  socket.write([...lines, ...headers, 'Connection: close', '', ''].join('\r\n'));
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) {
    text += chunk;
    if (isWhole(text)) break;
  }
  const [head, ...body] = text.split('\r\n\r\n');
  const status = Number(head.split(' ')[1]);
  const codes = /^placet-codes: (.*)$/im.exec(head)?.[1]?.split(',') ?? [];
  return { status, codes, head, body: body.join('\r\n\r\n') };
}

/** Whether an answer has come to its end; not every platform closes the connection soon. */
function isWhole(text) {
  const [head, ...body] = text.split('\r\n\r\n');
  if (body.length === 0) return false;
  if (/^transfer-encoding: chunked/im.test(head)) return text.endsWith('0\r\n\r\n');
  const length = /^content-length: (\d+)/im.exec(head);
  return length !== null && body.join('\r\n\r\n').length >= Number(length[1]);
}

/** Tries until it holds, or says what was last seen. */
export async function eventually(seconds, check) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
