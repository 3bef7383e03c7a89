// The functions that vectors call, and how their results are written down.
export const calls = {
  decide: async (placet, { bundle, trust, state, request }) => {
    const { decision, bytes, state: next } = placet.decide(bundle, trust, state, request);
    const { outcome, denials, valid_until } = decision;
    const [decision_sha256, state_sha256] = await Promise.all([sha256(bytes), sha256(next)]);
    return { outcome, denials, valid_until, decision, decision_sha256, state_sha256 };
  },
  hash_weights: async (placet, { pieces }) => ({ value: await placet.hashWeights(pieces) }),
};

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
