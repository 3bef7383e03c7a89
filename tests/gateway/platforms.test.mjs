// What every platform does alike, each on its own server, all before one registry.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { platforms } from './platforms.mjs';
import { echo, eventually, raw, world } from './world.mjs';

/** Short, so that the tests need not wait long; looks at the source are then 3 seconds apart. */
const AGE = 12;

let place;
let model;
const running = {};

before(async () => {
  [place, model] = await Promise.all([world({ age: AGE }), echo()]);
  for (const [name, start] of Object.entries(platforms)) running[name] = await start(place.configuration(), model.url);
});
after(async () => {
  await Promise.all(Object.values(running).map((platform) => platform.close()));
  await model?.close();
  await place?.end();
});

/** The same on all platforms at once: most of it is waiting. */
const everywhere = (check) =>
  Promise.all(
    Object.entries(running).map(async ([name, platform]) => {
      try {
        await check(platform, name);
      } catch (error) {
        throw new Error(`${name}: ${error.message}`, { cause: error });
      }
    }),
  );

const permitted = async ({ url }, path = '/v1/models/two') => {
  const answer = await raw(url, path);
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body.slice(answer.body.indexOf('{'), answer.body.lastIndexOf('}') + 1));
};
const refused = async ({ url }, path, codes, headers) => {
  const answer = await raw(url, path, headers);
  assert.equal(answer.status, 403, `${path} ${answer.status} ${answer.body}`);
  assert.deepEqual(answer.codes, codes, path);
  return answer;
};

