// A site on the loopback with the policy under which the package has to work, and a browser that opens a page of it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import puppeteer from 'puppeteer-core';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'";
const FLAGS = {
  chrome: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  firefox: [],
};

/** Serves directories and functions by the beginning of the path. `posted` is what a page sends to `/results`. */
export async function serve(routes) {
  let receive;
  const posted = new Promise((resolve) => (receive = resolve));
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    try {
      if (request.method === 'POST' && path === '/results') {
        const pieces = [];
        for await (const piece of request) pieces.push(piece);
        response.writeHead(204).end();
        receive(Buffer.concat(pieces).toString());
        return;
      }
      // Browsers ask for it by themselves.
      if (path === '/favicon.ico') {
        response.writeHead(204).end();
        return;
      }
      const prefix = Object.keys(routes).find((prefix) => path.startsWith(prefix));
      const route = routes[prefix];
      const body = typeof route === 'function' ? route() : await readFile(join(route, path.slice(prefix.length)));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/json', 'content-security-policy': POLICY });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, posted, close: () => server.close() };
}

/** Opens a page; `problems` are its errors, and what its console calls errors. */
export async function open(browser, program, address) {
  // Both are driven over WebDriver BiDi.
  const started = await puppeteer.launch({ browser, protocol: 'webDriverBiDi', executablePath: program, headless: true, args: FLAGS[browser] });
  const page = await started.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(`${error}`));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(address);
  const late = (seconds) =>
    new Promise((_, reject) => {
      const fail = () => reject(new Error([`nothing came within ${seconds} s`, ...problems].join('\n')));
      setTimeout(fail, seconds * 1000).unref();
    });
  return { problems, within: (pending, seconds) => Promise.race([pending, late(seconds)]), close: () => started.close() };
}
