// The installed package through the bundlers that people use; what they make runs in Chromium under the strict policy.
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, createServer } from 'vite';
import webpack from 'webpack';
import { POLICY, open, serve } from './page.mjs';
import { CLOCK, code } from './readme.mjs';

const consumer = process.env.PLACET_CONSUMER;
const app = join(consumer, 'app');
await cp(fileURLToPath(new URL('app', import.meta.url)), app, { recursive: true });
await mkdir(join(app, 'public'), { recursive: true });
await cp(join(consumer, 'example'), join(app, 'public/example'), { recursive: true });
await writeFile(join(app, 'clock.js'), CLOCK);
await writeFile(join(app, 'readme.js'), code('Browsers'));
const record = await readFile(join(consumer, 'example/decision.json'), 'utf8');

async function check(address, posted) {
  const page = await open('chrome', process.env.CHROMIUM, address);
  try {
    assert.deepEqual(JSON.parse(await page.within(posted, 60)), [record, record, 'permit']);
    assert.deepEqual(page.problems, []);
  } finally {
    await page.close();
  }
}

async function built(directory) {
  const site = await serve({ '/example/': join(consumer, 'example/'), '/': `${directory}/` });
  await check(`${site.address}/index.html`, site.posted).finally(site.close);
}

test('Vite, built', async () => {
  const outDir = join(consumer, 'dist-vite');
  await build({ root: app, configFile: false, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  await built(outDir);
});

test('Vite, while developing', async () => {
  let receive;
  const posted = new Promise((resolve) => (receive = resolve));
  const results = {
    name: 'results',
    configureServer: ({ middlewares }) => {
      middlewares.use('/results', async (request, response) => {
        const pieces = [];
        for await (const piece of request) pieces.push(piece);
        response.writeHead(204).end();
        receive(Buffer.concat(pieces).toString());
      });
    },
  };
  const server = await createServer({
    root: app,
    configFile: false,
    logLevel: 'error',
    plugins: [results],
    // What is bundled beforehand would no longer lie beside its module.
    optimizeDeps: { exclude: ['placet'] },
    // Vite's own client has a socket.
    server: { host: '127.0.0.1', port: 0, headers: { 'Content-Security-Policy': POLICY.replace("connect-src 'self'", "connect-src 'self' ws:") } },
  });
  await server.listen();
  await check(server.resolvedUrls.local[0], posted).finally(() => server.close());
});

test('webpack', async () => {
  const path = join(consumer, 'dist-webpack');
  const stats = await new Promise((resolve, reject) => {
    const options = { context: app, entry: './main.js', mode: 'production', output: { path, filename: 'main.js' } };
    webpack(options, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  assert.ok(!stats.hasErrors(), stats.toString());
  await cp(join(app, 'index.html'), join(path, 'index.html'));
  await built(path);
});

test('every condition leads to the entry of its runtime', () => {
  const { exports } = createRequire(join(consumer, 'package.json'))('placet/package.json');
  for (const [path, directory] of [['.', '.'], ['./verify', './verify']]) {
    const entry = (...conditions) => {
      let target = exports[path];
      while (typeof target !== 'string') {
        target = target[Object.keys(target).find((name) => name === 'default' || conditions.includes(name))];
      }
      return target;
    };
    assert.equal(entry('workerd', 'worker', 'browser'), `${directory}/workerd.js`);
    assert.equal(entry('worker', 'browser'), `${directory}/browser.js`);
    assert.equal(entry('browser', 'import'), `${directory}/browser.js`);
    assert.equal(entry('node', 'require'), `${directory}/node.cjs`);
    for (const conditions of [['node', 'import'], ['deno', 'import'], ['bun', 'import']]) {
      assert.equal(entry(...conditions), `${directory}/node.js`);
    }
    assert.equal(entry('import'), `${directory}/browser.js`);
    assert.equal(entry('types', 'node', 'require'), `${directory}/index.d.cts`);
  }
});