describe('gateway', { concurrency: false }, () => {
  test('an approved model is let through, and what is passed on says by which decision', () =>
    everywhere(async (platform) => {
      const { headers } = await permitted(platform, '/v1/models/two/predict?x=1');
      assert.match(headers['placet-decision'], /^sha256:[0-9a-f]{64}$/);
    }));

  test('a client cannot say that it is permitted', () =>
    everywhere(async ({ url }) => {
      const lies = ['placet-decision: forged', 'Placet-Approved: yes', 'PLACET-decision: twice', 'x-kept: 1'];
      for (const path of ['/v1/models/two', '/healthz']) {
        const { body } = await raw(url, path, lies);
        const { headers } = JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1));
        const reserved = Object.entries(headers).filter(([name]) => name.startsWith('placet-'));
        assert.ok(reserved.every(([name, value]) => name === 'placet-decision' && value.startsWith('sha256:')), path);
        assert.equal(reserved.length, path === '/healthz' ? 0 : 1, path);
        assert.equal(headers['x-kept'], '1');
      }
    }));

  test('a body goes through', () =>
    everywhere(async ({ url }, name) => {
      const response = await fetch(`${url}/v1/models/two`, { method: 'POST', body: '{"x":1}', headers: { 'content-type': 'application/json' } });
      assert.equal(response.status, 200);
      const { method, body } = await response.json();
      assert.equal(method, 'POST');
      // Express reads no body unless it is told to.
      if (name !== 'Express') assert.deepEqual(typeof body === 'string' ? JSON.parse(body) : body, { x: 1 });
    }));

  test('a refusal is a problem document', () =>
    everywhere(async (platform) => {
      const { head, body } = await refused(platform, '/v1/other', ['route_unknown']);
      assert.match(head, /^content-type: application\/problem\+json/im);
      assert.match(head, /^cache-control: no-store/im);
      assert.ok(body.includes('{"codes":["route_unknown"],"route":null,"status":403,"title":"Refused","type":"urn:placet:problem:refused"}'), body);
    }));

  test('hostile paths and headers lead nowhere', () =>
    everywhere(async (platform, name) => {
      const attempts = [
        ['//v1/models/two', 'path_empty_segment'],
        ['/V1/models/two', 'path_case'],
        ['/v1/models/two%2f..%2fone', 'path_encoded_delimiter'],
        ['/v1/models/two;a', 'path_parameter'],
        ['/v1/models/two%00', 'path_encoded_delimiter'],
        ['/v1/models/two%252e', 'path_encoded_delimiter'],
        ['/v1/models/%c0%af', 'target_malformed'],
        ['/v1/models/two%zz', 'target_malformed'],
      ];
      for (const [path, code] of attempts) {
        // Fastify answers what it cannot decode by itself.
        if (name === 'Fastify' && code === 'target_malformed') assert.equal((await raw(platform.url, path)).status, 400);
        else await refused(platform, path, [code]);
      }
      // Platforms of the fetch API have read these before anybody sees them; then what is seen is what is passed on.
      const readsAgain = !['Express', 'Fastify', 'Hono'].includes(name);
      for (const path of ['/healthz/../v1/other', '/v1/models/two/../../other', '/v1/models/two/%2e%2e/%2E%2e/other']) {
        await refused(platform, path, [readsAgain ? 'route_unknown' : 'path_dot_segment']);
      }
      const backslash = await raw(platform.url, '/v1/models/two\\..\\..\\other');
      // The server of Hono refuses a backslash before anybody sees it.
      assert.deepEqual([backslash.status, ...backslash.codes], name === 'Hono' ? [400] : [403, readsAgain ? 'route_unknown' : 'path_backslash']);
      const two = await raw(platform.url, '/v1/models/two', ['Host: a.example.org', 'Host: b.example.org']);
      // workerd fails over it by itself.
      assert.ok([400, 403, 500].includes(two.status), `${two.status}`);
      const bad = await raw(platform.url, '/v1/models/two', ['Host: a..example.org']);
      assert.ok([400, 403, 500].includes(bad.status), `${bad.status}`);
      const absolute = await raw(platform.url, 'http://models.example.org/v1/other');
      assert.ok([400, 403, 500].includes(absolute.status), `${absolute.status}`);
    }));

  test('other weights than the approved ones are refused', async () => {
    const [route] = place.configuration().routes;
    const weights = { kind: 'file', digest: `sha256:${'1'.repeat(64)}` };
    const config = place.configuration({
      routes: [
        { ...route, weights, proposal: place.versions['1'].proposal },
        { ...route, name: 'other', path: '/other', proposal: place.versions['2'].proposal },
        { ...route, name: 'nobody', path: '/nobody', weights },
      ],
    });
    await Promise.all(
      Object.entries(platforms).map(async ([, start]) => {
        const platform = await start(config, model.url);
        try {
          await refused(platform, '/v1/models/one', ['weights_mismatch']);
          await refused(platform, '/other', ['weights_mismatch']);
          await refused(platform, '/nobody', ['bundle_missing']);
        } finally {
          await platform.close();
        }
      }),
    );
  });

  test('metrics count what became of requests', () =>
    everywhere(async ({ gateway }) => {
      const text = await gateway.metrics();
      assert.match(text, /^placet_gateway_requests_total\{route="digits-2",outcome="permit"\} [1-9]/m);
      assert.match(text, /^placet_gateway_refusals_total\{code="route_unknown"\} [1-9]/m);
      assert.match(text, /^placet_gateway_fetches_total\{document="trust",result="new"\} [1-9]/m);
      assert.match(text, /^placet_gateway_enforcing 1$/m);
    }));

  test('a revocation that is pushed counts at once, and one that nobody signed does not', async () => {
    await everywhere(async (platform) => void (await permitted(platform, '/v1/models/one')));
    const envelope = await place.revoke('1');
    const forged = JSON.parse(envelope);
    forged.signatures[0].sig = `${'A'.repeat(86)}==`;
    await everywhere(async (platform) => {
      await assert.rejects(platform.gateway.revoke(JSON.stringify(forged)));
      await permitted(platform, '/v1/models/one');
      await platform.gateway.revoke(envelope);
      await refused(platform, '/v1/models/one', ['proposal_revoked']);
    });
    // The registry knows nothing of it: what it says afterwards takes nothing back.
    await new Promise((resolve) => setTimeout(resolve, (AGE / 4 + 1) * 1000));
    await everywhere((platform) => refused(platform, '/v1/models/one', ['proposal_revoked']));
    await everywhere((platform) => permitted(platform));
  });

  test('without the registry it goes on within the age of the list, and then stops', async () => {
    await everywhere((platform) => permitted(platform));
    await place.registry.stop();
    const stopped = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await everywhere((platform) => permitted(platform));
    await eventually(AGE, () => everywhere((platform) => refused(platform, '/v1/models/two', ['list_stale'])));
    assert.ok(Date.now() - stopped < (AGE + 2) * 1000);
    await place.registry.start();
    await eventually(AGE, () => everywhere((platform) => permitted(platform)));
  });

  test('a revocation that is told to nobody stops a model within the age of the list', async () => {
    await place.revoke('2');
    await place.push();
    await eventually(AGE / 2, () =>
      everywhere(async (platform) => {
        const { status, codes } = await raw(platform.url, '/v1/models/two');
        assert.equal(status, 403);
        assert.deepEqual(codes, ['proposal_revoked']);
      }),
    );
  });
});
