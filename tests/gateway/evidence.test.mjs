// What a gateway believes of its source, remembers across restarts, and learns by being told.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createGateway, fileStorage, platforms } from './platforms.mjs';
import { echo, eventually, raw, world } from './world.mjs';

const HOST = ['models.example.org'];
const ONE = '/v1/models/one';
const TWO = '/v1/models/two';
let place;
let scratch;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'placet-gateway-state-'));
  place = await world();
});
after(async () => {
  await place?.end();
  await rm(scratch, { recursive: true, force: true });
});

/** A gateway that is ready; nothing of it outlives the test. */
async function begin(context, options = {}, changes = {}) {
  const events = [];
  const gateway = createGateway(place.configuration(changes), { log: (event) => events.push(event), ...options });
  context.after(() => gateway.close());
  await gateway.ready();
  return Object.assign(gateway, { events });
}

const codes = async (gateway, target) => (await gateway.answer(HOST, target)).codes ?? [];

/** What the source says, with the answers to some paths changed. */
const lying = (change) => async (url, init) => {
  const changed = await change(new URL(url).pathname, init);
  return changed ?? fetch(url, init);
};

test('a source that swaps a bundle in use for a worse one changes nothing', async (context) => {
  let now = Date.now();
  let swap = false;
  const other = await (await fetch(`${place.registry.url}/v1/bundles/${place.versions['1'].proposal}`)).text();
  const stripped = JSON.parse(await (await fetch(`${place.registry.url}/v1/bundles/${place.versions['2'].proposal}`)).text());
  stripped.proposal = JSON.parse(other).proposal;
  let body = other;
  const source = lying((path) => (swap && path.startsWith('/v1/bundles') ? new Response(body) : undefined));
  const gateway = await begin(context, { fetch: source, timers: false, now: () => now });
  swap = true;
  for (body of [other, JSON.stringify(stripped), '{}', 'no JSON', '\u0000'.repeat(17 << 20)]) {
    now += 400_000;
    await gateway.pushed();
    assert.deepEqual(await codes(gateway, TWO), []);
  }
  assert.match(gateway.metrics(), /fetches_total\{document="bundle",result="malformed"\} [1-9]/);
});

test('without evidence nothing is permitted, whatever the source answers', async (context) => {
  const answers = [
    () => new Response('{}'),
    () => new Response('no JSON'),
    () => new Response(null, { status: 500 }),
    () => new Response(null, { status: 302, headers: { location: `${place.registry.url}/v1/trust` } }),
    () => new Response(null, { status: 304 }),
    () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)) })),
    () => Promise.reject(new TypeError('no way there')),
  ];
  for (const answer of answers) {
    const gateway = await begin(context, { fetch: lying(answer), timers: false });
    assert.deepEqual(await codes(gateway, TWO), ['trust_missing']);
    assert.ok(gateway.events.length > 0);
  }
});

test('a read token is sent to the source and to nobody it points at', async (context) => {
  const asked = [];
  const source = lying((path, { headers, redirect }) => {
    asked.push([headers.authorization, redirect]);
    return undefined;
  });
  const { source: where } = place.configuration();
  const gateway = await begin(context, { fetch: source, timers: false }, { source: { ...where, read_token: 'secret' } });
  assert.ok(asked.length >= 3 && asked.every(([token, redirect]) => token === 'Bearer secret' && redirect === 'manual'));
  assert.doesNotMatch(JSON.stringify(gateway.events) + gateway.metrics(), /secret/);
});

test('what was pushed is known after a restart, though the registry never heard of it', async (context) => {
  const path = join(scratch, 'state.json');
  const first = await begin(context, { storage: fileStorage(path), timers: false });
  assert.deepEqual(await codes(first, ONE), []);
  await first.revoke(await place.revoke('1'));
  assert.deepEqual(await codes(first, ONE), ['proposal_revoked']);
  await first.close();
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.ok(!(await readdir(scratch)).some((name) => name.includes('unfinished')));

  const second = await begin(context, { storage: fileStorage(path), timers: false });
  assert.deepEqual(await codes(second, ONE), ['proposal_revoked']);
  assert.deepEqual(await codes(second, TWO), []);

  const without = await begin(context, { timers: false });
  assert.deepEqual(await codes(without, ONE), [], 'a gateway without storage has lost it');
});

test('with what was kept it serves while the registry is down', async (context) => {
  const path = join(scratch, 'outage.json');
  const first = await begin(context, { storage: fileStorage(path), timers: false });
  await first.close();
  const down = () => Promise.reject(new TypeError('no way there'));
  const second = await begin(context, { storage: fileStorage(path), timers: false, fetch: down });
  assert.deepEqual(await codes(second, TWO), []);
  const late = await begin(context, { storage: fileStorage(path), timers: false, fetch: down, now: () => Date.now() + 3_700_000 });
  assert.deepEqual(await codes(late, TWO), ['list_stale']);
  const early = await begin(context, { storage: fileStorage(path), timers: false, fetch: down, now: () => Date.now() - 86_400_000 });
  assert.notDeepEqual(await codes(early, TWO), [], 'a clock that was set back revives nothing');
});

test('a storage that cannot be read keeps everything shut', async (context) => {
  const path = join(scratch, 'broken.json');
  const kept = join(scratch, 'kept.json');
  const first = await begin(context, { storage: fileStorage(kept), timers: false });
  await first.close();
  for (const text of ['', 'no JSON', '{}', (await readFile(kept, 'utf8')).slice(0, -1)]) {
    await writeFile(path, text);
    const gateway = createGateway(place.configuration(), { storage: fileStorage(path), timers: false, log: () => {} });
    context.after(() => gateway.close());
    await assert.rejects(gateway.ready(), { code: 'storage_failed' });
    assert.deepEqual(await codes(gateway, TWO), ['trust_missing']);
    assert.equal(await readFile(path, 'utf8'), text, 'it is left as it was');
  }
});

