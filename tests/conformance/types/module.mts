// Compiled, never run: right uses must pass `tsc --strict`, wrong ones must not.
import {
  adjustPValues,
  checkDistributions,
  checkMetrics,
  createVerifier,
  cusum,
  decide,
  hashManifest,
  hashWeights,
  init,
  initSync,
  ksTest,
  PlacetError,
  psi,
  report,
  sketch,
  summary,
  timestamp,
  verifyEnvelope,
  verifyInclusion,
  verifyReferenceApproval,
  verifySignature,
} from 'placet';
import { bundle, importSigner, signStatement } from 'placet/sign';
import { createVerifier as createSmall } from 'placet/verify';
import type { Answer, Code, Decision, FileWeights, Kind, ReferenceRequest, Request, Verdict, Verifier, WeightsSource } from 'placet';

await init();
await init('/placet.wasm');
await init(new Uint8Array(8));
initSync(new ArrayBuffer(8));

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1);
}

export const weights: FileWeights = await hashWeights(pieces(), {
  onProgress: ({ hashed, total }) => [hashed satisfies number, total satisfies number | undefined],
});
export const kind: 'file' = weights.kind;
export const sources: WeightsSource[] = [new Uint8Array(1), new ArrayBuffer(1), [new Uint8Array(1)], pieces()];

try {
  await hashWeights(new Uint8Array());
} catch (error) {
  if (error instanceof PlacetError && error.code === 'not_initialized') {
    error.message satisfies string;
  }
}

// @ts-expect-error: text is not bytes
await hashWeights('model.bin');
// @ts-expect-error: a code that does not exist
export const code: PlacetError['code'] = 'no_such_code';
// @ts-expect-error: results are read-only
weights.size = 1;

const decided = decide(new Uint8Array(), new ArrayBuffer(8), null, {
  model_id: 'digits-classifier',
  weights: { kind: 'file', digest: weights.digest },
  environment: 'production',
  scope: 'scoring',
  now: timestamp(),
});
export const next = decide(decided.bytes, decided.bytes, decided.state, decided.bytes);
switch (decided.decision.outcome) {
  case 'permit':
    decided.decision.denials satisfies readonly [];
    break;
  case 'deny':
    decided.decision.denials[0] satisfies Code;
    break;
  default:
    decided.decision satisfies never;
}

// @ts-expect-error: no state is said aloud
decide(new Uint8Array(), new Uint8Array(), undefined, new Uint8Array());
// @ts-expect-error: documents are bytes, not text
decide('{}', new Uint8Array(), null, new Uint8Array());
// @ts-expect-error: everything in a request is required
export const request: Request = { model_id: 'digits-classifier', environment: 'production', scope: 'scoring' };

const verifier: Verifier = createVerifier({ trust: new Uint8Array(), state: null });
export const answer: Answer = verifier.decide(new Uint8Array(), decided.bytes);
for (const { decision } of verifier.decideMany([{ bundle: new Uint8Array(), request: answer.bytes }])) {
  decision.denials satisfies readonly Code[];
}
verifier.update({ trust: new Uint8Array() });
verifier.state satisfies Uint8Array;
// @ts-expect-error: no state is said aloud
createVerifier({ trust: new Uint8Array() });
// @ts-expect-error: what was seen is added to, never replaced
verifier.state = new Uint8Array();

const small: Verifier = createSmall({ trust: new Uint8Array(), state: answer.bytes });
export const signed: Promise<Uint8Array> = importSigner('pem').then((signer) =>
  signStatement('approval', { model_id: 'm', weights }, { comment: '' }, [signer]),
);
small.decide(bundle(new Uint8Array(), new Uint8Array(), [await signed]), answer.bytes).decision satisfies Decision;
// @ts-expect-error: the small build has no drift
import('placet/verify').then(({ ksTest }) => ksTest);
// @ts-expect-error: policies are no statements about a model
signStatement('policy', { model_id: 'm', weights }, {}, []);

const verified = verifyEnvelope(new Uint8Array(), new Uint8Array(), timestamp());
verified.kind satisfies Kind;
verified.payload satisfies Uint8Array;
summary(new Uint8Array(), new Uint8Array(), new Uint8Array(), timestamp()).text satisfies string;
hashManifest([{ path: 'a', ...weights }]).kind satisfies 'directory';

const verdict: Verdict = verifySignature(new Uint8Array(32), new Uint8Array(), new Uint8Array(64));
if (!verdict.valid) verdict.code satisfies string;
verifyInclusion(new Uint8Array(32), 1, 2n, [new Uint8Array(32)], new Uint8Array(32)).valid satisfies boolean;
// @ts-expect-error: a valid verdict has no code
verdict.code;
// @ts-expect-error: sizes are numbers
verifyInclusion(new Uint8Array(32), '1', 2n, [], new Uint8Array(32));

const asked: ReferenceRequest = { keys: { alice: '00' }, threshold: 1, environment: null, scope: 'eu', now: timestamp() };
verifyReferenceApproval(new Uint8Array(), { ...asked, modelId: undefined }).legacy satisfies true;
// @ts-expect-error: no scope is said aloud
verifyReferenceApproval(new Uint8Array(), { keys: {}, threshold: 1, environment: null, now: timestamp() });

const tested = ksTest(new Float64Array(2), [1, 2], { method: 'exact' });
// @ts-expect-error: an inconclusive test has no number
tested.pValue satisfies number;
psi([1], new Float32Array(1), { bins: 5, binning: 'width', smoothing: 'jeffreys' }).edges satisfies readonly number[];
// @ts-expect-error: no such method
ksTest([1], [2], { method: 'asymp' });
// @ts-expect-error: text is no number
ksTest(['1'], [2]);
// @ts-expect-error: the mean is not guessed
cusum([1], { k: 1, h: 5 });
adjustPValues([tested.pValue ?? 1], 'bh') satisfies number[];
report([
  ...checkMetrics({ loss: 1 }, { loss: 2 }, { loss: { direction: 'lower_is_better', tolerance: { relative: 0.1 } } }),
  ...checkDistributions([{ name: 's', baseline: { sketch: sketch([1]) }, current: [1], rule: { test: 'ks' } }]),
]).status satisfies 'stable' | 'drifted' | 'inconclusive';
