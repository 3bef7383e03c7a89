// The cases that all gateways share.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { commonjs, createGateway } from './platforms.mjs';
import { repository } from './world.mjs';

const read = async (name) => JSON.parse(await readFile(join(repository, 'tests/vectors/gateway', name), 'utf8'));
const offline = { timers: false, fetch: () => Promise.reject(new Error('no network here')), log: () => {} };

for (const [format, create] of [['module', createGateway], ['CommonJS', commonjs.createGateway]]) {
  for (const file of ['paths.json', 'hosts.json']) {
    test(`${file}, ${format}`, async () => {
      const { config, cases } = await read(file);
      const gateway = create(config, offline);
      assert.ok(cases.length > 10);
      for (const { name, request, expect } of cases) {
        const answer = await gateway.answer(request.host, request.target);
        if (expect.open !== undefined) assert.ok(answer.pass && answer.decision === null, name);
        else if (expect.code !== undefined) assert.deepEqual([answer.pass, answer.route, answer.codes], [false, null, [expect.code]], name);
        else assert.deepEqual([answer.pass, answer.route], [false, expect.route], name);
      }
      await gateway.close();
    });
  }

  test(`configurations.json, ${format}`, async () => {
    const { cases } = await read('configurations.json');
    assert.ok(cases.length > 50);
    for (const { name, config, expect } of cases) {
      const of = () => create(JSON.stringify(config), offline);
      if (expect.valid) await of().close();
      else assert.throws(of, { name: 'PlacetError', code: expect.code }, name);
    }
  });
}

test('a configuration that two readers could read in two ways is none', () => {
  const twice = '{"media_type":"application/vnd.placet.gateway+json;version=1","mode":"observe","mode":"enforce"}';
  assert.throws(() => createGateway(twice, offline), { code: 'duplicate_key' });
  for (const config of [undefined, null, 7, [], new Date()]) {
    assert.throws(() => createGateway(config, offline), { name: 'PlacetError' });
  }
  assert.throws(() => createGateway('', offline), { code: 'json_syntax' });
  assert.throws(() => createGateway(new Uint8Array(65 << 20), offline), { code: 'too_large' });
});

test('a storage that is none is refused', async () => {
  const { config } = await read('paths.json');
  for (const storage of [{}, { load() {} }]) {
    assert.throws(() => createGateway(config, { ...offline, storage }), { code: 'invalid_argument' });
  }
});
