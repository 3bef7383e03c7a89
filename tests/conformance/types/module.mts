// Compiled, never run: right uses must pass `tsc --strict`, wrong ones must not.
import { hashWeights, init, initSync, PlacetError, type FileWeights, type WeightsSource } from 'placet';

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
