// What a bundler is given: both builds decide about the example, the README's own example, too, and the page sends what
// came of it.
import './clock.js';
import { decide, init } from 'placet';
import { decide as decideSmall, init as initSmall } from 'placet/verify';
import { check } from './readme.js';

async function run() {
  await Promise.all([init(), initSmall()]);
  const read = async (name) => new Uint8Array(await (await fetch(`/example/${name}.json`)).arrayBuffer());
  const [bundle, trust, request] = await Promise.all(['bundle', 'trust', 'request'].map(read));
  const records = [decide, decideSmall].map((decide) => new TextDecoder().decode(decide(bundle, trust, null, request).bytes));
  const { outcome } = await check(new Blob(['weights']));
  await fetch('/results', { method: 'POST', body: JSON.stringify([...records, outcome]) });
}

run();
