// Runs the vectors in this page and sends what came of them.
import * as placet from '/placet/browser.js';
import { run } from '../suite.mjs';

await placet.init();
const vectors = await (await fetch('/vectors.json')).json();
await fetch('/results', { method: 'POST', body: JSON.stringify(await run(placet, vectors)) });
