import { marked, ofIncoming, ofRequest } from './request.js';

/** A middleware for Hono. Under Node it reads the request line itself, elsewhere the URL that the platform made of it. */
export function honoGateway(gateway) {
  return async (context, next) => {
    const { incoming } = context.env ?? {};
    const { hosts, target } = incoming?.rawHeaders ? ofIncoming(incoming) : ofRequest(context.req.raw);
    const answer = await gateway.answer(hosts, target, execution(context));
    if (!answer.pass) return new Response(answer.body, { status: answer.status, headers: answer.headers });
    context.req.raw = marked(context.req.raw, gateway.names, answer.decision);
    await next();
  };
}

/** Hono throws where the platform has no such thing. */
function execution(context) {
  try {
    return context.executionCtx;
  } catch {
    return undefined;
  }
}
