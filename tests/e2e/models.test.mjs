// Journeys 6, 7 and 9: the models, and the three ways to say no.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { about, inspect, open, registry, visit } from "./harness.mjs";
import { Against, Models, Revoke } from "./models.pages.mjs";
import { Inbox, Keys, PASSPHRASE, Pin, Review } from "./pages.mjs";

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

const [, running, waiting] = about.proposals;
const MODEL = "digits-classifier";

/** A fresh profile that has pinned the policy and holds the key of a person. */
async function signedIn(person, options = {}) {
  const visitor = await visit(browser, server.origin, options);
  const pin = new Pin(visitor.page);
  await pin.type(about.words);
  await pin.pinned();
  await new Keys(visitor.page).become(person);
  await visitor.page.getByRole("button", { name: "Lock now" }).click();
  await new Inbox(visitor.page).open();
  return visitor;
}

test("every model is decided here in every environment, and counted", async () => {
  const visitor = await signedIn("chandra.iyer");
  const models = new Models(visitor.page);
  await models.open();
  const row = models.row(MODEL);
  await row.getByText("Expires in 8 d").waitFor();
  await row.getByText("2, until 1 Dec 2026").waitFor();
  await row.getByText("Needs you").waitFor();
  await row.getByText("3 for production").waitFor();
  await row.getByText("Never proposed").first().waitFor();
  assert.equal(await models.count("Needs you"), 1);
  assert.equal(await models.count("Expiring in 14 days"), 1);
  await inspect(visitor, "models");
  await models.openModel(MODEL);
  await visitor.page.getByText("Version 2 runs out on 1 Dec 2026. If version 3 is not approved by then, nothing may run in production.").waitFor();
  await visitor.page.getByText("Version 1 revoked").waitFor();
  await visitor.page.getByText("Metrics over versions").waitFor();
  await inspect(visitor, "model");
  await visitor.context.close();
});

test("models and a model on a phone in the dark", async () => {
  const visitor = await signedIn("dana.osei", { theme: "dark", width: 360, height: 800 });
  const models = new Models(visitor.page);
  await models.open();
  await models.row(MODEL).getByText("Expires in 8 d").waitFor();
  await inspect(visitor, "models");
  await models.openModel(MODEL);
  await visitor.page.getByText("Version 1 revoked").waitFor();
  await inspect(visitor, "model");
  await visitor.page.getByRole("link", { name: "Revoke…" }).first().click();
  await visitor.page.getByText("production, eu-west and us-east: version 2 stops.").waitFor();
  await inspect(visitor, "revoke");
  await visitor.context.close();
});

test("a registry that lists another model's proposals shows nothing of them as this model's", async () => {
  const visitor = await signedIn("dana.osei");
  const { page } = visitor;
  const claims = { items: [{ model_id: "other", versions: 1, latest_version: "1", proposals: 1 }], next: null };
  await page.route("**/v1/models?*", (route) => route.fulfill({ json: claims }));
  await page.route("**/v1/models/other", async (route) => {
    const answer = await (await route.fetch({ url: `${server.origin}/v1/models/${MODEL}` })).json();
    await route.fulfill({ json: answer });
  });
  const models = new Models(page);
  await models.open();
  await models.row("other").getByText("Never proposed").nth(1).waitFor();
  assert.equal(await models.row("other").getByText("Expires").count(), 0);
  await visitor.context.close();
});

test("a model that no registry knows, and a registry that is gone", async () => {
  const visitor = await signedIn("dana.osei");
  const { page } = visitor;
  await page.goto("/models/nothing-of-the-kind");
  await page.getByText("The registry knows no such model.").waitFor();
  visitor.problems.length = 0;
  await inspect(visitor, "model-unknown");
  await page.route("**/v1/models*", (route) => route.abort());
  await page.goto("/models");
  await page.getByText("The registry is not reachable.").waitFor();
  visitor.problems.length = 0;
  await inspect(visitor, "models-offline");
  await visitor.context.close();
});

