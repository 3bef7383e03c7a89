// A registry that lies: what it serves is changed on the way, and nothing false is shown as verified.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { about, file, open, registry, visit } from "./harness.mjs";
import { Inbox, Keys, PASSPHRASE, Pin, Rail, Review, Sign } from "./pages.mjs";

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

const [, , waiting] = about.proposals;
const read = (name) => readFileSync(file(`documents/${name}`), "utf8");
const json = (body) => (route) => route.fulfill({ contentType: "application/json", body });

async function pinned(options) {
  const visitor = await visit(browser, server.origin, options);
  const pin = new Pin(visitor.page);
  await pin.type(about.words);
  await pin.pinned();
  return visitor;
}

test("another root offered on the first visit is not pinned by the right words", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify" });
  const liar = JSON.parse(read("trust-of-another.json"));
  await visitor.page.route("**/v1/policies*", json(JSON.stringify({ items: liar.policies, next: null })));
  await visitor.page.route("**/v1/trust", json(read("trust-of-another.json")));
  await visitor.page.goto("/");
  await visitor.page.getByText("Examp1e").waitFor();
  await new Pin(visitor.page).type(about.words);
  await visitor.page.getByText("Not the policy that the registry offers. Nothing was pinned.").waitFor();
  await visitor.context.close();
});

test("another root served later verifies nothing", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await page.route("**/v1/trust", json(read("trust-of-another.json")));
  await page.reload();
  await new Rail(page).fact("Registry contradicts itself").waitFor();
  await new Rail(page).fact("Policy 1, checked here").waitFor();
  await visitor.context.close();
});

test("an old revocation list after a newer one is not followed", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await new Rail(page).fact(/^Revocation list/).waitFor();
  // The world's own list 212 is far older than the registry's.
  await page.route("**/v1/trust", json(read("trust.json")));
  await page.reload();
  await new Rail(page).fact("Registry contradicts itself").waitFor();
  await new Rail(page).fact("The registry served revocation list 212 after").waitFor();
  await visitor.context.close();
});

test("another bundle than asked for shows nothing", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await page.route(`**/v1/bundles/${encodeURIComponent(waiting)}`, json(read("bundle-2.json")));
  await page.goto(`/proposals/${waiting}`);
  await page.getByText("another_document").waitFor();
  assert.equal(await page.getByText("Your signature covers this").count(), 0);
  await visitor.context.close();
});

test("a forged approval in the bundle is not counted", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await page.route(`**/v1/bundles/${encodeURIComponent(waiting)}`, json(read("bundle-forged.json")));
  await new Review(page).open(waiting);
  await page.getByText("not counted: signer mismatch").waitFor();
  assert.equal(await page.locator(".sigline .mark--ok").count(), 1);
  await visitor.context.close();
});

test("an open proposal that the registry calls decided is shown as it is", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await new Keys(page).become("chandra.iyer");
  await page.route("**/v1/inbox*", async (route) => {
    const answer = await (await route.fetch()).json();
    const all = [...answer.needs_me, ...answer.waiting, ...answer.decided].map((item) => ({
      ...item,
      state: "approved",
      quorum: item.quorum.map((seat) => ({ ...seat, counted: seat.required, could_sign: [] })),
    }));
    await route.fulfill({ json: { needs_me: [], waiting: [], decided: all } });
  });
  await new Inbox(page).open();
  await page.getByText("the registry lists it under “Decided”").waitFor();
  await new Inbox(page).group("Needs me").getByText("still needs 1 safety").waitFor();
  await visitor.context.close();
});

test("a proposal that changes between review and signature stops the signature", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await new Keys(page).become("chandra.iyer");
  await new Inbox(page).open();
  await page.getByRole("link", { name: /^digits-classifier/ }).first().click();
  await new Review(page).shown();
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  await page.route(`**/v1/bundles/${encodeURIComponent(waiting)}`, json(read("bundle-2.json")));
  await page.getByRole("link", { name: "Continue to sign" }).first().click();
  await page.getByText("The proposal changed since you reviewed it. Signing stopped.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Sign approval" }).count(), 0);
  await visitor.context.close();
});

test("scripts in every free text of a claim stay text", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  const evil = "<img src=x onerror=alert(1)>\u202e";
  let dialogs = 0;
  page.on("dialog", (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  const item = {
    digest: `sha256:${"0".repeat(64)}`,
    model_id: evil,
    version: evil,
    environments: [evil],
    scopes: [evil],
    proposed_at: evil,
    proposed_by: evil,
    expires_at: evil,
    state: evil,
    quorum: [{ environment: evil, role: evil, required: 2, counted: 9 }],
  };
  await page.route(/\/v1\/proposals\?state=open/, json(JSON.stringify({ items: [item], next: null })));
  await page.route("**/v1/bundles/**", (route) => route.fulfill({ status: 400, contentType: "application/problem+json", body: JSON.stringify({ code: evil, detail: evil }) }));
  await page.reload();
  await page.getByRole("cell", { name: "<img src=x onerror=alert(1)>\\u{202e}" }).first().waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  await page.goto(`/proposals/${item.digest}`);
  await page.getByText("The registry says: <img src=x").waitFor();
  assert.equal(dialogs, 0);
  await visitor.context.close();
});

test("an approval that the registry refuses is kept by the person", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await new Keys(page).become("dana.osei");
  await new Inbox(page).open();
  await page.getByRole("link", { name: /^digits-classifier/ }).first().click();
  const review = new Review(page);
  await review.shown();
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  await page.getByRole("button", { name: "Lock now" }).click();
  await review.continueToSign();
  await page.route("**/v1/envelopes", (route) => route.abort());
  await new Sign(page).sign(PASSPHRASE);
  await new Sign(page).done();
  await page.getByText("the registry did not take it").waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save my approval" }).click();
  const envelope = readFileSync(await (await download).path(), "utf8");
  await page.unroute("**/v1/envelopes");
  await server.submit(envelope);
  await visitor.context.close();
});

test("a registry that is gone leaves a page that says so", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await page.route("**/v1/**", (route) => route.abort());
  await page.reload();
  await page.getByText("The registry is not reachable.").waitFor();
  await new Rail(page).fact("Policy 1, checked here").waitFor();
  await visitor.context.close();
});
