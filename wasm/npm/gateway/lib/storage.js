/**
 * Keeps it in a namespace of Workers KV, which all isolates of a Worker share. KV takes up to a minute to show what
 * another place has written.
 */
export function kvStorage(namespace, key = 'placet-gateway') {
  return {
    shared: true,
    load: () => namespace.get(key, 'text'),
    save: (text) => namespace.put(key, text),
  };
}

/** As much as a Durable Object's storage takes in one value, with room for its own framing. */
const PIECE = 100_000;

/** Keeps it in the storage of the Durable Object that the gateway runs in. */
export function durableObjectStorage(storage, key = 'placet-gateway') {
  const piece = (index) => `${key}/${String(index).padStart(6, '0')}`;
  return {
    shared: false,
    async load() {
      const pieces = [...(await storage.list({ prefix: `${key}/` })).values()];
      return pieces.length === 0 ? null : new TextDecoder('utf-8', { fatal: true }).decode(joined(pieces));
    },
    // All pieces change in one transaction, so that a half-written whole is never read.
    save: (text) =>
      storage.transaction(async (transaction) => {
        const bytes = new TextEncoder().encode(text);
        const count = Math.ceil(bytes.length / PIECE);
        for (let index = 0; index < count; index += 1) {
          await transaction.put(piece(index), bytes.slice(index * PIECE, (index + 1) * PIECE));
        }
        for (const name of (await transaction.list({ prefix: `${key}/`, start: piece(count) })).keys()) {
          await transaction.delete(name);
        }
      }),
  };
}

function joined(pieces) {
  const whole = new Uint8Array(pieces.reduce((length, { length: more }) => length + more, 0));
  let at = 0;
  for (const one of pieces) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
}
