import { PlacetError } from './error.js';

/** The bytes of a typed array, a view or a buffer, not copied; `undefined` for anything else. */
export function view(value) {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  // By its name, since a buffer may come from another realm (a frame, a test runner's context).
  return BUFFERS.has(Object.prototype.toString.call(value)) ? new Uint8Array(value) : undefined;
}

const BUFFERS = new Set(['[object ArrayBuffer]', '[object SharedArrayBuffer]']);