test('a full disk costs the memory and not the service', async (context) => {
  const storage = { load: async () => null, save: () => Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' })) };
  const gateway = await begin(context, { storage, timers: false });
  assert.deepEqual(await codes(gateway, TWO), []);
  assert.ok(gateway.events.some(({ event, code }) => event === 'storage_failed' && code === 'ENOSPC'));
});

test('what one gateway was told, another learns by a storage that they share', async (context) => {
  let text = null;
  const storage = { shared: true, load: async () => text, save: async (kept) => void (text = kept) };
  let now = Date.now();
  const options = { storage, timers: false, now: () => now };
  const [one, other] = [await begin(context, options), await begin(context, options)];
  await one.revoke(await readFile(await revocationOf(place), 'utf8'));
  assert.deepEqual(await codes(other, ONE), []);
  now += 31_000;
  await other.answer(HOST, TWO);
  await eventually(5, async () => assert.deepEqual(await codes(other, ONE), ['proposal_revoked']));
});

test('only what ends something and is signed counts as a push', async (context) => {
  const gateway = await begin(context, { timers: false });
  const post = (body, method = 'POST') => gateway.webhook(new Request('https://gateway.example.org/', { method, body }));
  const bundle = await (await fetch(`${place.registry.url}/v1/bundles/${place.versions['2'].proposal}`)).json();
  const trust = await (await fetch(`${place.registry.url}/v1/trust`)).json();
  for (const envelope of [bundle.proposal, bundle.training_output, ...bundle.approvals, ...trust.policies, ...trust.revocation_lists]) {
    assert.equal((await post(JSON.stringify(envelope))).status, 422);
  }
  for (const body of ['', '{}', 'no JSON', '[]']) assert.equal((await post(body)).status, 422);
  assert.equal((await post('x'.repeat(13 << 20))).status, 413);
  assert.equal((await post(undefined, 'GET')).status, 405);
  assert.deepEqual([await codes(gateway, ONE), await codes(gateway, TWO)], [[], []]);
  const answer = await post(await readFile(await revocationOf(place), 'utf8'));
  assert.equal(answer.status, 204);
  assert.deepEqual(await codes(gateway, ONE), ['proposal_revoked']);
  await assert.rejects(gateway.revoke({}), { name: 'PlacetError', code: 'missing_field' });
});

test('in observe everything goes on, is counted and logged', async (context) => {
  const gateway = await begin(context, { timers: false }, { mode: 'observe' });
  const passed = await gateway.answer(HOST, '/v1/unknown');
  assert.deepEqual(passed, { pass: true, decision: null });
  assert.deepEqual(gateway.events.at(-1), { event: 'refusal_observed', route: null, codes: ['route_unknown'] });
  assert.match(gateway.metrics(), /requests_total\{route="",outcome="refused"\} 1/);
  assert.match((await gateway.answer(HOST, TWO)).decision, /^sha256:/);
});

test('there is never more than one look at the source, and it backs off', async (context) => {
  let [now, running, most, asked] = [Date.now(), 0, 0, 0];
  let down = false;
  const source = async (url, init) => {
    asked += 1;
    most = Math.max(most, (running += 1));
    try {
      if (down) throw new TypeError('no way there');
      return await fetch(url, init);
    } finally {
      running -= 1;
    }
  };
  const gateway = await begin(context, { fetch: source, timers: false, now: () => now });
  down = true;
  asked = 0;
  for (let second = 0; second < 120; second += 1) {
    now += 1000;
    await Promise.all(Array.from({ length: 20 }, () => gateway.answer(HOST, TWO)));
  }
  assert.equal(most, 1);
  assert.ok(asked >= 3 && asked <= 20, `${asked} times`);
  assert.deepEqual(await codes(gateway, TWO), []);
});

test('by the events of a registry a revocation counts at once', async (context) => {
  const gateway = await begin(context, { events: true });
  assert.deepEqual(await codes(gateway, TWO), []);
  await place.revoke('2');
  await place.push();
  await eventually(3, async () => assert.deepEqual(await codes(gateway, TWO), ['proposal_revoked']));
});

test('a Worker knows after a restart what it was told before', async (context) => {
  const fresh = await world();
  const model = await echo();
  context.after(() => Promise.all([fresh.end(), model.close()]));
  const persist = join(scratch, 'kv');
  const config = fresh.configuration();
  const first = await platforms.workerd(config, model.url, { persist });
  assert.equal((await raw(first.url, ONE)).status, 200);
  await first.gateway.revoke(await fresh.revoke('1'));
  assert.deepEqual((await raw(first.url, ONE)).codes, ['proposal_revoked']);
  assert.match(await first.kept(), /gateway-state/);
  await first.close();
  const second = await platforms.workerd(config, model.url, { persist });
  context.after(() => second.close());
  assert.deepEqual((await raw(second.url, ONE)).codes, ['proposal_revoked']);
  assert.equal((await raw(second.url, TWO)).status, 200);
});

/** The file of the revocation of version 1 that an earlier test had signed. */
async function revocationOf({ directory }) {
  const documents = join(directory, 'placet/documents');
  for (const name of await readdir(documents)) {
    const envelope = JSON.parse(await readFile(join(documents, name), 'utf8'));
    if (Buffer.from(envelope.payload, 'base64').includes('urn:placet:revocation:v1')) return join(documents, name);
  }
  throw new Error('nothing was revoked yet');
}
