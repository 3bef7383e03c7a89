// The Worker that the gateway is compared with: it passes everything on.
export default {
  fetch: (request, env) => env.MODEL.fetch(request),
};
