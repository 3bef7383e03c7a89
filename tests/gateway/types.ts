// Compiled by `tsc --strict`, never run: what the types promise.
import {
  createGateway,
  durableObjectStorage,
  fileStorage,
  init,
  kvStorage,
  type Gateway,
  type GatewayConfig,
  type GatewayStorage,
} from 'placet/gateway';
import { expressGateway } from 'placet/gateway/express';
import { fastifyGateway } from 'placet/gateway/fastify';
import { honoGateway } from 'placet/gateway/hono';

const config: GatewayConfig = {
  media_type: 'application/vnd.placet.gateway+json;version=1',
  mode: 'enforce',
  pins: ['sha256:0'],
  source: { kind: 'registry', url: 'http://127.0.0.1:8787' },
  routes: [
    {
      name: 'digits',
      path: '/v1/models/digits',
      model_id: 'digits-classifier',
      weights: { kind: 'file', digest: 'sha256:0' },
      environment: 'production',
      scope: 'eu-west',
    },
    { name: 'signed', path: '/v1/models/signed', deployment: {} },
  ],
};
const storage: GatewayStorage = fileStorage('gateway-state.json');
const gateway: Gateway = createGateway(config, { storage, events: true, log: ({ event }) => console.log(event) });
await init();
await gateway.ready();

const response: Response = await gateway.handle(new Request('https://models.example.org/'), (request) => fetch(request));
const answer = await gateway.answer(['models.example.org'], '/v1/models/digits');
if (answer.pass) {
  const decision: string | null = answer.decision;
  // @ts-expect-error what passes has no status
  answer.status;
} else {
  const { status, codes, route }: { status: number; codes: readonly string[]; route: string | null } = answer;
}
await gateway.revoke('{}');
const text: string = gateway.metrics();

kvStorage({ get: async (key: string, type: 'text') => key + type, put: async () => {} });
durableObjectStorage({});
expressGateway(gateway)({}, {}, () => {});
await fastifyGateway(gateway)({});
await honoGateway(gateway)({}, async () => {});

// @ts-expect-error nobody observes by accident
createGateway({ ...config, mode: undefined });
// @ts-expect-error a storage both loads and saves
createGateway(config, { storage: { load: async () => null } });
