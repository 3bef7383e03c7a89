// Compiled, never run: right uses must pass `tsc --strict`, wrong ones must not.
import { decide, hashWeights, init, initSync, PlacetError, timestamp } from 'placet';
import type { Code, FileWeights, Request, WeightsSource } from 'placet';

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
