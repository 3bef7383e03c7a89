const decoder = new TextDecoder();

/** The decision that a record says. */
export function parse(record) {
  return JSON.parse(decoder.decode(record));
}
