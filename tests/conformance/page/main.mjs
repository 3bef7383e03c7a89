// Runs the vectors in this page and leaves what came of them in `results`.
import * as placet from '/placet/browser.js';
import { run } from '../suite.mjs';

await placet.init();
const vectors = await (await fetch('/vectors.json')).json();
globalThis.results = await run(placet, vectors);
