// Journey 12: verifying files with no network.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { about, file, inspect, open, registry, visit } from "./harness.mjs";
import { Verify } from "./pages.mjs";

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

const at = "2026-11-22T14:05:00Z";

test("a bundle is decided gate by gate with the network off", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify" });
  const verify = new Verify(visitor.page);
  await verify.ask({ at, pin: about.pin });
  await visitor.context.setOffline(true);
  await verify.drop("trust.json", "bundle-2.json", "bundle-3.json");
  assert.equal(await verify.outcome("bundle-2.json"), "Permit");
  assert.equal(await verify.outcome("bundle-3.json"), "Deny");
  const gates = await verify.gates("bundle-3.json");
  assert.equal(gates.Quorum, "fail");
  assert.equal(gates.Policy, "pass");
  visitor.problems.length = 0; // The browser itself notes that it is offline.
  await inspect(visitor, "verify");
  await visitor.context.close();
});

test("without a pin nothing is permitted, and the page says so", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify" });
  const verify = new Verify(visitor.page);
  await verify.ask({ at });
  await verify.drop("trust.json", "bundle-2.json");
  assert.equal(await verify.outcome("bundle-2.json"), "Deny");
  await visitor.page.getByText("No policy is pinned, so nothing can be verified.").waitFor();
  await visitor.context.close();
});

test("a trust document of another root permits nothing under my pin", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify" });
  const verify = new Verify(visitor.page);
  await verify.ask({ at, pin: about.pin });
  await verify.drop("trust-of-another.json", "bundle-2.json");
  assert.equal(await verify.outcome("bundle-2.json"), "Deny");
  await visitor.context.close();
});

test("the time that is asked about decides", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify" });
  const verify = new Verify(visitor.page);
  await verify.ask({ at: "2026-12-01T00:00:00Z", pin: about.pin });
  await verify.drop("trust.json", "bundle-2.json");
  assert.equal((await verify.gates("bundle-2.json")).Validity, "fail");
  await verify.ask({ at: "tomorrow" });
  await visitor.page.getByText("Exactly YYYY-MM-DDTHH:MM:SSZ.").waitFor();
  await visitor.context.close();
});

test("weights that were dropped are asked about, and others are denied with both digests", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify" });
  const verify = new Verify(visitor.page);
  await verify.ask({ at, pin: about.pin });
  await verify.drop("trust.json", "bundle-2.json", "weights-2.npz");
  assert.equal(await verify.outcome("bundle-2.json"), "Permit");
  await visitor.page.getByRole("button", { name: "Clear all files" }).click();
  await verify.drop("trust.json", "bundle-2.json", "weights-3.npz");
  assert.equal(await verify.outcome("bundle-2.json"), "Deny");
  assert.equal((await verify.gates("bundle-2.json")).Subject, "fail");
  await inspect(visitor, "verify-weights");
  await visitor.context.close();
});

test("a forged approval is listed as not counted", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify" });
  const verify = new Verify(visitor.page);
  await verify.ask({ at, pin: about.pin });
  await verify.drop("trust.json", "bundle-forged.json");
  assert.equal(await verify.outcome("bundle-forged.json"), "Deny");
  await verify.result("bundle-forged.json").getByText("not counted: signer mismatch").waitFor();
  await visitor.context.close();
});

test("hostile files get a code and leave the page alive", async () => {
  const visitor = await visit(browser, server.origin, { path: "/verify", theme: "dark" });
  const verify = new Verify(visitor.page);
  await verify.ask({ at, pin: about.pin });
  const json = (name, text) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  await visitor.page.getByLabel("Files to verify").setInputFiles([
    json("twice.json", '{"media_type":1,"media_type":2}'),
    json("deep.json", `{"payloadType":${"[".repeat(100)}`),
    json("<img src=x onerror=alert(1)>.json", '{"payloadType":"<script>alert(1)</script>","payload":"e30=","signatures":[]}'),
    json("empty.json", ""),
    json("binary.json", "\0\xff\xfe"),
  ]);
  await verify.result("binary.json").waitFor();
  await verify.result("twice.json").getByText("duplicate_key").waitFor();
  await verify.result("deep.json").getByText("nesting_too_deep").waitFor();
  await verify.drop("approval.json", "trust.json");
  await verify.result("approval.json").getByText("Signature holds").waitFor();
  await inspect(visitor, "verify-hostile");
  await visitor.context.close();
});

for (const theme of ["light", "dark"]) {
  test(`the page fits a phone in ${theme}`, async () => {
    const visitor = await visit(browser, server.origin, { path: "/verify", theme, width: 360, height: 740 });
    const verify = new Verify(visitor.page);
    await verify.ask({ at, pin: about.pin });
    await verify.drop("trust.json", "bundle-3.json");
    await inspect(visitor, "verify");
    await visitor.context.close();
  });
}

test("an unknown address has a page of its own", async () => {
  const visitor = await visit(browser, server.origin, { path: "/no/such/page" });
  await visitor.page.getByText("There is no page at this address.").waitFor();
  await inspect(visitor, "not-found");
  await visitor.context.close();
});
