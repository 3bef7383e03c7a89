import { PlacetError } from './error.js';

/** A date as documents and requests write it. */
export function timestamp(date = new Date()) {
  if (Object.prototype.toString.call(date) === '[object Date]' && !Number.isNaN(date.getTime())) {
    const text = date.toISOString().replace(/\.\d{3}Z$/, 'Z');
    if (text.length === 20) return text;
  }
  throw new PlacetError('invalid_argument', 'a time is a date of the years 0 to 9999');
}
