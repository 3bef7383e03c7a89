// Compiled with Node's types: its own streams and files are sources.
import { createReadStream, openAsBlob } from 'node:fs';
import { hashWeights } from 'placet';

await hashWeights(createReadStream('model.bin'), { signal: AbortSignal.timeout(1000) });
await hashWeights(await openAsBlob('model.bin'));
await hashWeights(Buffer.from('abc'));
