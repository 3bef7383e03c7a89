// Bun: `bun run bun.js gateway.json http://127.0.0.1:9000`
import { createGateway, fileStorage } from 'placet/gateway';

const [configuration, models] = Bun.argv.slice(2);
const gateway = createGateway(await Bun.file(configuration).text(), {
  storage: fileStorage('gateway-state.json'),
  events: true,
});
await gateway.ready();

const next = ({ method, url, headers, body }) => {
  const { pathname, search } = new URL(url);
  return fetch(models + pathname + search, { method, headers, body, redirect: 'manual' });
};

Bun.serve({ hostname: '127.0.0.1', port: Number(Bun.env.PORT ?? 8080), fetch: (request) => gateway.handle(request, next) });
