// Journey 8: from a monitor's alert to the revocation that it is the evidence of, and what a lying registry makes of it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { about, file, inspect, open, registry, visit } from "./harness.mjs";
import { Models, Revoke } from "./models.pages.mjs";
import { Inbox, Keys, Pin, Review } from "./pages.mjs";

let browser;
let server;
before(async () => {
  browser = await open();
  server = await registry();
  for (const name of ["inconclusive", "stable", "drifted"]) await server.submit(report(name));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const [, running] = about.proposals;
const MODEL = "digits-classifier";
const report = (name) => readFileSync(file(`documents/drift-${name}.json`), "utf8");

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

for (const options of [{ theme: "light" }, { theme: "dark" }, { theme: "dark", width: 360, height: 800 }]) {
  test(`what a monitor reported, ${options.theme}, ${options.width ?? 1440} wide`, async () => {
    const visitor = await signedIn("emil.novak", options);
    const { page } = visitor;
    const models = new Models(page);
    await models.open();
    await models.row(MODEL).getByText("Drifted", { exact: true }).waitFor();
    assert.equal(await models.count("Drifted"), 1);
    await models.openModel(MODEL);
    const drift = page.getByRole("region", { name: "Drift in production" });
    await drift.getByText(/^Drifted since 22 Nov 12:00: .*, severity \d\.\d\d of 1$/).waitFor();
    await drift.getByText(/^More lie over /).waitFor();
    await drift.getByText(/Over the single values D is 0\.4; it acts from /).waitFor();
    await drift.getByText(/^Inside its tolerance in 2 windows; 0\.972 in the newest, 0\.972 as signed\.$/).first().waitFor();
    const scores = drift.getByRole("row").filter({ hasText: "Kolmogorov–Smirnov" });
    await scores.getByText("drifted", { exact: true }).waitFor();
    for (const table of await drift.getByText("Show as a table").all()) await table.click();
    await inspect(visitor, "model-drift");
    await new Review(page).open(running);
    await page.getByRole("region", { name: "Drift in production" }).getByText(/^Drifted since /).waitFor();
    await inspect(visitor, "review-drift");
    await visitor.context.close();
  });
}

test("reports that are stable, inconclusive, altered, or not served", async () => {
  const visitor = await signedIn("emil.novak");
  const { page } = visitor;
  const drift = page.getByRole("region", { name: "Drift in production" });
  let served = [];
  await page.route("**/v1/drift/**", (route) => route.fulfill({ json: { items: [], reports: served } }));
  const show = async (...reports) => {
    served = reports;
    await page.goto(`/models/${MODEL}`);
    await page.getByText("Signed events").waitFor();
  };
  const [inconclusive, stable, drifted] = ["inconclusive", "stable", "drifted"].map((name) => JSON.parse(report(name)));
  await show(stable, inconclusive);
  await drift.getByText(/^Stable, severity 0\.\d\d of 1$/).waitFor();
  assert.equal(await drift.getByRole("link", { name: /^Revoke with/ }).count(), 0);
  await inspect(visitor, "model-stable");
  await show(inconclusive);
  await drift.getByText("Unknown: some checks could not be judged").waitFor();
  await inspect(visitor, "model-inconclusive");
  // A registry that turns a drifted report into a stable one, word by word.
  const said = Buffer.from(drifted.payload, "base64").toString().replaceAll('"drifted"', '"stable"');
  await show({ ...drifted, payload: Buffer.from(said).toString("base64") }, { no: "envelope" });
  await page.getByText("2 drift reports of this model at the registry could not be verified here: nothing of it is shown.").waitFor();
  assert.equal(await drift.count(), 0);
  await page.route("**/v1/drift/**", (route) => route.fulfill({ status: 503, json: { code: "unavailable", title: "Gone" } }));
  await page.goto(`/models/${MODEL}`);
  await page.getByText("Whether it drifts is not known here: The registry says: Gone").waitFor();
  await visitor.context.close();
});

test("from the alert to the revocation, with the report as its evidence", async () => {
  const visitor = await signedIn("dana.osei");
  const { page } = visitor;
  const models = new Models(page);
  await models.open();
  await models.row(MODEL).getByText("Drifted", { exact: true }).waitFor();
  await models.openModel(MODEL);
  await page.getByRole("link", { name: "Revoke with this report as evidence…" }).click();
  await page.getByText("production, eu-west and us-east: version 2 stops.").waitFor();
  assert.equal(await page.getByLabel("Evidence (optional)").inputValue(), about.drifted);
  assert.equal(await page.getByLabel("Reason", { exact: true }).inputValue(), "drift");
  const words = await page.getByLabel("In your words").inputValue();
  assert.match(words, /^Drift in production from 22 Nov 12:00 to 22 Nov 13:00: score D 0\.4\d*\.$/);
  await inspect(visitor, "revoke-drift");
  const revoke = new Revoke(page);
  await revoke.fill("drift", words, MODEL);
  await revoke.sign();
  await page.getByText("taken by the registry").waitFor();
  const trust = await (await fetch(`${server.origin}/v1/trust`)).json();
  const payloads = trust.revocations.map((envelope) => Buffer.from(envelope.payload, "base64").toString());
  assert(payloads.some((payload) => payload.includes(about.drifted) && payload.includes(running)), "the evidence was signed");
  await models.open();
  await models.row(MODEL).getByText("Revoked").waitFor();
  assert.equal(await models.row(MODEL).getByText("Drifted", { exact: true }).count(), 0);
  await models.openModel(MODEL);
  await page.getByText("Version 2 revoked").waitFor();
  assert.equal(await page.getByRole("link", { name: /^Revoke with/ }).count(), 0, "what is revoked is not revoked again");
  await visitor.context.close();
});
