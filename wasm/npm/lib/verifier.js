import { Verifier as Core } from './bindings.js';
import { Permits } from './permits.js';
import { PlacetError } from './error.js';
import { bytes, json, object, settings } from './input.js';
import { call } from './load.js';
import { parse } from './record.js';

/** A verifier that keeps policy, list and state between decisions. */
export function createVerifier(options) {
  const { trust, state } = object('options', options);
  // `undefined` is no state: a caller that forgot to keep one must not pass for one that has none yet.
  const seen = state === null ? undefined : bytes('state', state);
  return new Verifier(call(() => new Core(bytes('trust', trust), seen)));
}

/** What it holds in the module's memory goes when it is collected. */
class Verifier {
  #core;
  #permits = new Permits();

  constructor(core) {
    this.#core = core;
  }

  /** May this model run here now? */
  decide(bundle, request) {
    const evidence = bytes('bundle', bundle);
    const known = this.#permits.find(evidence, request);
    if (known) return known;
    // A copy, so that what is kept is what was decided about, whoever else holds the memory.
    const kept = evidence.slice();
    return this.#permits.keep(kept, this.#decide(kept, request));
  }

  /** The answers to many questions, one after another as they are asked for. */
  *decideMany(questions) {
    if (typeof questions?.[Symbol.iterator] !== 'function') {
      throw new PlacetError('invalid_argument', 'questions are an iterable of objects with bundle and request');
    }
    for (const question of questions) {
      const { bundle, request } = object('question', question);
      yield this.#decide(bytes('bundle', bundle), request);
    }
  }

  /** Other documents to trust, or what another verifier has seen. Where one cannot be read, both stay as they were. */
  update(changes) {
    const { trust, state } = settings(changes, { trust: {}, state: {} }, true);
    const documents = [trust && bytes('trust', trust), state && bytes('state', state)];
    call(() => this.#core.update(...documents));
    this.#permits.clear();
  }

  /** What to keep, and to begin with after a restart. */
  get state() {
    return call(() => this.#core.state());
  }

  #decide(evidence, request) {
    const record = call(() => this.#core.decide(evidence, json('request', request)));
    return { decision: parse(record), bytes: record };
  }
}
