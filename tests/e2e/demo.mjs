// The demonstration as its printed guide says: each of its people signs in, and two of them approve version 3.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inspect, need, open, visit } from "./harness.mjs";
import { Inbox, Keys, PASSPHRASE, Pin, Review, Sign } from "./pages.mjs";

const PEOPLE = { alice: "Alice Ng, ml-lead", bo: "Bo Eriksen, ml-lead", chandra: "Chandra Iyer, safety", dana: "Dana Osei, safety", emil: "Emil Novak, ml-engineer" };

let browser;
let demo;
let guide;
before(async () => {
  browser = await open();
  const address = await free();
  const options = ["demo", "--reset", "--name", "tested", "--listen", address];
  demo = spawn(need("PLACET_E2E_XTASK"), options, { stdio: ["ignore", "pipe", "inherit"] });
  guide = "";
  await new Promise((ready, failed) => {
    demo.once("exit", (code) => failed(new Error(`it ended with ${code}\n${guide}`)));
    demo.stdout.on("data", (text) => {
      guide += text;
      if (guide.includes("Serving on")) ready();
    });
  });
});
after(async () => {
  await browser?.close();
  demo?.kill("SIGTERM");
});

/** An address that nobody listens on. */
function free() {
  const server = createServer();
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => {
      const address = `127.0.0.1:${server.address().port}`;
      server.close(() => done(address));
    });
  });
}

const told = (pattern) => {
  const found = pattern.exec(guide);
  assert(found, `the guide does not say ${pattern}\n${guide}`);
  return found[1];
};

async function signedIn(name) {
  const visitor = await visit(browser, told(/(http:\/\/\S+)\/\n/), { now: null });
  const { page } = visitor;
  const pin = new Pin(page);
  await pin.type(told(/eight words.*\n +(.*)\n/));
  await pin.pinned();
  const keys = new Keys(page);
  await keys.open();
  await keys.importFile(name, join(told(/key file.* from (\S+)\n/), `${name}.json`), told(/passphrase of all of them is +(\S+)/));
  await keys.loadBackup(await keys.saveBackup());
  await keys.selfTest();
  await page.getByText(`The policy names this key as ${PEOPLE[name]}.`).waitFor();
  await page.getByRole("button", { name: "Lock now" }).click();
  await new Inbox(page).open();
  await page.getByText("verified here").first().waitFor();
  return visitor;
}

test("the guide tells everybody how to sign in", async () => {
  for (const name of Object.keys(PEOPLE)) {
    const visitor = await signedIn(name);
    const asked = await visitor.page.getByRole("region", { name: "Needs me" }).count();
    assert.equal(asked, name === "emil" ? 0 : 1, `what needs ${name}`);
    await inspect(visitor, `demo-${name}`);
    await visitor.context.close();
  }
});

test("an ML lead and somebody of safety let version 3 run everywhere", async () => {
  for (const [name, expected] of [["bo", "Signed, 1 more needed"], ["dana", "Signed, quorum complete"]]) {
    const visitor = await signedIn(name);
    const { page } = visitor;
    await page.getByRole("region", { name: "Needs me" }).getByRole("link", { name: /^digits-classifier/ }).click();
    const review = new Review(page);
    await review.shown();
    await page.getByRole("heading", { name: "What changes" }).waitFor();
    await inspect(visitor, `demo-review-${name}`);
    await review.continueToSign();
    await new Sign(page).sign(PASSPHRASE);
    assert.equal(await new Sign(page).done(), expected);
    await inspect(visitor, `demo-signed-${name}`);
    await visitor.context.close();
  }
});
