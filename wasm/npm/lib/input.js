import { PlacetError } from './error.js';

/** The bytes of a typed array, a view or a buffer, not copied; `undefined` for anything else. */
export function view(value) {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  // By its name, since a buffer may come from another realm (a frame, a test runner's context).
  return BUFFERS.has(Object.prototype.toString.call(value)) ? new Uint8Array(value) : undefined;
}

const BUFFERS = new Set(['[object ArrayBuffer]', '[object SharedArrayBuffer]']);

/** A document, which only its exact bytes can be. */
export function bytes(name, value) {
  const found = view(value);
  if (!found) throw new PlacetError('invalid_argument', `${name} is not bytes`);
  return found;
}

/** Bytes as they are, or an object as the bytes of its JSON, which the core reads as strictly. */
export function json(name, value) {
  const found = view(value);
  if (found) return found;
  try {
    const text = JSON.stringify(value);
    if (typeof value === 'object' && text.startsWith('{')) return new TextEncoder().encode(text);
  } catch {
    // A cycle, a bigint or a field that throws: no request can be made of it.
  }
  throw new PlacetError('invalid_argument', `${name} is neither an object nor bytes`);
}
