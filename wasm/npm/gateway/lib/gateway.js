import { PlacetError } from '../../lib/error.js';
import { json } from '../../lib/input.js';
import { follow } from './events.js';
import { Keeper } from './keeper.js';
import { call, common, createCore } from './module.js';
import { marked, ofRequest } from './request.js';
import { ask, read } from './source.js';

/** The most that a client waits for a look at the source, in milliseconds, where otherwise it would be refused. */
const PATIENCE = 5_000;
/** The most that the source may take for one document. */
const SOURCE_PATIENCE = 30_000;
/** Nothing longer than a day is slept. */
const LONGEST_SLEEP = 86_400_000;
/** The most bytes of a pushed envelope. */
const LARGEST_PUSH = 12 << 20;

/** A gateway by its configuration. */
export function createGateway(config, options = {}) {
  const text = typeof config === 'string' ? new TextEncoder().encode(config) : json('configuration', config);
  const { now = Date.now } = options;
  return new Gateway(createCore(text, Math.floor(now() / 1000)), options);
}

class Gateway {
  #core;
  #fetch;
  #now;
  #log;
  #keeper;
  #timers;
  #timer;
  #closed = false;
  /** Ends the connection for events. Only where there is one: in a Worker no such thing may outlive its request. */
  #events;
  /** The look at the source that is under way; never more than one. */
  #look;
  /** When it last came forward, in milliseconds. */
  #progress;
  /** When something is due, in seconds; -Infinity at once. */
  #due = -Infinity;
  /** What all gateways call their headers. */
  names = common();

  constructor(core, { fetch, now = Date.now, log = say, storage, timers = false, events = false }) {
    this.#core = core;
    this.#fetch = fetch ?? ((...request) => globalThis.fetch(...request));
    this.#now = now;
    this.#log = log;
    this.#keeper = new Keeper(core, storage);
    this.#timers = timers;
    if (timers) this.#restart();
    if (events) this.#follow();
  }

  /** Lets a request of the fetch API through to `next`, or refuses it. */
  async handle(request, next, context) {
    const { hosts, target } = ofRequest(request);
    const answer = await this.answer(hosts, target, context);
    if (!answer.pass) return new Response(answer.body, { status: answer.status, headers: answer.headers });
    return next(marked(request, this.names, answer.decision));
  }

