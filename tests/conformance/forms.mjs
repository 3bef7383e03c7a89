// The forms in which vectors write bytes, in Node and in a page alike. ../vectors/README.md lists them.
const FORMS = {
  utf8: (text) => new TextEncoder().encode(text),
  base64: (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
  concat: (parts) => join(parts.map(bytes)),
  repeat: ([part, times]) => repeat(bytes(part), times),
  encode_base64: (part) => new TextEncoder().encode(toBase64(bytes(part))),
};

/** Puts bytes where a form stands for them, anywhere in a value. */
export function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== 'object') return value;
  return form(value) ? bytes(value) : fields(value, decode);
}

/** Writes bytes as `{base64}`, anywhere in a value. */
export function encode(value) {
  if (value instanceof Uint8Array) return { base64: toBase64(value) };
  if (Array.isArray(value)) return value.map(encode);
  if (value === null || typeof value !== 'object') return value;
  return fields(value, encode);
}

function form(value) {
  const keys = Object.keys(value);
  return keys.length === 1 && Object.hasOwn(FORMS, keys[0]) ? keys[0] : undefined;
}

function bytes(value) {
  const key = form(value);
  if (!key) throw new Error(`no form of bytes: ${JSON.stringify(value)}`);
  return FORMS[key](value[key]);
}

function fields(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function join(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

function repeat(part, times) {
  const whole = new Uint8Array(part.length * times);
  whole.set(part.subarray(0, whole.length));
  for (let filled = part.length; filled > 0 && filled < whole.length; filled *= 2) whole.copyWithin(filled, 0, filled);
  return whole;
}

function toBase64(bytes) {
  let letters = '';
  for (let at = 0; at < bytes.length; at += 1 << 15) letters += String.fromCharCode(...bytes.subarray(at, at + (1 << 15)));
  return btoa(letters);
}
