// Runs the vectors in a browser, in a page with a strict policy that loads the installed package.
// Usage: node browser.mjs chrome|firefox PROGRAM RESULTS.json
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { open, serve } from './page.mjs';
import { report } from './suite.mjs';
import { load } from './vectors.mjs';

const [browser, program, file] = process.argv.slice(2);
const vectors = JSON.stringify(await load());
const site = await serve({
  '/placet/': join(process.env.PLACET_CONSUMER, 'node_modules/placet/'),
  '/vectors.json': () => vectors,
  '/': fileURLToPath(new URL('.', import.meta.url)),
});
const page = await open(browser, program, `${site.address}/page/index.html`);
try {
  const results = JSON.parse(await page.within(site.posted, 180));
  const computed = results.filter(({ actual }) => actual).map(({ id, actual }) => [id, actual]);
  await writeFile(file, JSON.stringify(Object.fromEntries(computed)));
  for (const problem of page.problems) console.log(`in the page: ${problem}`);
  process.exitCode = report(results, console.log) + page.problems.length ? 1 : 0;
} finally {
  await page.close();
  site.close();
}
