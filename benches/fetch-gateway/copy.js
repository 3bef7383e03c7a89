// As any Worker must that changes a header.
export default {
  fetch(request, env) {
    const headers = new Headers(request.headers);
    headers.set('x-decision', 'none');
    return env.MODEL.fetch(new Request(request, { headers }));
  },
};
