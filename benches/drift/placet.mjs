// The npm package as it is installed.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { print } from '../frame.mjs';
import { measure } from './samples.mjs';

const placet = join(process.env.PLACET_CONSUMER, 'node_modules/placet/node.js');
const { ksTest, sketch } = await import(pathToFileURL(placet));

print(
  measure({
    ksTest: (reference, current) => ksTest(reference, current),
    exact: (reference, current) => ksTest(reference, current, { method: 'exact' }),
    sketch,
  }),
);
