// What a package weighs, and how long its first answer takes from before the import: `node start.mjs NAME`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { print } from '../frame.mjs';

const require = createRequire(import.meta.url);
const directory = (name) => join(dirname(require.resolve('libsodium-wrappers')), '../../..', name);
const placet = join(process.env.PLACET_CONSUMER, 'node_modules/placet');
const documents = ['bundle', 'trust', 'request'].map((document) =>
  new Uint8Array(readFileSync(join(process.env.PLACET_EXAMPLE, `${document}.json`))),
);

async function decision(entry) {
  const { decide } = await import(pathToFileURL(join(placet, entry)));
  const [bundle, trust, request] = documents;
  return decide(bundle, trust, null, request).decision.outcome === 'permit';
}

const CONTENDERS = {
  placet: { module: join(placet, 'placet.wasm'), answer: () => decision('node.js') },
  'placet/verify': { module: join(placet, 'verify.wasm'), answer: () => decision('verify/node.js') },
  '@cedar-policy/cedar-wasm': {
    module: join(directory('@cedar-policy/cedar-wasm'), 'nodejs/cedar_wasm_bg.wasm'),
    answer() {
      const { isAuthorized } = require('@cedar-policy/cedar-wasm/nodejs');
      const answer = isAuthorized({
        principal: { type: 'User', id: 'alice' },
        action: { type: 'Action', id: 'run' },
        resource: { type: 'Model', id: 'digits' },
        context: {},
        policies: { staticPolicies: 'permit(principal == User::"alice", action == Action::"run", resource);' },
        entities: [],
      });
      return answer.response.decision === 'allow';
    },
  },
  '@biscuit-auth/biscuit-wasm': {
    module: join(directory('@biscuit-auth/biscuit-wasm'), 'module/biscuit_bg.wasm'),
    async answer() {
      const { Biscuit, PublicKey, SignatureAlgorithm, authorizer } = await import('@biscuit-auth/biscuit-wasm');
      const key = PublicKey.fromString('5fac59f2e4b4fc2cc56733d08cfb5811eba7e1dd97acf9aedcfbff15edf0a823', SignatureAlgorithm.Ed25519);
      const token = Biscuit.fromBase64(TOKEN, key);
      const limits = { max_facts: 100, max_iterations: 100, max_time_micro: 1_000_000 };
      return authorizer`operation("read"); allow if user("1234");`.buildAuthenticated(token).authorizeWithLimits(limits) === 0;
    },
  },
};

/** `user("1234"); check if operation("read");` under the key above. */
const TOKEN =
  'Eo0BCiMKBDEyMzQYAyIJCgcIChIDGIAIMg4KDAoCCBsSBggDEgIYABIkCAASIPkCxzia32xsd_kXBlRd-qcmbHOzScOrafHZSUGkuXtJGkDDHWWkkAPb6m5hN0a8u0UQNjiMvSux1SxUe7DMLscM4BcEnFj9sp-YcAkWhkGeFlKouykdqIayimIVre9rWJYIIiIKIOC50E2PxeiOmNZgY0UWVtMpbFhBMbcCIw-i7c36mwCW';

const [name] = process.argv.slice(2);
const { module, answer } = CONTENDERS[name];
const begin = performance.now();
if (!(await answer())) throw new Error(`${name} denies`);
const first = performance.now() - begin;
print({ first, raw: readFileSync(module).length / 1024, brotli: brotliCompressSync(readFileSync(module)).length / 1024 });
