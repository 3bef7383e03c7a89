/**
 * What a request of the fetch API says about its host and target. Its URL has been read by the platform already; a
 * `Host` header beside it must name the same host.
 */
export function ofRequest({ url, headers }) {
  const begin = url.indexOf('://') + 3;
  const length = url.slice(begin).search(/[/?#]/);
  const end = length < 0 ? url.length : begin + length;
  const authority = url.slice(begin, end);
  const rest = url.slice(end);
  return { hosts: hosts(authority, headers.get('host'), url), target: rest.startsWith('/') ? rest : `/${rest}` };
}

function hosts(authority, header, url) {
  if (header === null) return [authority];
  // In a URL the port that goes with the scheme is left out.
  const port = url.startsWith('https:') ? ':443' : ':80';
  const written = header.toLowerCase();
  const same = written === authority || written === authority + port;
  return same ? [authority] : [authority, header];
}

/** What a request of Node says: every `Host` header, and the request line's own target. */
export function ofIncoming(incoming, target = incoming.url) {
  const hosts = [];
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    const name = incoming.rawHeaders[at].toLowerCase();
    if (name === 'host' || name === ':authority') hosts.push(incoming.rawHeaders[at + 1]);
  }
  return { hosts, target };
}

/** A copy of the request that says of the gateway only what the gateway says. */
export function marked(request, { reserved, decisionHeader }, decision) {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) if (name.startsWith(reserved)) headers.delete(name);
  if (decision !== null) headers.set(decisionHeader, decision);
  return new Request(request, { headers });
}

/** The same in place, for Node. */
export function mark(incoming, { reserved, decisionHeader }, decision) {
  const isReserved = (name) => name.toLowerCase().startsWith(reserved);
  // A `Headers` of names that were read before, and the raw ones that some proxies pass on.
  for (const headers of [incoming.headers, incoming.headersDistinct, incoming.trailers]) {
    for (const name of Object.keys(headers ?? {})) if (isReserved(name)) delete headers[name];
  }
  const raw = incoming.rawHeaders;
  for (let at = raw.length - 2; at >= 0; at -= 2) if (isReserved(raw[at])) raw.splice(at, 2);
  if (decision === null) return;
  incoming.headers[decisionHeader] = decision;
  incoming.headersDistinct[decisionHeader] = [decision];
  raw.push(decisionHeader, decision);
}
