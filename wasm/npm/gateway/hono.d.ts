import type { Gateway } from './index.js';

/**
 * A middleware for Hono.
 *
 * @example
 * app.use(honoGateway(gateway)); // before the routes
 */
export function honoGateway(gateway: Gateway): (context: any, next: () => Promise<void>) => Promise<Response | undefined>;
