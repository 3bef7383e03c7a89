// The Worker of ../workerd.mjs: vectors in, results out.
import * as placet from './placet/workerd.js';
import { run } from './suite.mjs';

export default {
  async fetch(request) {
    try {
      return Response.json(await run(placet, await request.json()));
    } catch (error) {
      return new Response(error.stack, { status: 500 });
    }
  },
};
