import { ManifestHasher, WeightsHasher } from './bindings.js';
import { PlacetError } from './error.js';
import { object, text, view } from './input.js';
import { build, call } from './load.js';

/** A piece is copied into the module's memory, which never shrinks: large chunks go in by parts. */
const PIECE = 1 << 20;

/** The digest and size of a weights file, read piece by piece. */
export async function hashWeights(source, options = {}) {
  const { onProgress, signal } = options;
  const total = source?.size ?? source?.byteLength;
  const hasher = call(() => new WeightsHasher());
  let hashed = 0;
  let finished = false;
  try {
    for await (const chunk of chunks(source)) {
      for (let offset = 0; offset < chunk.length; offset += PIECE) {
        signal?.throwIfAborted();
        const piece = chunk.subarray(offset, offset + PIECE);
        hasher.update(piece);
        hashed += piece.length;
        onProgress?.({ hashed, total });
      }
    }
    signal?.throwIfAborted();
    finished = true;
    return hasher.finish();
  } finally {
    if (!finished) hasher.free();
  }
}

/** The digest of a directory, from those of its files. */
export function hashManifest(files) {
  return build(ManifestHasher, (manifest) => {
    if (!Array.isArray(files)) throw new PlacetError('invalid_argument', 'files are an array');
    for (const { path, size, digest } of files.map((file) => object('file', file))) {
      if (!Number.isSafeInteger(size) || size < 0) {
        throw new PlacetError('invalid_integer', 'the size of a file is a whole number up to 2^53 - 1');
      }
      manifest.add(text('path', path), BigInt(size), text('digest', digest));
    }
    return () => manifest.finish();
  });
}

async function* chunks(source) {
  const whole = view(source);
  if (whole) {
    yield whole;
    return;
  }
  const stream = typeof source?.stream === 'function' ? source.stream() : source;
  const pieces = typeof stream?.getReader === 'function' ? read(stream) : stream;
  // Text is iterable too, but an empty one must not pass for an empty file.
  if (typeof pieces === 'string' || typeof (pieces?.[Symbol.asyncIterator] ?? pieces?.[Symbol.iterator]) !== 'function') {
    throw new PlacetError('invalid_argument', 'weights are read from a File, a Blob, a stream, an iterable or bytes');
  }
  for await (const piece of pieces) {
    const bytes = view(piece);
    if (!bytes) throw new PlacetError('invalid_argument', 'a piece of the weights is not bytes');
    yield bytes;
  }
}

/** Not every engine can iterate over a stream, every one can read it. */
async function* read(stream) {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => {});
  }
}
