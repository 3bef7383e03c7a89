// A registry that lies about each thing that it serves: documents are taken out, put in, turned or forged on the way.
// The page verifies for itself, so that nothing false is shown as verified, and nothing is permitted by it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { about, file, open, registry, visit } from "./harness.mjs";
import { Inbox, Keys, Pin, Rail, Review } from "./pages.mjs";

let browser;
let server;
before(async () => {
  browser = await open();
  server = await registry();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const [, approved, waiting] = about.proposals;
const bundleOf = (proposal) => `**/v1/bundles/${encodeURIComponent(proposal)}`;
const document = (name) => JSON.parse(readFileSync(file(`documents/${name}`), "utf8"));

/** Changes what is served under an address on its way. */
async function alter(page, address, change) {
  await page.route(address, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    await route.fulfill({ response: answer, json: change(json) ?? json });
  });
}

/** The payload of an envelope, changed under the signatures that it has. */
function forge(envelope, change) {
  const payload = JSON.parse(Buffer.from(envelope.payload, "base64"));
  change(payload);
  return { ...envelope, payload: Buffer.from(JSON.stringify(payload)).toString("base64") };
}

async function pinned(options) {
  const visitor = await visit(browser, server.origin, options);
  const pin = new Pin(visitor.page);
  await pin.type(about.words);
  await pin.pinned();
  return visitor;
}

/** Reviews a proposal while the registry serves another bundle than it has, and closes the page. */
async function reviewing(proposal, change, look) {
  const { page, context } = await pinned();
  await alter(page, bundleOf(proposal), change);
  await page.goto(`/proposals/${proposal}`);
  await look(page);
  await context.close();
}

const refused = (code) => async (page) => {
  await page.getByRole("main").locator("code", { hasText: code }).waitFor();
  await page.getByText("Nothing of it is shown, because nothing of it is verified.").waitFor();
  assert.equal(await page.locator(".mark--ok, .signed").count(), 0);
};

const denied = (missing) => async (page) => {
  await new Review(page).shown();
  await page.getByText(/^Denied now/).waitFor();
  await page.getByRole("complementary", { name: "Signatures" }).getByText(missing).waitFor();
};

test("an approval that is left out is not counted, whatever the registry counts", async () => {
  const leave = (bundle) => void bundle.approvals.pop();
  await reviewing(approved, leave, denied("needs 1"));
});

test("approvals of another proposal do not count for this one", async () => {
  const others = document("bundle-2.json").approvals;
  await reviewing(waiting, (bundle) => void bundle.approvals.push(...others), async (page) => {
    await denied("1 of 1 ml-lead signed; still needs 1 safety")(page);
    assert.equal(await page.locator(".sigline .mark--ok").count(), 1);
  });
});

test("an approval whose words were changed is not counted", async () => {
  const turn = (bundle) => {
    bundle.approvals = bundle.approvals.map((approval) => forge(approval, (said) => void (said.predicate.comment = "Agreed.")));
  };
  await reviewing(waiting, turn, async (page) => {
    await denied("nobody signed yet; needs 1 ml-lead and 1 safety")(page);
    assert.equal(await page.locator(".sigline .mark--ok").count(), 0);
    assert.equal(await page.getByText("Agreed.").count(), 0);
  });
});

test("metrics that were made better are not shown", async () => {
  const better = (bundle) => {
    bundle.training_output = forge(bundle.training_output, (output) => {
      output.predicate.metrics = JSON.parse(JSON.stringify(output.predicate.metrics).replaceAll("0.978", "0.999"));
      output.predicate.version = "4";
    });
  };
  await reviewing(waiting, better, refused("signature_invalid"));
});

test("a note that was changed makes it another proposal", async () => {
  const note = (bundle) => {
    bundle.proposal = forge(bundle.proposal, (proposal) => void (proposal.predicate.note = "Nothing to see."));
  };
  await reviewing(waiting, note, refused("another_document"));
});

test("the training output of another version does not stand in for this one's", async () => {
  const swap = (bundle) => void (bundle.training_output = document("bundle-2.json").training_output);
  const { page, context } = await pinned();
  await alter(page, bundleOf(waiting), swap);
  await page.goto(`/proposals/${waiting}`);
  await page.getByText(/^Denied now|Nothing of it is shown/).first().waitFor();
  assert.equal(await page.getByText("Permitted now").count(), 0);
  assert.equal(await page.getByRole("link", { name: "Continue to sign" }).count(), 0);
  await context.close();
});

test("a next policy that the root did not sign is not followed", async () => {
  const { page, context } = await pinned();
  await alter(page, "**/v1/trust", (trust) => {
    const [first] = trust.policies;
    const next = forge(first, (policy) => {
      Object.assign(policy, { version: 2, previous: about.pin, domain: about.pin });
      for (const rule of policy.rules) rule.quorum = [{ role: "ml-lead", threshold: 1 }];
    });
    trust.policies.push(next);
  });
  await page.reload();
  await new Rail(page).fact("Registry is live").waitFor();
  await new Rail(page).fact("Policy 1, checked here").waitFor();
  await page.goto(`/proposals/${waiting}`);
  await denied("still needs 1 safety")(page);
  await context.close();
});

test("without a revocation list nothing is permitted", async () => {
  const visitor = await visit(browser, server.origin);
  const { page, context } = visitor;
  await alter(page, "**/v1/trust", (trust) => void (trust.revocation_lists = []));
  const pin = new Pin(page);
  await pin.type(about.words);
  await pin.pinned();
  await new Rail(page).fact("No revocation list").waitFor();
  await page.goto(`/proposals/${approved}`);
  await page.getByText(/^Denied now/).waitFor();
  await page.locator(".gate--fail").getByText("list_missing").waitFor();
  await context.close();
});

test("a list whose entries were taken out does not bring a revoked version back", async () => {
  const { page, context } = await pinned();
  const [revoked] = about.proposals;
  await alter(page, "**/v1/trust", (trust) => {
    trust.revocations = [];
    trust.revocation_lists = trust.revocation_lists.map((list) => forge(list, (payload) => void (payload.entries = [])));
  });
  await page.reload();
  await new Rail(page).fact("Registry contradicts itself").waitFor();
  await page.goto(`/proposals/${revoked}`);
  await page.getByText(/^Denied now/).waitFor();
  await page.locator(".gate--fail").getByText("proposal_revoked").waitFor();
  await context.close();
});

test("a row that the registry describes otherwise is shown as its documents say, and in their order", async () => {
  const { page, context } = await pinned();
  await new Keys(page).become("chandra.iyer");
  await alter(page, "**/v1/inbox*", (inbox) => {
    for (const item of [...inbox.needs_me, ...inbox.waiting, ...inbox.decided]) {
      Object.assign(item, { model_id: "harmless", version: "1", environments: ["staging"], proposed_at: "2020-01-01T00:00:00Z", expires_at: "2099-01-01T00:00:00Z" });
    }
    // What waits for nobody is put where it asks for a signature.
    inbox.needs_me.unshift(...inbox.decided.splice(0));
  });
  await new Inbox(page).open();
  const mine = new Inbox(page).group("Needs me");
  await mine.getByRole("link", { name: /^digits-classifier/ }).waitFor();
  await mine.getByRole("cell", { name: "production", exact: true }).waitFor();
  assert.equal(await mine.getByRole("row").count(), 2, "a heading and what really needs me");
  assert.equal(await page.getByText("harmless").count(), 0);
  await page.getByRole("link", { name: /^Decided/ }).click();
  assert.equal(await page.getByText("the registry lists it under “Needs me”").count(), 2);
  await context.close();
});

test("answers of no form at all leave a page that says so", async () => {
  const { page, context, problems } = await pinned();
  const bodies = ["", "null", "[]", '{"items":3}', "\u0000\u0001", `${"[".repeat(5000)}`, '{"needs_me":{},"waiting":[],"decided":[]}'];
  await new Keys(page).become("chandra.iyer");
  for (const body of bodies) {
    await page.route("**/v1/{inbox,proposals,trust,policies,bundles}**", (route) => route.fulfill({ contentType: "application/json", body }));
    await page.goto("/");
    await page.getByText("The registry’s answer cannot be read.").waitFor();
    await new Rail(page).fact("Policy 1, checked here").waitFor();
    await page.goto(`/proposals/${waiting}`);
    await page.getByText(/^What the registry served is no bundle/).waitFor();
    await page.unrouteAll();
  }
  assert.deepEqual(problems, []);
  await context.close();
});
