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

/** Text that is Unicode: half of a surrogate pair would reach the core as another character. */
export function text(name, value) {
  if (typeof value === 'string' && !/\p{Surrogate}/u.test(value)) return value;
  throw new PlacetError('invalid_argument', `${name} is not text`);
}

/** An object that is no array. */
export function object(name, value) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new PlacetError('invalid_argument', `${name} is not an object`);
}

/** A number; NaN and the infinities are numbers. */
export function number(name, value) {
  if (typeof value === 'number') return value;
  throw new PlacetError('invalid_argument', `${name} is not a number`);
}

/** As many values as a copy of them and what sorting needs leave room for in the module's memory. */
const MOST_NUMBERS = 2 ** 25;
const NUMBERS = /^\[object (Float|Int|Uint)\d+(Clamped)?Array\]$/;

/** A typed array or an array of numbers, not copied. */
export function numbers(name, value) {
  const typed = NUMBERS.test(Object.prototype.toString.call(value));
  if (!typed && !isNumberArray(value)) {
    throw new PlacetError('invalid_argument', `${name} is neither a typed array nor an array of numbers`);
  }
  if (value.length > MOST_NUMBERS) throw new PlacetError('too_large', `${name} has more than ${MOST_NUMBERS} values`);
  return value;
}

/** Anything but numbers in an array would become one in silence: null would be 0. */
function isNumberArray(value) {
  if (!Array.isArray(value)) return false;
  // Not `every`, which passes over holes.
  for (const entry of value) if (typeof entry !== 'number') return false;
  return true;
}

/** Options with their defaults, or without where the core has its own; the types are those of the defaults. */
export function settings(given = {}, defaults, own = false) {
  const chosen = own ? {} : { ...defaults };
  for (const [name, value] of Object.entries(object('options', given))) {
    if (value === undefined) continue;
    if (!Object.hasOwn(defaults, name) || typeof value !== typeof defaults[name] || value === null) {
      throw new PlacetError('invalid_argument', `option ${name} is unknown or of the wrong type`);
    }
    chosen[name] = value;
  }
  return chosen;
}
