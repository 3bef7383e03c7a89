/**
 * What every function of the package throws for bad input: `code` is stable, `message` is for people.
 */
export class PlacetError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = 'PlacetError';
    this.code = code;
  }
}

/** The bindings throw plain `{code, message}` objects; anything else is a fault and passes as it is. */
export function fromThrown(thrown) {
  return typeof thrown?.code === 'string' && !(thrown instanceof Error)
    ? new PlacetError(thrown.code, thrown.message)
    : thrown;
}
