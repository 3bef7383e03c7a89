// Runs the vectors in Chromium, in a page with a strict policy that loads the installed package.
// Usage: node chromium.mjs RESULTS.json
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { report } from './suite.mjs';
import { load } from './vectors.mjs';

const ROOTS = {
  '/placet/': join(process.env.PLACET_CONSUMER, 'node_modules/placet/'),
  '/': fileURLToPath(new URL('.', import.meta.url)),
};
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; require-trusted-types-for 'script'";
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const vectors = JSON.stringify(await load());
const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  try {
    const root = Object.keys(ROOTS).find((prefix) => path.startsWith(prefix));
    const body = path === '/vectors.json' ? vectors : await readFile(join(ROOTS[root], path.slice(root.length)));
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/json', 'content-security-policy': POLICY });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
try {
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(`${error}`));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/page/index.html`);
  const results = await page.waitForFunction(() => globalThis.results, null, { timeout: 120_000 }).then(
    (handle) => handle.jsonValue(),
    (error) => Promise.reject(new Error([error.message, ...problems].join('\n'))),
  );
  const computed = results.filter(({ actual }) => actual).map(({ id, actual }) => [id, actual]);
  await writeFile(process.argv[2], JSON.stringify(Object.fromEntries(computed)));
  for (const problem of problems) console.log(`in the page: ${problem}`);
  process.exitCode = report(results, console.log) + problems.length ? 1 : 0;
} finally {
  await browser.close();
  server.close();
}
