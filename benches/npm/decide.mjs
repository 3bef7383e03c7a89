// One contender in a process of its own: `node decide.mjs NAME`. Times the first decision from before the import, then
// decisions with trust held, and the signatures of one decision alone.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { print, time } from '../frame.mjs';

const [name] = process.argv.slice(2);
const [bundle, trust, requestBytes] = ['bundle', 'trust', 'request'].map((document) =>
  new Uint8Array(readFileSync(join(process.env.PLACET_EXAMPLE, `${document}.json`))),
);
const request = JSON.parse(new TextDecoder().decode(requestBytes));
const expect = (permitted) => {
  if (!permitted) throw new Error(`${name} denies`);
};

const figures = {};
if (name.startsWith('placet')) await placet();
else await peer();
print(figures);

async function placet() {
  const begin = performance.now();
  const api = await import(pathToFileURL(join(process.env.PLACET_CONSUMER, 'node_modules/placet', entry())));
  expect(api.decide(bundle, trust, null, request).decision.outcome === 'permit');
  figures.first = performance.now() - begin;

  const verifier = api.createVerifier({ trust, state: null });
  const questions = Array.from({ length: 16 }, () => ({ bundle, request }));
  const decideAll = () => {
    for (const { decision } of verifier.decideMany(questions)) expect(decision.outcome === 'permit');
  };
  figures.warm = (await time(decideAll)) / questions.length;
  if (api.verifySignature) {
    const triples = signed();
    const verify = () => expect(triples.every(({ raw, message, signature }) => api.verifySignature(raw, message, signature).valid));
    figures.signatures = await time(verify);
  }
  compared();
  verifier.decide(bundle, request);
  figures.cached = await time(() => verifier.decide(bundle, request), { batch: 1000 });

  const many = function* () {
    for (let count = 0; count < 10_000; count += 1) yield { bundle: bundle.slice(), request };
  };
  const before = process.memoryUsage().rss;
  for (const { decision } of verifier.decideMany(many())) expect(decision.outcome === 'permit');
  figures.grown = (process.memoryUsage().rss - before) / 2 ** 20;
}

/** The entry that Node takes for `placet` and `placet/verify`. */
function entry() {
  return name === 'placet' ? 'node.js' : 'verify/node.js';
}

async function peer() {
  const begin = performance.now();
  const [{ load }, { hold, decide }] = await Promise.all([import('./ed25519.mjs'), import('./peer.mjs')]);
  const library = await load(name);
  const context = await hold(trust, library);
  expect(await decide(bundle, request, context));
  figures.first = performance.now() - begin;

  figures.warm = await time(async () => expect(await decide(bundle, request, context)));
  const triples = await Promise.all(signed().map(async (one) => ({ ...one, key: await library.importKey(one.raw) })));
  figures.signatures = await time(async () => {
    for (const { key, message, signature } of triples) {
      const pending = library.verify(key, message, signature);
      expect(typeof pending === 'boolean' ? pending : await pending);
    }
  });
  compared();
}

function compared() {
  figures.ratio = figures.warm / figures.signatures;
  figures.rest = figures.warm - figures.signatures;
}

/** Key, message and signature of each of the bundle's five envelopes. */
function signed() {
  const { training_output, proposal, approvals } = JSON.parse(new TextDecoder().decode(bundle));
  const policy = JSON.parse(Buffer.from(JSON.parse(new TextDecoder().decode(trust)).policies[0].payload, 'base64'));
  return [training_output, proposal, ...approvals].map(({ payload, payloadType, signatures: [{ sig }] }) => {
    const body = Buffer.from(payload, 'base64');
    const { trainer, proposed_by, approver } = JSON.parse(body).predicate;
    const [{ public_key }] = policy.principals[trainer ?? proposed_by ?? approver].keys;
    return {
      raw: Buffer.from(public_key, 'hex'),
      message: Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]),
      signature: Buffer.from(sig, 'base64'),
    };
  });
}
