import { Gateway, initSync, words } from './bindings.js';
import { PlacetError, fromThrown } from '../../lib/error.js';

let shared;

/** Loads the gateway's module from a compiled module or its bytes, once. */
export function load(source) {
  if (shared) return;
  initSync({ module: source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source) });
  shared = words();
}

/** The names and values that all gateways have in common. */
export function common() {
  if (!shared) throw new PlacetError('not_initialized', 'call init() first');
  return shared;
}

/** A gateway without its sockets, timers and storage, as the module has it. */
export function createCore(config, now) {
  common();
  return call(() => new Gateway(config, now));
}

/** Calls into the module, and makes a `PlacetError` of what it throws. */
export function call(run) {
  try {
    return run();
  } catch (thrown) {
    throw fromThrown(thrown);
  }
}
