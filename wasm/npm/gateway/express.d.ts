import type { Gateway } from './index.js';

/**
 * A middleware for Express, and for everything that takes its kind.
 *
 * @example
 * app.use(expressGateway(gateway)); // before everything that answers requests
 */
export function expressGateway(gateway: Gateway): (request: any, response: any, next: (error?: unknown) => void) => void;