  /** What becomes of a request with these hosts and this target. */
  async answer(hosts, target, context) {
    const names = hosts.length === 0 ? undefined : hosts.join('\n');
    const look = this.#now() / 1000 >= this.#due ? this.#lookAround() : this.#look;
    if (look) {
      // A client that would be let through waits for nobody, unless the look would end with its request.
      const outlives = this.#outlives(look, context);
      if (!outlives || call(() => this.#core.denies(names, target, this.#seconds()))) await within(look, PATIENCE);
    }
    return this.#answer(names, target);
  }

  /** Settles when the gateway has looked at its storage and at its source once; fails where the storage does. */
  async ready() {
    await this.#lookAround();
    if (!this.#keeper.begun) throw new PlacetError('storage_failed', 'what was kept could not be read', { cause: this.#keeper.failure });
  }

  /** Looks at the source now, as something new is said to be there. */
  async pushed() {
    this.#core.pushed();
    this.#due = -Infinity;
    // What is under way may have asked before.
    await this.#look;
    await this.#lookAround();
  }

  /** Takes in a revocation, key revocation, rejection or withdrawal, which counts before this returns. */
  async revoke(envelope, context) {
    const bytes = typeof envelope === 'string' ? new TextEncoder().encode(envelope) : json('envelope', envelope);
    await this.#begin();
    const take = () => call(() => this.#core.revoke(bytes, this.#seconds()));
    try {
      take();
    } catch (error) {
      if (error.code !== 'policy_missing') throw error;
      // A gateway that has just begun knows nobody yet who may end anything.
      await this.#lookAround();
      take();
    }
    this.#due = -Infinity;
    await this.#save();
    // The revocation counts already; there may be more to know.
    const look = this.#lookAround();
    if (!this.#outlives(look, context)) await within(look, PATIENCE);
  }

  /** Takes in what is posted: a signed statement by which something ends. The signature is the login. */
  async webhook(request, context) {
    if (request.method !== 'POST') return problem(405, 'method_not_allowed', { allow: 'POST' });
    try {
      await this.revoke(await read(request, LARGEST_PUSH), context);
      return new Response(null, { status: 204 });
    } catch (error) {
      if (!(error instanceof PlacetError)) throw error;
      return problem(error.code === 'too_large' ? 413 : 422, error.code);
    }
  }

  /** Counters and gauges, as Prometheus reads them. */
  metrics() {
    return call(() => this.#core.metrics(this.#seconds()));
  }

  /** Every route, and what was decided on it. */
  verdicts() {
    return call(() => this.#core.verdicts(this.#seconds()));
  }

  /** Ends what runs in the background. What has passed stays passed; later requests are answered by what is held. */
  async close() {
    this.#closed = true;
    this.#events?.abort();
    this.#timers = false;
    clearTimeout(this.#timer);
    await this.#look;
  }

  #answer(names, target) {
    const answer = call(() => this.#core.answer(names, target, this.#seconds()));
    if (answer === undefined) return { pass: true, decision: null };
    if (typeof answer === 'string') return { pass: true, decision: answer };
    const { route, codes, header, body } = answer;
    if (!this.#core.enforces()) {
      this.#log({ event: 'refusal_observed', route, codes });
      return { pass: true, decision: null };
    }
    const { status, mediaType, codesHeader } = this.names;
    const headers = { 'content-type': mediaType, 'cache-control': 'no-store', [codesHeader]: header };
    return { pass: false, status, headers, body, route, codes };
  }

  #seconds() {
    return Math.floor(this.#now() / 1000);
  }

  /** Takes in what was kept, the first time. */
  async #begin() {
    if (!this.#keeper.begun) await this.#keeper.begin(this.#seconds());
  }

  /** Looks at the source if nobody does, and never fails. */
  #lookAround() {
    // A Worker that is gone has taken its look with it.
    if (this.#now() - this.#progress > 2 * SOURCE_PATIENCE) this.#look = undefined;
    if (this.#look) return this.#look;
    this.#progress = this.#now();
    const look = this.#askForAll()
      .catch((error) => {
        // Without what it has seen before, it could be shown something older: it asks nobody and refuses.
        this.#due = this.#seconds() + 1;
        this.#report(this.#keeper.begun ? 'look_failed' : 'storage_failed', error);
      })
      .finally(() => {
        if (this.#look !== look) return;
        this.#look = undefined;
        this.#restart();
      });
    this.#look = look;
    return look;
  }

  /** Whether the platform lets a look go on when the request that began it is answered. */
  #outlives(look, context) {
    if (typeof context?.waitUntil !== 'function') return this.#timers;
    context.waitUntil(look);
    return true;
  }

  async #askForAll() {
    await this.#begin();
    await this.#keeper.reread(this.#seconds());
    for (let due = this.#takeDue(); due.length > 0; due = this.#takeDue()) {
      let silent = false;
      for (const wanted of due) {
        this.#progress = this.#now();
        // A source that does not answer is not asked for the rest as well.
        if (silent) this.#core.failed(wanted.document, this.#seconds());
        else silent = !(await this.#askFor(wanted));
      }
      if (silent) break;
    }
    this.#due = call(() => this.#core.nextDue()) ?? -Infinity;
    await this.#save();
  }

  #takeDue() {
    return this.#closed ? [] : call(() => this.#core.takeDue(this.#seconds()));
  }

  /** Asks for one document; false where the source does not answer. */
  async #askFor(wanted) {
    const { document, url } = wanted;
    const core = this.#core;
    let found;
    try {
      found = await ask(this.#fetch, wanted, core.constructor.limit(document), SOURCE_PATIENCE);
    } catch (error) {
      core.failed(document, this.#seconds());
      this.#report('fetch_failed', error, { url });
      return error instanceof PlacetError;
    }
    if (found === 'unchanged') {
      core.unchanged(document, this.#seconds());
      return true;
    }
    try {
      call(() => core.received(document, found.etag, found.body, this.#seconds()));
    } catch (error) {
      this.#report('fetch_failed', error, { url });
    }
    return true;
  }

  async #save() {
    try {
      await this.#keeper.save();
    } catch (error) {
      this.#report('storage_failed', error);
    }
  }

  #report(event, error, more) {
    this.#log({ event, code: error.code ?? error.name, message: error.message, ...more });
  }

  /** Sleeps until something is due, where the platform lets a timer live. */
  #restart() {
    if (!this.#timers) return;
    clearTimeout(this.#timer);
    const left = this.#due * 1000 - this.#now();
    this.#timer = setTimeout(() => this.#lookAround(), Math.min(Math.max(left, 0), LONGEST_SLEEP));
    // A gateway keeps no process alive that has nothing else to do.
    this.#timer.unref?.();
  }

  #follow() {
    const source = call(() => this.#core.eventsUrl());
    if (source === undefined) throw new PlacetError('invalid_argument', 'a static source tells no events');
    const onEvent = () => this.pushed();
    this.#events = new AbortController();
    const report = (error) => this.#report('events_failed', error);
    follow(this.#fetch, source, { onEvent, report, signal: this.#events.signal });
  }
}

/** Waits, but not for longer than this. */
function within(promise, milliseconds) {
  let timer;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return Promise.race([promise, over]).finally(() => clearTimeout(timer));
}

function problem(status, code, headers = {}) {
  const body = JSON.stringify({ type: `urn:placet:problem:${code}`, status, code });
  return new Response(body, {
    status,
    headers: { 'content-type': common().mediaType, 'cache-control': 'no-store', ...headers },
  });
}

function say(entry) {
  console.warn(JSON.stringify({ placet: 'gateway', ...entry }));
}
