import { PlacetError } from '../../lib/error.js';

/**
 * Asks the source for one document: `{ body, etag }`, or `'unchanged'`.
 *
 * A redirect is not followed: the address is the configuration's (attack: a source that sends the token elsewhere).
 */
export async function ask(fetch, { url, etag, authorization }, limit, patience) {
  const headers = { accept: 'application/json' };
  if (etag !== undefined) headers['if-none-match'] = etag;
  if (authorization !== undefined) headers.authorization = authorization;
  const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(patience) });
  if (response.status === 304 && etag !== undefined) return 'unchanged';
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new PlacetError('source_status', `the source answered with status ${response.status}`);
  }
  return { body: await read(response, limit), etag: response.headers.get('etag') ?? undefined };
}

/** The whole of a body, unless it is over its limit (attack: a body without an end). */
export async function read(message, limit) {
  const pieces = [];
  let length = 0;
  for (const reader = message.body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new PlacetError('too_large', `more than ${limit} bytes`);
    }
    pieces.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
