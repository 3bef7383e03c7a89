// Journey 1: a key is made or imported, its backup proved, and enrolment asked for.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { about, file, inspect, open, registry, visit } from "./harness.mjs";
import { Keys, PASSPHRASE, Pin } from "./pages.mjs";

let browser;
let server;
before(async () => {
  browser = await open();
  server = await registry({ empty: true });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a new key goes through all five steps", async () => {
  const visitor = await visit(browser, server.origin, { path: "/keys" });
  const { page } = visitor;
  const keys = new Keys(page);
  await inspect(visitor, "keys-new");
  await keys.make("new person, laptop");
  const backup = await keys.saveBackup();
  const text = readFileSync(backup, "utf8");
  assert.equal(JSON.parse(text).format, "placet-locked-key-v1");
  assert(!text.includes(PASSPHRASE));
  await keys.loadBackup(backup, "wrong");
  await page.getByText("not with this passphrase").waitFor();
  await inspect(visitor, "keys-backup");
  await keys.openBackup(PASSPHRASE);
  await page.getByRole("heading", { name: "Backup proved" }).waitFor();
  await keys.selfTest();
  await inspect(visitor, "keys-enrol");
  await keys.askEnrolment("new.person", "New Person");
  await page.getByRole("heading", { name: "Enrolment asked for" }).waitFor();
  const { items } = await (await fetch(`${server.origin}/v1/enrolments`)).json();
  assert.equal(items[0].name, "new.person");
  await inspect(visitor, "keys-waiting");
  const fingerprint = await keys.fingerprint();
  await page.reload();
  await page.getByRole("heading", { name: "Enrolment asked for" }).waitFor();
  assert.equal(await keys.fingerprint(), fingerprint, "the key outlives the page");
  await visitor.context.close();
});

test("the file of another key proves nothing", async () => {
  const visitor = await visit(browser, server.origin, { path: "/keys" });
  const keys = new Keys(visitor.page);
  await keys.make("first");
  const first = await keys.saveBackup();
  const second = await visit(browser, server.origin, { path: "/keys" });
  const others = new Keys(second.page);
  await others.make("second");
  await second.page.getByLabel("Backup file").setInputFiles(first);
  await second.page.getByText("another key, not a backup").waitFor();
  await second.context.close();
  await visitor.context.close();
});

test("an empty passphrase, two different ones and a wrong file are refused in words", async () => {
  const visitor = await visit(browser, server.origin, { path: "/keys" });
  const { page } = visitor;
  const keys = new Keys(page);
  await keys.fill("laptop", " ");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("key_file_passphrase_empty").waitFor();
  await page.getByLabel("The passphrase again").fill("other");
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByText("The two passphrases differ.").waitFor();
  await page.getByText("Import a key that I have").click();
  await page.getByLabel("Key file").setInputFiles(file("documents/trust.json"));
  await page.getByText("key_file_unknown_format").waitFor();
  await visitor.context.close();
});

test("an imported key that the pinned policy names is enrolled at once", async () => {
  const visitor = await visit(browser, server.origin);
  const { page } = visitor;
  const pin = new Pin(page);
  await page.getByText("The registry offers this policy").waitFor();
  await inspect(visitor, "first-run");
  await pin.type("abandon ability able about above absent absorb abstract");
  await page.getByText("Not the policy that the registry offers.").waitFor();
  await pin.type(about.words);
  await pin.pinned();
  const keys = new Keys(page);
  await keys.become("chandra.iyer");
  assert.equal(await keys.fingerprint(), about.chandra);
  await page.getByText("The policy names this key as Chandra Iyer, safety.").waitFor();
  await inspect(visitor, "keys-enrolled");
  await visitor.context.close();
});

test("a framed page keeps its keys locked", async () => {
  const visitor = await visit(browser, server.origin, { path: "/keys" });
  // The headers forbid framing; a static host without them is played by a page that drops them.
  await visitor.context.route("**/keys", async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers() };
    delete headers["content-security-policy"];
    await route.fulfill({ response, headers });
  });
  await visitor.context.route("**/frame", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>f</title><iframe src='/keys'></iframe>" }),
  );
  await visitor.page.goto("/frame");
  const frame = visitor.page.frameLocator("iframe");
  await frame.getByText("Another page shows this one in a frame.").waitFor();
  assert.equal(await frame.getByRole("button", { name: "Make the key" }).count(), 0);
  await visitor.context.close();
});