test("by keyboard alone: a rejection with category and reason denies the proposal", async () => {
  const visitor = await signedIn("chandra.iyer");
  const { page } = visitor;
  await page.getByRole("link", { name: new RegExp(`^${MODEL}`) }).first().click();
  await new Review(page).shown();
  await page.getByRole("link", { name: "Reject…" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Reject" }).waitFor();
  await page.getByText("production: one rejection denies.").waitFor();
  await page.getByText("Choose a category first.").waitFor();
  await inspect(visitor, "reject");
  await page.getByLabel("Category").focus();
  await page.keyboard.type("metrics");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Recall of 8 is too low.");
  await page.getByLabel("Passphrase").focus();
  await page.keyboard.type("plunder oxidize spiffy tapestry gondola");
  await page.getByText(/^Exact bytes, /).click();
  await page.getByText('"comment": "metrics: Recall of 8 is too low."').waitFor();
  await page.getByLabel("Passphrase").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Rejected" }).waitFor();
  await page.getByText("taken by the registry").waitFor();
  await page.getByText("rejected, which blocks it").waitFor();
  await inspect(visitor, "rejected");
  await visitor.context.close();
  const other = await signedIn("dana.osei");
  await new Review(other.page).open(waiting);
  await other.page.getByText("Chandra Iyer rejected this proposal").waitFor();
  assert.equal(await other.page.getByRole("link", { name: "Continue to sign" }).count(), 0);
  await other.context.close();
});

test("a revocation says what stops, wants the name typed, and stops it", async () => {
  const visitor = await signedIn("dana.osei");
  const { page } = visitor;
  await page.goto(`/proposals/${running}/revoke?reason=drift&words=Accuracy%20fell&evidence=sha256:12`);
  await page.getByText("Nothing else of this model is approved there: gateways refuse it.").waitFor();
  await page.getByText(/everywhere within 60 min, the age that production allows/).waitFor();
  await page.getByText("That is no digest").waitFor();
  const evidence = `sha256:${"ab".repeat(32)}`;
  await page.getByLabel("Evidence (optional)").fill(evidence);
  assert.equal(await page.getByLabel("In your words").inputValue(), "Accuracy fell");
  const revoke = new Revoke(page);
  await revoke.fill("drift", "Accuracy fell <b>below</b> its floor\u202e.", "digits");
  await page.getByText(`Type ${MODEL} to go on.`).waitFor();
  await page.getByLabel("Passphrase").fill(PASSPHRASE);
  await page.keyboard.press("Enter");
  await page.getByText(`Type ${MODEL} to go on.`).waitFor();
  assert.equal(await page.getByLabel("Passphrase").inputValue(), PASSPHRASE, "nothing began before the name is typed");
  await revoke.fill("drift", "Accuracy fell <b>below</b> its floor\u202e.", MODEL);
  await page.getByText("“Accuracy fell <b>below</b> its floor\\u{202e}.”").waitFor();
  await inspect(visitor, "revoke");
  await revoke.sign();
  await page.getByText("taken by the registry").waitFor();
  await inspect(visitor, "revoked");
  const models = new Models(page);
  await models.open();
  await models.row(MODEL).getByText("Revoked").waitFor();
  await models.openModel(MODEL);
  await page.getByText("Version 2 revoked").waitFor();
  await page.getByText(/^Nothing may run in production now/).waitFor();
  await visitor.context.close();
});

test("an approval is withdrawn by who gave it, and by nobody else", async () => {
  const server = await registry();
  const visitor = await visit(browser, server.origin);
  const { page } = visitor;
  const pin = new Pin(page);
  await pin.type(about.words);
  await pin.pinned();
  await new Keys(page).become("alice.ng");
  await page.getByRole("button", { name: "Lock now" }).click();
  await page.goto(`/proposals/${running}/withdraw`);
  await page.getByText("No approval of yours can be withdrawn here.").waitFor();
  await new Review(page).open(waiting);
  await page.getByRole("link", { name: "Withdraw my approval…" }).click();
  await page.getByText("production: your approval no longer counts").waitFor();
  await new Against(page).say("evidence", "I approved the wrong one.");
  await page.getByRole("heading", { level: 1, name: "Withdrawn" }).waitFor();
  await page.getByText("taken by the registry").waitFor();
  await inspect(visitor, "withdrawn");
  await visitor.context.close();
  await server.stop();
});
