// Hostile files in every place where files are dropped: a code for each, the page alive, and nothing kept of it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { about, file, open, registry, visit } from "./harness.mjs";
import { Keys, Pin, Review } from "./pages.mjs";

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

const drop = (name, content) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });
const FILES = [
  drop("empty", ""),
  drop("noise", randomBytes(300_000)),
  drop("no-utf8.json", Buffer.concat([Buffer.from('{"payloadType":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])),
  drop("deep.json", "[".repeat(100_000)),
  drop("twice.json", '{"payloadType":"a","payloadType":"b","payload":"","signatures":[]}'),
  drop("large.json", `{"payloadType":"${"x".repeat(4_000_000)}"}`),
  drop("numbers.json", '{"version":1e999,"format":-0}'),
  drop("<img src=x onerror=alert(1)>\u202e.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
  drop("half.pem", "-----BEGIN OPENSSH PRIVATE KEY-----\n"),
  drop("key.jwk", '{"kty":"OKP","crv":"Ed25519","d":"AA","x":"AA"}'),
  drop("locked.json", '{"format":"placet-locked-key-v1","argon2":{"memory_kib":4294967295,"passes":4294967295,"lanes":255}}'),
  drop("trust.json", readFileSync(file("documents/trust.json"))),
];

/** Drops each file by itself, and waits for a code in words that `where` finds. */
async function refuses(visitor, label, code) {
  const { page, problems } = visitor;
  let dialogs = 0;
  page.on("dialog", (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  for (const hostile of FILES) {
    await page.getByLabel(label, { exact: true }).setInputFiles(hostile);
    await code(page, hostile).waitFor();
  }
  assert.equal(await page.locator("main img").count(), 0);
  assert.equal(dialogs, 0);
  assert.deepEqual(problems, []);
}

test("as the policy to pin", async () => {
  const visitor = await visit(browser, server.origin);
  await visitor.page.getByText("The registry offers this policy").waitFor();
  await refuses(visitor, "Policy file", (page) => page.getByText("(policy_version)"));
  await new Pin(visitor.page).type(about.words);
  await new Pin(visitor.page).pinned();
  await visitor.context.close();
});

test("as a key to import, and as its backup", async () => {
  const visitor = await visit(browser, server.origin, { path: "/keys" });
  const { page } = visitor;
  const keys = new Keys(page);
  await page.getByText("Import a key that I have").click();
  const imported = async (hostile) => {
    await page.getByLabel("Key file", { exact: true }).setInputFiles(hostile);
    const taken = page.getByRole("button", { name: "Make a new key instead" });
    const refused = page.getByText(/\(key_file_\w+\)|shorter than 64 KiB/);
    await taken.or(refused).first().waitFor();
    if (await taken.isVisible()) {
      // It looked like a key until it was opened.
      await keys.fill("hostile");
      await page.getByRole("button", { name: "Import the key" }).click();
      await page.getByText(/\(key_file_\w+\)/).waitFor();
      await taken.click();
      await page.getByText("Import a key that I have").click();
    }
  };
  for (const hostile of FILES) await imported(hostile);
  assert.equal(await page.getByText("None yet.").count(), 1, "no key was kept");
  assert.equal(await page.locator("main img").count(), 0);

  await keys.make("honest");
  await refuses(visitor, "Backup file", (page) => page.getByText("(key_file_unknown_format)"));
  await keys.loadBackup(await keys.saveBackup());
  await page.getByRole("heading", { name: "Backup proved" }).waitFor();
  await visitor.context.close();
});

test("as weights", async () => {
  const visitor = await visit(browser, server.origin);
  const { page } = visitor;
  await new Pin(page).type(about.words);
  await new Pin(page).pinned();
  await new Review(page).open(about.proposals[2]);
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  for (const hostile of FILES) {
    await page.getByLabel("Weights", { exact: true }).setInputFiles(hostile);
    await page.getByText(/^Mismatch$|^Cannot be weights$/).waitFor();
    await page.getByRole("button", { name: "Check another file" }).click();
  }
  assert.equal(await page.locator("main img").count(), 0);
  assert.deepEqual(visitor.problems, []);
  await visitor.context.close();
});

test("as documents to verify, all at once and each by itself", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify" });
  const { page, problems } = visitor;
  await page.getByLabel("Files to verify").setInputFiles(FILES);
  await page.getByRole("region", { name: "trust.json", exact: true }).waitFor();
  assert.equal(await page.locator(".result").count(), FILES.length);
  assert.equal(await page.locator(".outcome").count(), 0, "nothing of it has an outcome");
  assert.equal(await page.locator("main img").count(), 0);
  await page.getByRole("button", { name: "Clear all files" }).click();
  await page.getByLabel("Files to verify").setInputFiles(file("documents/bundle-2.json"));
  await page.getByRole("region", { name: "bundle-2.json", exact: true }).waitFor();
  assert.deepEqual(problems, []);
  await visitor.context.close();
});
