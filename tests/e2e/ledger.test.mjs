// Journey 10: the ledger, checked entry by entry, and what it looks like when somebody changed it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { about, file, inspect, open, registry, visit } from "./harness.mjs";
import { Pin } from "./pages.mjs";

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

class Ledger {
  constructor(page) {
    this.page = page;
  }

  async open() {
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Ledger" }).click();
    await this.page.getByRole("heading", { level: 1, name: "Ledger" }).waitFor();
  }

  /** Waits until everything in sight was looked at. */
  async checked() {
    await this.page.getByText(/^(\d+) of \1 checked here$/).waitFor();
  }

  async save(name) {
    const download = this.page.waitForEvent("download");
    await this.page.getByRole("button", { name, exact: true }).click();
    return readFileSync(await (await download).path(), "utf8");
  }
}

async function pinned(options = {}) {
  const visitor = await visit(browser, options.origin ?? server.origin, options);
  const pin = new Pin(visitor.page);
  await pin.type(about.words);
  await pin.pinned();
  return visitor;
}

test("every entry is checked here, and the whole comes to the signed root", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  const ledger = new Ledger(page);
  await ledger.open();
  await ledger.checked();
  await page.getByText("The first one seen here").waitFor();
  await page.getByRole("row").filter({ hasText: "Revocation" }).getByText("Dana Osei").waitFor();
  await page.getByRole("button", { name: "Hash all of them again" }).click();
  await page.getByText(/^all \d+ come to the signed root$/).waitFor();
  await inspect(visitor, "ledger");
  await page.reload();
  await page.getByText("The same as the last one seen here").waitFor();
  await ledger.checked();
  const csv = await ledger.save("CSV");
  assert.match(csv, /^entry,logged,kind,signer,payload_digest,signature,inclusion,document,about\r\n/);
  assert.match(csv, /,sha256:[0-9a-f]{64},checked,checked,Approval,/);
  const json = JSON.parse(await ledger.save("JSON with proofs"));
  assert.equal(json.format, "placet-ledger-export-v1");
  assert.equal(json.policy, about.pin);
  const hash = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
  const [, , root] = json.checkpoint.split("\n");
  const size = Number(json.checkpoint.split("\n")[1]);
  assert.equal(json.entries.length, size);
  for (const entry of json.entries) {
    const payload = Buffer.from(entry.envelope.payload, "base64");
    assert.equal(entry.digest, `sha256:${hash(payload).toString("hex")}`);
    // RFC 9162, 2.1.3.2, by hand.
    let node = hash(Buffer.from([0]), hash(payload));
    let [index, last] = [entry.index, size - 1];
    for (const sibling of entry.proof.map((text) => Buffer.from(text, "base64"))) {
      if (index % 2 === 1 || index === last) {
        node = hash(Buffer.from([1]), sibling, node);
        while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, Math.floor(last / 2)];
      } else node = hash(Buffer.from([1]), node, sibling);
      [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
    }
    assert.equal(node.toString("base64"), root, `entry ${entry.index}`);
  }
  await page.emulateMedia({ media: "print" });
  await page.getByText("Paper proves nothing by itself").waitFor();
  await inspect(visitor, "ledger-print");
  await visitor.context.close();
});

test("the ledger on a phone in the dark", async () => {
  const visitor = await pinned({ theme: "dark", width: 360, height: 800 });
  const ledger = new Ledger(visitor.page);
  await ledger.open();
  await visitor.page.getByText("signature", { exact: true }).first().waitFor();
  await ledger.checked();
  await inspect(visitor, "ledger");
  await visitor.context.close();
});

test("the list is narrowed by kind and by signer, in the address", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await new Ledger(page).open();
  await page.getByLabel("Kind").selectOption("model_approval_revoked");
  await page.getByText(/^1 of \d+ entries$/).waitFor();
  assert.match(page.url(), /kind=model_approval_revoked/);
  await page.getByLabel("Signer").fill("alice");
  await page.getByLabel("Signer").press("Tab");
  await page.getByText("No entry is listed here.").waitFor();
  await inspect(visitor, "ledger-empty");
  await visitor.context.close();
});

test("it grows with a proof, and a registry that goes back is contradicted", async () => {
  const server = await registry();
  const visitor = await pinned({ origin: server.origin });
  const { page } = visitor;
  const old = await (await fetch(`${server.origin}/v1/ledger/checkpoint`)).text();
  await new Ledger(page).open();
  await page.getByText("The first one seen here").waitFor();
  await page.getByText("Registry is live").first().waitFor({ state: "attached" });
  await server.submit(readFileSync(file("documents/drift-stable.json"), "utf8"));
  const grown = (await (await fetch(`${server.origin}/v1/ledger/checkpoint`)).text()).split("\n")[1];
  // Where the page has followed by itself already, what it sees now is what it saw last.
  await page.reload();
  await page.getByText(new RegExp(`^${grown} entries`)).first().waitFor();
  await page.getByText(/^(Consistent with|The same as) the last one seen here$/).waitFor();
  await page.route("**/v1/ledger/checkpoint", (route) => route.fulfill({ contentType: "text/plain", body: old }));
  await page.reload();
  await page.getByText("Contradicts the last one seen here").waitFor();
  await page.getByText("Somebody changed or hid what was logged.").waitFor();
  await inspect(visitor, "ledger-contradiction");
  await visitor.context.close();
  await server.stop();
});

test("an entry that is not the one in that place is not shown as checked", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await page.route("**/v1/ledger/entries*", async (route) => {
    const answer = await (await route.fetch()).json();
    const [first, second] = answer.items;
    [first.digest, second.digest] = [second.digest, first.digest];
    first.signer = "<img src=x onerror=alert(1)>";
    await route.fulfill({ json: answer });
  });
  await new Ledger(page).open();
  await page.getByText("inclusion: another entry").first().waitFor();
  assert.equal(await page.getByText("inclusion: another entry").count(), 2);
  await page.getByRole("button", { name: "Hash all of them again" }).click();
  await page.getByText(/The entries that are served are not those that the head covers/).waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  await visitor.context.close();
});

test("a head that the policy's log did not sign shows no entry", async () => {
  const visitor = await pinned();
  const { page } = visitor;
  await page.route("**/v1/ledger/checkpoint", async (route) => {
    const note = await (await route.fetch()).text();
    const lines = note.split("\n");
    lines[1] = String(Number(lines[1]) + 1);
    await route.fulfill({ contentType: "text/plain", body: lines.join("\n") });
  });
  await new Ledger(page).open();
  await page.getByText("The ledger’s head does not verify").waitFor();
  assert.equal(await page.getByRole("row").count(), 0);
  await inspect(visitor, "ledger-forged");
  await visitor.context.close();
});
