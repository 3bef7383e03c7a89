import { mark, ofIncoming } from './request.js';

/** A plugin for Fastify: every request of the whole server is looked at before anything else of it runs. */
export function fastifyGateway(gateway) {
  const plugin = async (server) => {
    server.addHook('onRequest', async (request, reply) => {
      const { hosts, target } = ofIncoming(request.raw, request.originalUrl);
      // What `rewriteUrl` has changed would be routed by another path than is looked at here.
      const answer = await gateway.answer(hosts, target === request.url ? target : '');
      if (!answer.pass) return reply.code(answer.status).headers(answer.headers).send(answer.body);
      mark(request.raw, gateway.names, answer.decision);
    });
  };
  // As `fastify-plugin` does: the hook is for the server and not for the plugin alone.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'placet-gateway',
  });
}
