// Compiled, never run: the package under `require`.
import placet = require('placet');
import sign = require('placet/sign');
import verify = require('placet/verify');

placet.initSync(new Uint8Array(8));
export const weights: Promise<placet.FileWeights> = placet.hashWeights(new Uint8Array(1));
export const decided: placet.Decided = verify.decide(new Uint8Array(), new Uint8Array(), null, new Uint8Array());
export const digest: Promise<placet.DigestText> = sign.digest(decided.bytes);
