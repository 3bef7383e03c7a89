// The gateway, without storage: what is measured is a permit that holds.
import { createGateway } from 'placet/gateway';

let gateway;

export default {
  fetch(request, env, context) {
    gateway ??= createGateway(env.PLACET_GATEWAY);
    return gateway.handle(request, (request) => env.MODEL.fetch(request), context);
  },
};
