import { timestamp } from './time.js';

/** How many permits a verifier keeps, and how many bytes of evidence with them. */
const MOST_PERMITS = 1024;
const MOST_BYTES = 32 << 20;

/**
 * Permits that were given, for as long as they hold. A denial is always looked at again.
 *
 * A permit answers again for the same question about the very same bytes, from the moment it was given until its
 * `valid_until` (attack: a decision kept past a boundary). The owner clears them when it is to trust something else.
 */
export class Permits {
  #held = new Map();
  #bytes = 0;
  /** A time that was found to be one. */
  #time;

  /** The permit for this question and this evidence; `undefined` where there is none. */
  find(bundle, request) {
    const question = ask(request);
    const held = question && this.#held.get(question);
    if (!held || !(held.from <= request.now && request.now < held.until) || !this.#isTime(request.now)) return undefined;
    return same(held.bundle, bundle) ? answer(held) : undefined;
  }

  /** Keeps what was decided about `bundle` if it is a permit, and gives it back. */
  keep(bundle, decided) {
    const { decision, bytes } = decided;
    if (decision.outcome !== 'permit' || decision.valid_until === null) return decided;
    const question = ask(decision.request);
    this.#drop(question);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size < MOST_PERMITS && this.#bytes + bundle.length <= MOST_BYTES) break;
      this.#drop(oldest);
    }
    const held = { bundle, decision: freeze(decision), bytes, from: decision.request.now, until: decision.valid_until };
    this.#held.set(question, held);
    this.#bytes += bundle.length;
    return answer(held);
  }

  clear() {
    this.#held.clear();
    this.#bytes = 0;
  }

  #drop(question) {
    const held = this.#held.get(question);
    if (this.#held.delete(question)) this.#bytes -= held.bundle.length;
  }

  /** Only what the core would read as a time may be compared as text. */
  #isTime(text) {
    if (text === this.#time) return true;
    const date = new Date(text);
    if (Number.isNaN(date.getTime()) || timestamp(date) !== text) return false;
    this.#time = text;
    return true;
  }
}

/** What a request asks about, without its time; `undefined` for a request that the core has to look at. */
function ask(request) {
  const { model_id, weights, environment, scope, now } = request ?? {};
  const { kind, digest } = weights ?? {};
  const fields = [model_id, kind, digest, environment, scope];
  if (typeof now !== 'string' || fields.some((field) => typeof field !== 'string')) return undefined;
  // A field more is an error, which the core reports.
  if (Object.keys(request).length !== 5 || Object.keys(weights).length !== 2) return undefined;
  // No field of a permit holds a line break, so no two questions have the same text.
  return fields.join('\n');
}

/** The record is copied for whoever asks for it, because nothing can freeze bytes. */
function answer({ decision, bytes }) {
  return {
    decision,
    get bytes() {
      return bytes.slice();
    },
  };
}

/** Node, Deno and Bun compare ten times as fast as a loop can. */
const compare = globalThis.Buffer?.compare;

function same(one, other) {
  if (one.length !== other.length) return false;
  if (compare) return compare(one, other) === 0;
  const [left, right] = [one, other].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  const whole = one.length & ~3;
  for (let at = 0; at < whole; at += 4) if (left.getUint32(at) !== right.getUint32(at)) return false;
  for (let at = whole; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

function freeze(value) {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}
