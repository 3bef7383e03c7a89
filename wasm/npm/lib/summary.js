import { summary as summaryText } from './bindings.js';
import { bytes, text } from './input.js';
import { call } from './load.js';

/** What is an approver of this proposal shown? */
export function summary(trainingOutput, proposal, trust, now) {
  const documents = [bytes('trainingOutput', trainingOutput), bytes('proposal', proposal), bytes('trust', trust)];
  return JSON.parse(call(() => summaryText(...documents, text('now', now))));
}
