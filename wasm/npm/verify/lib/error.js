// The same class as that of `placet`, so that whoever uses both can ask `instanceof` either.
export { PlacetError, fromThrown } from '../../lib/error.js';
