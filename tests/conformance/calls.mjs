// The functions that vectors call, and how their results are written down.
export const calls = {
  hash_weights: async (placet, { pieces }) => ({ value: await placet.hashWeights(pieces) }),
};
