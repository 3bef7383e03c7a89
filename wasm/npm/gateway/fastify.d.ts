import type { Gateway } from './index.js';

/**
 * A plugin for Fastify.
 *
 * @example
 * await server.register(fastifyGateway(gateway)); // before the routes
 */
export function fastifyGateway(gateway: Gateway): (server: any) => Promise<void>;
