// The check that somebody would write by hand in JavaScript: every signature, digest, window, role and threshold, and
// nothing of what makes it hard. It reads with JSON.parse, trusts one policy without a chain, renders no summary, keeps no
// state, and says no more than yes or no.

const text = new TextDecoder();

/** Verifies the policy and the list of a trust document once. */
export async function hold(trust, peer) {
  const { pins, policies, revocation_lists } = JSON.parse(text.decode(trust));
  const payload = Buffer.from(policies[0].payload, 'base64');
  const digest = `sha256:${await peer.sha256(payload)}`;
  if (!pins.includes(digest)) throw new Error('the policy is not the pinned one');
  const policy = JSON.parse(payload);
  const keys = new Map();
  for (const [principal, { keys: held, roles }] of Object.entries(policy.principals)) {
    for (const { public_key, not_before, not_after } of held) {
      const raw = Buffer.from(public_key, 'hex');
      const id = `sha256:${await peer.sha256(Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]))}`;
      keys.set(id, { principal, roles, not_before, not_after, key: await peer.importKey(raw) });
    }
  }
  const context = { peer, policy, digest, keys };
  for (const { keyid } of policies[0].signatures) {
    if (!policy.root.principals.includes(keys.get(keyid)?.principal)) throw new Error('not of the root');
  }
  if ((await signers(policies[0], context)).size < policy.root.threshold) throw new Error('the root did not sign');
  const list = (await open(revocation_lists[0], context, 'list')).statement;
  return { ...context, list, revoked: new Set(list.entries.map(({ value }) => value)) };
}

/** May this model run here now? */
export async function decide(bundle, request, context) {
  const { policy, list, revoked } = context;
  const { training_output, proposal: proposed, approvals } = JSON.parse(text.decode(bundle));
  const { now } = request;
  const training = await open(training_output, context, 'trainer', now);
  const proposal = await open(proposed, context, 'proposed_by', now);
  const wish = proposal.statement.predicate;
  const rule = policy.rules.find(({ environment, scope }) => environment === request.environment && (scope === '*' || scope === request.scope));
  const age = (Date.parse(now) - Date.parse(list.this_update)) / 1000;
  const sound =
    rule &&
    wish.training_output === training.digest &&
    [training, proposal].every(({ statement: { subject, predicate } }) =>
      predicate.model_id === request.model_id && `sha256:${subject[0].digest.sha256}` === request.weights.digest) &&
    wish.not_before <= now && now < wish.expires_at &&
    wish.environments.includes(request.environment) && wish.scopes.includes(request.scope) &&
    age >= 0 && age < rule.revocation_list_max_age_seconds && now < list.next_update &&
    ![proposal.digest, request.weights.digest].some((digest) => revoked.has(digest)) &&
    rule.metrics.every(({ name, min, max }) => {
      const value = training.statement.predicate.metrics[name];
      return value !== undefined && (min === null || value >= min) && (max === null || value <= max);
    });
  if (!sound) return false;
  const counted = new Map(rule.quorum.map(({ role }) => [role, new Set()]));
  for (const envelope of approvals) {
    const { statement } = await open(envelope, context, 'approver', now);
    const { approver, role, decision, proposal: of } = statement.predicate;
    if (decision !== 'approve') return false;
    const roles = policy.principals[approver].roles;
    if (of === proposal.digest && roles.includes(role) && approver !== wish.proposed_by) counted.get(role)?.add(approver);
  }
  return rule.quorum.every(({ role, threshold }) => counted.get(role).size >= threshold);
}

async function open(envelope, context, signer, now) {
  const payload = Buffer.from(envelope.payload, 'base64');
  const statement = JSON.parse(payload);
  const by = await signers(envelope, context, now);
  if (!by.has(signer === 'list' ? context.policy.list_signers.principals[0] : statement.predicate[signer])) {
    throw new Error(`not signed by the ${signer}`);
  }
  return { statement, digest: `sha256:${await context.peer.sha256(payload)}` };
}

async function signers({ payload, payloadType, signatures }, { peer, keys }, now) {
  const body = Buffer.from(payload, 'base64');
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);
  const by = new Set();
  for (const { keyid, sig } of signatures) {
    const held = keys.get(keyid);
    if (!held || (now && !(held.not_before <= now && now < held.not_after))) continue;
    const pending = peer.verify(held.key, message, Buffer.from(sig, 'base64'));
    if (typeof pending === 'boolean' ? pending : await pending) by.add(held.principal);
  }
  return by;
}
