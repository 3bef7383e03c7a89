// The main job, whole: two people with nothing but a browser each, the command line of everybody else, and a gateway in
// Node. The same question has the same answer in all three places, byte for byte, at every step.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Desk, fixture } from "./desk.mjs";
import { inspect, need, open, visit } from "./harness.mjs";
import { Inbox, Keys, PASSPHRASE, Pin, Review, Sign, Verify } from "./pages.mjs";

const { decide, hashWeights, timestamp } = await import(pathToFileURL(join(need("PLACET_E2E_NPM"), "node.js")));
const PLACE = "--model digits-classifier --environment production --scope eu-west";
const weights = fixture("2", "weights.npz");

let browser;
let desk;
before(async () => {
  browser = await open();
  desk = await Desk.founded();
  await desk.serve();
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

/** A fresh profile whose person has a key with a proved backup, and has asked to be enrolled. */
async function newcomer({ name, shown, theme }) {
  const visitor = await visit(browser, desk.origin, { now: null, theme });
  const { page } = visitor;
  const pin = new Pin(page);
  await pin.type(desk.words);
  await pin.pinned();
  const keys = new Keys(page);
  await keys.open();
  await keys.make(`${name}, laptop`);
  await keys.loadBackup(await keys.saveBackup());
  await keys.selfTest();
  await keys.askEnrolment(name, shown);
  await page.getByRole("heading", { name: "Enrolment asked for" }).waitFor();
  return visitor;
}

/** Version 2 of the policy: it names the people whose eight words are those that a root holder reads in the draft. */
async function nextPolicy(people) {
  const policy = JSON.parse(await desk.run("policy show --json"));
  const [first] = policy.principals.alice.keys;
  for (const { name, shown, role, unit, key } of people) {
    policy.principals[name] = { display_name: shown, keys: [{ ...first, public_key: key }], operators: [], roles: [role], unit };
  }
  const next = { ...policy, version: policy.version + 1, previous: desk.pin, domain: desk.pin };
  desk.write("policy-2.json", JSON.stringify(next));
  const draft = await desk.run("policy show policy-2.json");
  for (const { words } of people) assert(draft.includes(words.join(" ")), `${words} not in ${draft}`);
  await desk.run("policy sign policy-2.json --output signed.json --key placet-keys/alice.pem --yes");
  await desk.run("policy sign signed.json --key placet-keys/bo.pem --yes");
  await desk.run("add signed.json");
  await desk.push();
}

/** Asks the console, the command and the package; their records must be the same bytes. Gives what they say. */
async function ask() {
  await desk.pull();
  await desk.run("bundle digits-classifier@2 --output bundle.json --trust-output trust.json");
  const now = timestamp();

  const visitor = await visit(browser, desk.origin, { now: null, path: "/verify" });
  const verify = new Verify(visitor.page);
  await verify.ask({ at: now, pin: desk.pin, environment: "production", scope: "eu-west" });
  await verify.dropFiles(desk.path("trust.json"), weights, desk.path("bundle.json"));
  const seen = await verify.result("bundle.json").innerText();
  const outcome = await verify.outcome("bundle.json");
  const inBrowser = await verify.record("bundle.json");
  assert.deepEqual(visitor.problems, []);
  await visitor.context.close();

  const files = `--bundle bundle.json --trust trust.json --pin ${desk.pin}`;
  const command = await desk.try(`verify ${PLACE} ${files} --at ${now} --json --weights`, weights);
  const words = await desk.try(`verify ${PLACE} ${files} --at ${now} --weights`, weights);
  assert.equal(words.code, command.code);

  const { openAsBlob } = await import("node:fs");
  const { kind, digest } = await hashWeights(await openAsBlob(weights));
  const request = { model_id: "digits-classifier", weights: { kind, digest }, environment: "production", scope: "eu-west", now };
  const bytes = (name) => new TextEncoder().encode(desk.read(name));
  const inNode = decide(bytes("bundle.json"), bytes("trust.json"), null, request);

  assert.equal(command.stdout.trimEnd(), new TextDecoder().decode(inNode.bytes), "the command and Node differ");
  assert.equal(inBrowser, command.stdout.trimEnd(), "the console and the command differ");
  assert.equal(outcome.toLowerCase(), inNode.decision.outcome);
  assert.equal(command.code, inNode.decision.outcome === "permit" ? 0 : 1);
  return { decision: inNode.decision, words: words.stdout, seen };
}

test("two browsers, the command and a gateway go from deny to permit and back together", async () => {
  const people = [
    { name: "frida.holm", shown: "Frida Holm", role: "ml-lead", unit: "research", theme: "light" },
    { name: "goran.babic", shown: "Goran Babić", role: "safety", unit: "safety", theme: "dark" },
  ];
  const [frida, goran] = [await newcomer(people[0]), await newcomer(people[1])];
  const { items } = await (await fetch(`${desk.origin}/v1/enrolments`)).json();
  for (const [index, visitor] of [frida, goran].entries()) {
    people[index].key = items.find((item) => item.name === people[index].name).public_key;
    people[index].words = await new Keys(visitor.page).words();
    assert.equal(people[index].words.length, 8);
  }
  await nextPolicy(people);
  await frida.page.getByText("The policy names this key as Frida Holm, ml-lead.").waitFor();
  await goran.page.getByText("The policy names this key as Goran Babić, safety.").waitFor();
  await goran.page.getByRole("button", { name: "Lock now" }).click();
  await frida.page.getByRole("button", { name: "Lock now" }).click();

  await desk.run("train --model digits-classifier --version 2 --key placet-keys/pipeline.pem --weights", weights, "--metrics", fixture("2", "metrics.json"), "--card", fixture("2", "card.json"));
  await desk.run("propose digits-classifier@2 --environment production --scope eu-west --key placet-keys/emil.pem --note", "Wider hidden layer, trained to convergence.");
  await desk.push();

  const before = await ask();
  assert.deepEqual(before.decision.denials, ["threshold_not_met"]);
  for (const name of ["Alice Ng", "Frida Holm", "Goran Babić", "Chandra Iyer"]) {
    assert(before.words.includes(name), `the command does not name ${name}`);
    assert(before.seen.includes(name), `the console does not name ${name}`);
  }

  for (const [visitor, expected] of [[frida, "Signed, 1 more needed"], [goran, "Signed, quorum complete"]]) {
    const { page } = visitor;
    await new Inbox(page).open();
    const mine = new Inbox(page).group("Needs me");
    await mine.getByText("verified here").waitFor();
    await page.getByRole("link", { name: /^digits-classifier/ }).first().click();
    const review = new Review(page);
    await review.shown();
    await page.getByText("Denied now: 1 of 12 fails").waitFor();
    await review.checkWeights(weights);
    await page.getByText("Match", { exact: true }).waitFor();
    await review.continueToSign();
    await new Sign(page).sign(PASSPHRASE, "Read and checked.");
    assert.equal(await new Sign(page).done(), expected);
    await page.getByText("taken by the registry").waitFor();
    await inspect(visitor, `main-job-${expected.split(", ")[1].replaceAll(" ", "-")}`);
  }
  const complete = await ask();
  assert.equal(complete.decision.outcome, "permit", complete.words);

  await frida.page.getByRole("link", { name: "Review", exact: true }).click();
  await frida.page.getByText("Permitted now").waitFor();
  await desk.run("revoke digits-classifier@2 --reason-code security --reason drill --key placet-keys/dana.pem --yes");
  await desk.push();
  await frida.page.getByText("Denied now").waitFor();
  await frida.page.locator(".gate--fail").getByText("proposal_revoked").waitFor();
  const revoked = await ask();
  assert.deepEqual(revoked.decision.denials, ["proposal_revoked"]);
  for (const visitor of [frida, goran]) {
    assert.deepEqual(visitor.problems, []);
    await visitor.context.close();
  }
});
