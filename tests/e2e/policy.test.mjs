// Journey 11: the policy in words, who may be away, and the next version signed by two holders of the root.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { about, inspect, open, registry, visit } from "./harness.mjs";
import { Keys, PASSPHRASE, Pin } from "./pages.mjs";

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

class Policy {
  constructor(page) {
    this.page = page;
  }

  async open() {
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Policy" }).click();
    await this.page.getByRole("heading", { level: 1, name: /^Policy/ }).waitFor();
  }

  async sign(passphrase = PASSPHRASE) {
    await this.page.getByLabel("Passphrase").fill(passphrase);
    await this.page.getByRole("button", { name: "Sign the policy" }).click();
    await this.page.getByText("You have signed it.").waitFor();
  }

  async saveDraft() {
    const download = this.page.waitForEvent("download");
    await this.page.getByRole("button", { name: "Save the draft for the next signer" }).click();
    return (await download).path();
  }
}

async function pinned(person, options = {}) {
  const visitor = await visit(browser, server.origin, options);
  const pin = new Pin(visitor.page);
  await pin.type(about.words);
  await pin.pinned();
  if (person) {
    await new Keys(visitor.page).become(person);
    await visitor.page.getByRole("button", { name: "Lock now" }).click();
  }
  return visitor;
}

test("rules, people and planes in words, and who may be away", async () => {
  const visitor = await pinned("chandra.iyer");
  const { page } = visitor;
  await new Policy(page).open();
  await page.getByText("A model may run in production when 1 of ml-lead and 1 of safety approve it", { exact: false }).waitFor();
  await page.getByRole("row", { name: /^Nobody/ }).first().getByText("can", { exact: true }).first().waitFor();
  const bo = page.getByRole("table", { name: /away/ }).getByRole("row", { name: /^Bo Eriksen/ }).first();
  await bo.getByText("unless proposed by Alice Ng").first().waitFor();
  await page.getByText("Chandra Iyer, you").waitFor();
  await page.getByText("Training pipeline, operated by Emil Novak").waitFor();
  await inspect(visitor, "policy");
  await visitor.context.close();
});

test("the policy on a phone in the dark", async () => {
  const visitor = await pinned(null, { theme: "dark", width: 360, height: 800 });
  const { page } = visitor;
  await new Policy(page).open();
  await page.getByText("Rules in words").waitFor();
  await inspect(visitor, "policy");
  await page.getByRole("link", { name: "Draft policy 2" }).click();
  await page.getByText(/^It ends on .* instead of 30 Jun 2027/).waitFor();
  await inspect(visitor, "policy-next");
  await visitor.context.close();
});

test("a next version is drafted, signed by two on their own machines, and taken", async () => {
  const alice = await pinned("alice.ng");
  let { page } = alice;
  const policy = new Policy(page);
  await policy.open();
  await page.getByRole("link", { name: "Draft policy 2" }).click();
  const editor = page.getByLabel("The document");
  const text = await editor.inputValue();
  await editor.fill(text.replace('"veto": true', '"veto": false'));
  await page.getByText("gone: One rejection by anybody of these roles denies it for good.").first().waitFor();
  await editor.fill(text.replace('"version": 2', '"version": 3'));
  await page.getByText(/It is version 3; the next one after 1 is 2/).waitFor();
  await inspect(alice, "policy-refused");
  await editor.fill(text.replace('"veto": true', '"veto": false'));
  await page.getByRole("button", { name: "Continue to sign" }).click();
  await page.getByText("For the root that is in force: nobody yet; 0 of 2.").waitFor();
  await inspect(alice, "policy-sign");
  await policy.sign();
  await page.getByText("For the root that is in force: Alice Ng; 1 of 2.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Send it to the registry" }).count(), 0);
  const draft = await policy.saveDraft();

  const dana = await pinned("dana.osei");
  page = dana.page;
  const other = new Policy(page);
  await other.open();
  await page.getByRole("link", { name: "Draft policy 2" }).click();
  await page.getByLabel("Draft of the next policy").setInputFiles(draft);
  await page.getByText("For the root that is in force: Alice Ng; 1 of 2.").waitFor();
  await page.getByText("gone: One rejection by anybody of these roles denies it for good.").first().waitFor();
  await other.sign();
  await page.getByText("complete, checked here").waitFor();
  await inspect(dana, "policy-complete");
  const complete = JSON.parse(readFileSync(await other.saveDraft(), "utf8"));
  assert.equal(complete.signatures.length, 2);
  await page.getByRole("button", { name: "Send it to the registry" }).click();
  await page.getByText("The registry took it.").waitFor();
  await page.getByText("Policy 2, checked here").first().waitFor();
  await other.open();
  await page.getByRole("heading", { level: 1, name: "Policy 2" }).waitFor();
  assert.deepEqual(dana.problems, []);
  await dana.context.close();
  // The file that was handed over goes with her browser.
  await alice.context.close();
});

test("who holds no key of the root is not asked to sign", async () => {
  const visitor = await pinned("chandra.iyer");
  const { page } = visitor;
  await new Policy(page).open();
  await page.getByRole("link", { name: /^Draft policy/ }).click();
  await page.getByRole("button", { name: "Continue to sign" }).click();
  await page.getByText("You hold no key of the root").waitFor();
  assert.equal(await page.getByRole("button", { name: "Sign the policy" }).count(), 0);
  await visitor.context.close();
});
