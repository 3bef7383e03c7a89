import { mark, ofIncoming } from './request.js';

/** A middleware for Express and everything that takes its kind (Connect, Polka, a plain server of Node). */
export function expressGateway(gateway) {
  return (request, response, next) => {
    const target = request.originalUrl ?? request.url;
    const { hosts } = ofIncoming(request);
    // What an earlier middleware has rewritten would be routed by another path than is looked at here.
    const rewritten = !isMounted(target, request.baseUrl ?? '', request.url);
    gateway.answer(hosts, rewritten ? '' : target).then((answer) => {
      if (!answer.pass) {
        response.writeHead(answer.status, answer.headers).end(answer.body);
        return;
      }
      mark(request, gateway.names, answer.decision);
      next();
    }, next);
  };
}

/** Whether a router has done no more to the target than take away where it is mounted. */
function isMounted(target, base, url) {
  return target === base + url || (url.startsWith('/') && target === base + url.slice(1));
}
