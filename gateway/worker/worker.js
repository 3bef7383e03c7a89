// A Worker before the service that runs models. What it is told in `wrangler.toml`: the configuration, where it keeps
// its state, the service behind it, and by which word metrics are read.
import { createGateway, kvStorage } from 'placet/gateway';

let gateway;

export default {
  async fetch(request, env, context) {
    gateway ??= createGateway(env.PLACET_GATEWAY, { storage: kvStorage(env.PLACET_STATE) });
    const { pathname } = new URL(request.url);
    if (pathname === '/.placet/revoke') return gateway.webhook(request, context);
    if (pathname === '/.placet/metrics') return metrics(request, env);
    return gateway.handle(request, (request) => env.MODEL.fetch(request), context);
  },
};

function metrics(request, env) {
  const allowed = env.METRICS_TOKEN && request.headers.get('authorization') === `Bearer ${env.METRICS_TOKEN}`;
  if (!allowed) return new Response(null, { status: 404 });
  return new Response(gateway.metrics(), { headers: { 'content-type': 'text/plain; version=0.0.4' } });
}
