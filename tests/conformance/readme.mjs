// The examples of the package's README, by their headings.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The time at which the documents of the example permit. */
export const CLOCK = `
const moment = Date.parse('2026-11-22T14:05:00Z');
const Real = globalThis.Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    super(...(given.length ? given : [moment]));
  }
};
`;

/** The code under a heading of the README as it is installed. */
export function code(heading) {
  const readme = readFileSync(join(process.env.PLACET_CONSUMER, 'node_modules/placet/README.md'), 'utf8');
  const [, section] = readme.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [, found] = /^```js\n(.*?)^```$/ms.exec(section?.split(/^#+ /m)[0] ?? '') ?? [];
  if (!found) throw new Error(`the README has no example under ${heading}`);
  return found;
}
