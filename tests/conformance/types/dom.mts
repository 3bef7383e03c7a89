// Compiled with the DOM's types: its files, streams and modules are sources.
import { hashWeights, init, initSync } from 'placet';

declare const file: File;
await init(fetch('/placet.wasm'));
await init(new URL('https://example.org/placet.wasm'));
initSync(await WebAssembly.compileStreaming(fetch('/placet.wasm')));
await hashWeights(file, { signal: new AbortController().signal });
await hashWeights(file.stream());
