// The examples for Deno and Bun, run as they are written.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { consumer, echo, eventually, listening, raw, repository, world } from './world.mjs';

const require = createRequire(import.meta.url);
/** The commands of these packages are wrappers; the real ones stand beside them. */
const binary = {
  deno: () => join(dirname(require.resolve(`@deno/linux-${process.arch}-glibc/package.json`)), 'deno'),
  bun: () => join(dirname(require.resolve(`@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64'}/package.json`)), 'bin/bun'),
};
const words = { deno: ['run', '--allow-net', '--allow-read', '--allow-write', '--allow-env', '--node-modules-dir=manual', '--no-prompt'], bun: ['run'] };

let place;
let model;
before(async () => {
  [place, model] = await Promise.all([world(), echo()]);
});
after(async () => {
  await model?.close();
  await place?.end();
});

for (const [version, runtime] of [['1', 'deno'], ['2', 'bun']]) {
  test(`${runtime}: permits, refuses, and hears of a revocation at once`, async (context) => {
    const directory = join(consumer, runtime);
    await mkdir(directory, { recursive: true });
    await copyFile(join(repository, 'gateway/examples', `${runtime}.js`), join(directory, `${runtime}.mjs`));
    await writeFile(join(directory, 'gateway.json'), JSON.stringify(place.configuration()));
    const free = await listening(createServer());
    await free.close();
    const child = spawn(binary[runtime](), [...words[runtime], `${runtime}.mjs`, 'gateway.json', model.url], {
      cwd: directory,
      env: { ...process.env, PORT: new URL(free.url).port, DENO_DIR: join(directory, 'cache'), DENO_NO_UPDATE_CHECK: '1' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    context.after(async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill()) await ended;
    });
    const path = version === '1' ? '/v1/models/one' : '/v1/models/two';
    await eventually(30, async () => assert.equal((await raw(free.url, `${path}?x=1`)).status, 200));
    const { body } = await raw(free.url, path, ['placet-decision: forged']);
    assert.match(body, /"placet-decision":"sha256:/);
    assert.deepEqual((await raw(free.url, '/v1/other')).codes, ['route_unknown']);
    await place.revoke(version);
    await place.push();
    await eventually(5, async () => assert.deepEqual((await raw(free.url, path)).codes, ['proposal_revoked']));
  });
}
