import { initSync as instantiate } from './bindings.js';
import { PlacetError, fromThrown } from './error.js';

let ready = false;
let pending;

/** Loads the module from a compiled module or its bytes. A module that is loaded stays. */
export function initSync(module) {
  if (ready) return;
  if (!(module instanceof WebAssembly.Module)) module = new WebAssembly.Module(wasmBytes(module));
  instantiate({ module });
  ready = true;
}

/** Loads the module from a URL, a response, its bytes or a compiled module. A failed load can be tried again. */
export async function init(source) {
  if (ready) return;
  pending ??= compile(source).then(initSync);
  try {
    await pending;
  } finally {
    pending = undefined;
  }
}

/** Calls into the module, and makes a `PlacetError` of what it throws. */
export function call(run) {
  if (!ready) throw new PlacetError('not_initialized', 'call init() or initSync() first');
  try {
    return run();
  } catch (thrown) {
    throw fromThrown(thrown);
  }
}

/** Fills an object of the module and ends it; `fill` gives what ends it. It is freed where that is not reached. */
export function build(Builder, fill) {
  const builder = call(() => new Builder());
  let ended = false;
  try {
    const finish = call(() => fill(builder));
    ended = true;
    return call(finish);
  } finally {
    if (!ended) builder.free();
  }
}

async function compile(source) {
  source = await source;
  if (source === undefined) {
    throw new PlacetError('invalid_argument', 'this entry point does not know where its module lies');
  }
  if (typeof source === 'string' || source instanceof URL) source = await fetchModule(source);
  if (source instanceof WebAssembly.Module) return source;
  if (typeof Response === 'undefined' || !(source instanceof Response)) {
    return WebAssembly.compile(wasmBytes(source));
  }
  if (!source.ok) {
    throw new PlacetError('module_unavailable', `the module's address answered with status ${source.status}`);
  }
  // A server that does not know the type of `.wasm` files costs the streaming, not the start.
  return source.headers.get('content-type') === 'application/wasm'
    ? WebAssembly.compileStreaming(source)
    : WebAssembly.compile(await source.arrayBuffer());
}

async function fetchModule(address) {
  try {
    return await fetch(address);
  } catch (cause) {
    throw new PlacetError('module_unavailable', "the module's address did not answer", { cause });
  }
}

function wasmBytes(source) {
  if (ArrayBuffer.isView(source) || source instanceof ArrayBuffer) return source;
  throw new PlacetError('invalid_argument', 'a module is loaded from a URL, a response, bytes or a compiled module');
}
