// One gateway on each platform: the installed package, real servers, and a model server behind them.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Readable } from 'node:stream';
import { serve } from '@hono/node-server';
import { build } from 'esbuild';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import { Miniflare } from 'miniflare';
import { consumer, listening, repository } from './world.mjs';

const resolve = createRequire(join(consumer, 'package.json'));
const installed = (name) => import(pathToFileURL(join(consumer, `${name}.mjs`)));

export const { createGateway, durableObjectStorage, fileStorage, kvStorage } = await installed('gateway');
/** The same in the older module format. */
export const commonjs = resolve('placet/gateway');
export const directory = join(consumer, 'node_modules/placet');
const { expressGateway } = await installed('express');
const { fastifyGateway } = await installed('fastify');
const { honoGateway } = await installed('hono');

const quiet = { log: () => {} };

/** The fetch handler, behind a plain server of Node that makes a `Request` of what comes in. */
async function fetchHandler(config, model, options) {
  const gateway = createGateway(config, { ...quiet, ...options });
  const server = createServer(async (incoming, outgoing) => {
    const body = ['GET', 'HEAD'].includes(incoming.method) ? {} : { body: Readable.toWeb(incoming), duplex: 'half' };
    let request;
    try {
      const headers = new Headers();
      for (let at = 0; at < incoming.rawHeaders.length; at += 2) headers.append(...incoming.rawHeaders.slice(at, at + 2));
      headers.delete('connection');
      request = new Request(`http://${incoming.headers.host}${incoming.url}`, { method: incoming.method, headers, ...body });
    } catch {
      outgoing.writeHead(400).end();
      return;
    }
    const next = ({ method, url, headers, body }) => {
      const { pathname, search } = new URL(url);
      headers.delete('host');
      return fetch(model + pathname + search, { method, headers, body, ...(body ? { duplex: 'half' } : {}) });
    };
    const response = await gateway.handle(request, next);
    const ofThisHop = ['connection', 'keep-alive', 'transfer-encoding'];
    outgoing.writeHead(response.status, Object.fromEntries([...response.headers].filter(([name]) => !ofThisHop.includes(name))));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  return platform(gateway, await listening(server));
}

async function onExpress(config, model, options) {
  const gateway = createGateway(config, { ...quiet, ...options });
  const app = express();
  app.use(expressGateway(gateway));
  app.use((request, response) => response.json(seen(request)));
  return platform(gateway, await listening(createServer(app)));
}

async function onFastify(config, model, options) {
  const gateway = createGateway(config, { ...quiet, ...options });
  const server = Fastify({ forceCloseConnections: true });
  await server.register(fastifyGateway(gateway));
  server.all('/*', (request) => seen(request.raw, request.body));
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return platform(gateway, { url, close: () => server.close() });
}

async function onHono(config, model, options) {
  const gateway = createGateway(config, { ...quiet, ...options });
  const app = new Hono();
  app.use(honoGateway(gateway));
  app.all('/*', async (context) => {
    const { method, url, headers } = context.req.raw;
    return context.json({ method, url, headers: Object.fromEntries(headers), body: await context.req.text() });
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => (server.listening ? resolve() : server.once('listening', resolve)));
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return platform(gateway, { url: `http://127.0.0.1:${server.address().port}`, close });
}

let bundled;

/** The example of `gateway/worker`, bundled as wrangler does, in workerd. */
async function inWorkerd(config, model, { persist } = {}) {
  bundled ??= build({
    entryPoints: [join(repository, 'gateway/worker/worker.js')],
    outdir: join(consumer, 'worker'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    loader: { '.wasm': 'copy' },
    nodePaths: [join(consumer, 'node_modules')],
    assetNames: '[name]',
  });
  await bundled;
  const miniflare = new Miniflare({
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: await readFile(join(consumer, 'worker/worker.js'), 'utf8') },
      { type: 'CompiledWasm', path: 'gateway.wasm', contents: await readFile(join(consumer, 'worker/gateway.wasm')) },
    ],
    compatibilityDate: '2026-04-01',
    bindings: { PLACET_GATEWAY: JSON.stringify(config), METRICS_TOKEN: 'metrics' },
    kvNamespaces: ['PLACET_STATE'],
    ...(persist ? { kvPersist: persist } : {}),
    serviceBindings: {
      MODEL(request) {
        const { pathname, search } = new URL(request.url);
        const headers = new Headers(request.headers);
        headers.delete('host');
        const { method, body } = request;
        return fetch(model + pathname + search, { method, headers, body, ...(body ? { duplex: 'half' } : {}) });
      },
    },
  });
  const { origin } = await miniflare.ready;
  const kept = async () => (await miniflare.getKVNamespace('PLACET_STATE')).get('placet-gateway');
  const gateway = {
    revoke: async (envelope) => {
      const { status } = await fetch(`${origin}/.placet/revoke`, { method: 'POST', body: envelope });
      if (status !== 204) throw new Error(`status ${status}`);
    },
    metrics: async () => {
      const response = await fetch(`${origin}/.placet/metrics`, { headers: { authorization: 'Bearer metrics' } });
      return response.text();
    },
  };
  return { url: origin, gateway, kept, close: () => miniflare.dispose() };
}

function seen({ method, url, headers }, body) {
  return { method, url, headers, body };
}

async function platform(gateway, server) {
  return {
    url: server.url,
    gateway,
    async close() {
      await gateway.close();
      await server.close();
    },
  };
}

export const platforms = { 'fetch handler': fetchHandler, Express: onExpress, Fastify: onFastify, Hono: onHono, workerd: inWorkerd };
