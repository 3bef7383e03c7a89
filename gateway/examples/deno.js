// Deno: `deno run --allow-net --allow-read --allow-write deno.js gateway.json http://127.0.0.1:9000`
import { createGateway, fileStorage } from 'placet/gateway';

const [configuration, models] = Deno.args;
const gateway = createGateway(await Deno.readTextFile(configuration), {
  storage: fileStorage('gateway-state.json'),
  events: true,
});
await gateway.ready();

const next = ({ method, url, headers, body }) => {
  const { pathname, search } = new URL(url);
  return fetch(models + pathname + search, { method, headers, body, redirect: 'manual' });
};

Deno.serve({ hostname: '127.0.0.1', port: Number(Deno.env.get('PORT') ?? 8080) }, (request) =>
  gateway.handle(request, next),
);
