// Journeys 2 to 5: two people review and sign in their own browsers; a revocation turns it back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { about, file, inspect, open, registry, visit } from "./harness.mjs";
import { Inbox, Keys, PASSPHRASE, Pin, Review, Sign } from "./pages.mjs";

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

const waiting = about.proposals[2];

/** A fresh profile that has pinned the policy and holds the key of a person. */
async function signedIn(person, options = {}) {
  const visitor = await visit(browser, options.origin ?? server.origin, options);
  const pin = new Pin(visitor.page);
  await pin.type(about.words);
  await pin.pinned();
  await new Keys(visitor.page).become(person);
  await visitor.page.getByRole("button", { name: "Lock now" }).click();
  await new Inbox(visitor.page).open();
  return visitor;
}

test("the inbox says what needs me, in words, after it was verified here", async () => {
  const visitor = await signedIn("chandra.iyer");
  const { page } = visitor;
  const mine = new Inbox(page).group("Needs me");
  await mine.getByText("1 of 1 ml-lead signed; still needs 1 safety").waitFor();
  await mine.getByText("verified here").waitFor();
  await page.getByText("One proposal needs your signature. You sign as safety.").waitFor();
  await inspect(visitor, "inbox");
  await page.getByRole("link", { name: /^Decided/ }).click();
  await page.getByText("proposal revoked").waitFor();
  await page.getByText("permitted").waitFor();
  assert.match(page.url(), /view=decided/);
  await inspect(visitor, "inbox-decided");
  await visitor.context.close();
});

test("by keyboard alone: from the inbox to a signed approval", async () => {
  const visitor = await signedIn("chandra.iyer");
  const { page } = visitor;
  await page.getByText("verified here").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const review = new Review(page);
  await review.shown();
  const sentence = await page.getByRole("heading", { level: 1 }).innerText();
  assert.match(sentence, /^Allow digits-classifier 3 \(weights sha256 .* to run in production, for eu-west and us-east, until 19 Feb 2027\.$/);
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  await page.getByText("+0.030, worse").waitFor();
  const first = await page.locator(".table--changes tbody th").first().innerText();
  assert.match(first, /^calibration_error/, "worse comes first");
  await page.getByText("Today version 2 may run in production, approved by Bo Eriksen and Dana Osei").waitFor();
  await inspect(visitor, "review");

  await page.getByText("The whole text,").focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("The whole text that is signed").getByText("placet-summary-v1").waitFor();

  await page.getByRole("link", { name: "Continue to sign" }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sign as safety" }).waitFor();
  const bytes = await page.getByText(/^Exact bytes, \d+ bytes/).innerText();
  await page.getByLabel("Comment, signed and public").focus();
  await page.keyboard.type("Checked on the October set");
  assert.notEqual(await page.getByText(/^Exact bytes, \d+ bytes/).innerText(), bytes, "an edit makes new bytes");
  await page.getByLabel("Passphrase").focus();
  await page.keyboard.type("not the passphrase");
  await inspect(visitor, "sign");
  await page.keyboard.press("Enter");
  await page.getByText(/^The passphrase is wrong .* Nothing was signed\.$/).waitFor();
  await page.getByLabel("Passphrase").focus();
  await page.keyboard.type(PASSPHRASE);
  await page.keyboard.press("Enter");
  assert.equal(await new Sign(page).done(), "Signed, quorum complete");
  await page.getByText("taken by the registry").waitFor();
  await page.getByText("Permit", { exact: true }).waitFor();
  await inspect(visitor, "signed");
  await visitor.context.close();
});

test("another browser sees both signatures, each verified there", async () => {
  const visitor = await signedIn("alice.ng", { theme: "dark" });
  const { page } = visitor;
  await new Review(page).open(waiting);
  await page.getByText("Permitted now").waitFor();
  assert.equal(await page.locator(".sigline .mark--ok").count(), 2);
  await page.getByText("“Checked on the October set”").waitFor();
  assert.equal(await page.getByRole("link", { name: "Continue to sign" }).count(), 0);
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  await inspect(visitor, "review-permitted");
  await visitor.context.close();
});

test("weights dropped on the review match, and others do not", async () => {
  const visitor = await signedIn("dana.osei");
  const { page } = visitor;
  const review = new Review(page);
  await review.open(waiting);
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  await review.checkWeights(file("documents/weights-3.npz"));
  await page.getByText("Match", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Check another file" }).click();
  await review.checkWeights(file("documents/weights-2.npz"));
  await page.getByText("Mismatch", { exact: true }).waitFor();
  await inspect(visitor, "review-weights");
  await visitor.context.close();
});

test("a live revocation turns the answer back on the open page", async () => {
  const visitor = await signedIn("bo.eriksen");
  const { page } = visitor;
  await new Review(page).open(waiting);
  await page.getByText("Permitted now").waitFor();
  await server.submit(readFileSync(file("documents/revocation-of-3.json"), "utf8"));
  await page.getByText("Denied now").waitFor();
  await page.locator(".gate--fail").getByText("proposal_revoked").waitFor();
  await visitor.context.close();
});

for (const theme of ["light", "dark"]) {
  test(`every page fits a phone in ${theme}`, async () => {
    const fresh = await registry();
    const visitor = await signedIn("chandra.iyer", { origin: fresh.origin, theme, width: 360, height: 740 });
    const { page } = visitor;
    await page.getByText("verified here").first().waitFor();
    await inspect(visitor, "inbox");
    await page.getByRole("link", { name: /^digits-classifier/ }).click();
    const review = new Review(page);
    await review.shown();
    await page.getByRole("heading", { name: "What changes" }).waitFor();
    await inspect(visitor, "review");
    await page.locator(".actionbar").getByRole("link", { name: "Continue to sign" }).click();
    await page.getByRole("button", { name: "Sign approval" }).waitFor();
    await inspect(visitor, "sign");
    await new Keys(page).open();
    await inspect(visitor, "keys");
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await page.getByRole("heading", { name: "Pinned policy" }).waitFor();
    await inspect(visitor, "settings");
    await visitor.context.close();
    await fresh.stop();
  });
}
