// The npm package beside other ways to verify in JavaScript. `cargo xtask bench npm` prepares and runs it.
import { fileURLToPath } from 'node:url';
import { compare, conditions, table } from './frame.mjs';
import { names } from './npm/ed25519.mjs';

const script = (file, ...words) => [process.execPath, '--no-warnings', '--experimental-wasm-modules', fileURLToPath(new URL(file, import.meta.url)), ...words];

const contenders = ['placet', 'placet/verify', ...names];
const decided = await compare(contenders.map((name) => ({ name, command: script('npm/decide.mjs', name) })));
const packages = ['placet', 'placet/verify', '@cedar-policy/cedar-wasm', '@biscuit-auth/biscuit-wasm'];
const started = await compare(packages.map((name) => ({ name, command: script('npm/start.mjs', name) })));

console.log(conditions());
console.log('A decision over five envelopes, three of them approvals. The peers verify by a short script that does the same work, but for what its first lines say.\n');
console.log(
  table(decided, [
    ['first decision of a process', 'first', 'ms'],
    ['decision, trust held', 'warm', 'µs'],
    ['its signatures alone', 'signatures', 'µs'],
    ['decision over signatures', 'ratio', ''],
    ['all but signatures', 'rest', 'µs'],
    ['kept permit', 'cached', 'µs'],
    ['growth over 10 000 bundles', 'grown', 'MiB'],
  ]),
);
console.log('Size and start of WebAssembly packages. Each answers its first question: Placet one decision, Cedar one rule, Biscuit one token.\n');
console.log(
  table(started, [
    ['module', 'raw', 'KiB'],
    ['module by brotli', 'brotli', 'KiB'],
    ['first answer of a process', 'first', 'ms'],
  ]),
);
