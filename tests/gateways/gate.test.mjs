// `placet gate` by itself: a static host that swaps and forgets, and what it is started with.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { World, gate, until } from "./harness.mjs";

const placet = process.env.PLACET_GATEWAYS_PLACET;

/** Asks as a proxy does. */
const authorize = async ({ port }, target, headers = {}) => {
  const answer = await fetch(`http://127.0.0.1:${port}/authorize`, { headers: { "x-forwarded-host": "a.example.org", "x-forwarded-uri": target, ...headers } });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
};

describe("placet gate", () => {
  const world = new World({ age: 3600 });
  const files = new Map();
  // A static host: files, and nothing that knows what they are.
  const host = createServer((request, response) => {
    const file = files.get(request.url);
    response.statusCode = file ? 200 : 404;
    response.end(file);
  });
  let url, bundle;
  const publish = (model, name) => {
    world.placet(`bundle ${model}@2 --output ${name}.bundle.json --trust-output ${name}.trust.json`);
    return [readFileSync(world.path(`${name}.bundle.json`)), readFileSync(world.path(`${name}.trust.json`))];
  };
  const configuration = (change = () => {}) =>
    world.configuration(["digits"], (all) => {
      all.source = { kind: "static", url: `${url}/placet` };
      change(all);
    });

  before(async () => {
    await world.make(["digits", "letters"]);
    host.listen(0, "127.0.0.1");
    await new Promise((resolve) => host.once("listening", resolve));
    url = `http://127.0.0.1:${host.address().port}`;
    world.placet(`pull --registry ${world.registry}`);
    const [digits, held] = publish("digits", "digits");
    bundle = `/placet/bundles/production/eu-west/${world.weights.digest.slice("sha256:".length)}.json`;
    files.set(bundle, digits).set("/placet/trust.json", held);
  });
  after(async () => {
    host.close().closeAllConnections();
    await world.end();
  });

  test("files on a static host are enough, and one that is swapped in use changes nothing", async () => {
    const running = await gate(world, configuration(), "swapped");
    await until(() => authorize(running, "/digits/predict"), ({ status }) => status === 200);
    const [letters] = publish("letters", "letters");
    const digits = files.get(bundle);
    files.set(bundle, letters);
    files.set("/placet/trust.json", Buffer.from("{}"));
    await until(async () => (await running.metrics()), (text) => /fetches_total\{document="trust",result="malformed"\} [1-9]/.test(text));
    assert.equal((await authorize(running, "/digits/predict")).status, 200);
    await running.restart();
    assert.equal((await authorize(running, "/digits/predict")).status, 200, "what was kept serves on");
    // Whoever begins with the swapped bundle has no evidence for this model.
    files.set("/placet/trust.json", readFileSync(world.path("digits.trust.json")));
    const fresh = await gate(world, configuration(), "fresh");
    const denied = await until(() => authorize(fresh, "/digits"), ({ body }) => body?.codes.includes("model_mismatch"));
    assert.equal(denied.status, 403);
    files.set(bundle, digits);
    await running.stop();
    await fresh.stop();
  });

  test("a host that forgets a revocation is not believed, not even after a restart", async () => {
    const running = await gate(world, configuration(), "forgetful");
    await until(() => authorize(running, "/digits"), ({ status }) => status === 200);
    const before = files.get("/placet/trust.json");
    world.revoke("digits");
    world.placet(`pull --registry ${world.registry}`);
    const [, revoked] = publish("digits", "revoked");
    files.set("/placet/trust.json", revoked);
    await until(() => authorize(running, "/digits"), ({ body }) => body?.codes.includes("proposal_revoked"));
    files.set("/placet/trust.json", before);
    const looks = async () => Number((await running.metrics()).match(/fetches_total\{document="trust",result="new"\} (\d+)/)[1]);
    const seen = await looks();
    await until(looks, (count) => count > seen);
    assert.deepEqual((await authorize(running, "/digits")).body.codes, ["proposal_revoked"]);
    await running.restart();
    assert.deepEqual((await authorize(running, "/digits")).body.codes, ["proposal_revoked"]);
    await running.stop();
  });

  test("who observes lets everything pass, and says what would have been refused", async () => {
    const running = await gate(world, configuration((all) => (all.mode = "observe")), "observing");
    const answer = await authorize(running, "/unknown");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("placet-codes"), "route_unknown");
    assert.equal(answer.headers.get("placet-decision"), "");
    assert.match(await running.metrics(), /^placet_gateway_enforcing 0$/m);
    await running.stop();
  });

  test("a proxy that does not say what it asks about gets no permit", async () => {
    const running = await gate(world, configuration(), "asked");
    const bare = await fetch(`http://127.0.0.1:${running.port}/authorize`);
    assert.equal(bare.status, 403);
    assert.deepEqual((await bare.json()).codes, ["forwarded_missing"]);
    const twice = await authorize(running, "/healthz", { "x-forwarded-host": "a.example.org, b.example.org" });
    assert.deepEqual(twice.body.codes, ["host_malformed"]);
    assert.equal((await fetch(`http://127.0.0.1:${running.port}/healthz`)).status, 200);
    assert.equal((await fetch(`http://127.0.0.1:${running.port}/`)).status, 404);
    const second = spawnSync(placet, ["gate", "--config", world.path("asked.json"), "--state", world.path("asked.state.json"), "--listen", "127.0.0.1:0"], { encoding: "utf8", timeout: 20_000 });
    assert.equal(second.status, 2);
    assert.match(second.stderr, /^error\[in_use\]/);
    await running.stop();
  });

  test("it does not start with an unsound configuration or state", () => {
    const started = (configuration, state) => {
      writeFileSync(world.path("unsound.json"), configuration);
      writeFileSync(world.path("unsound.state.json"), state);
      const said = spawnSync(placet, ["gate", "--config", world.path("unsound.json"), "--state", world.path("unsound.state.json"), "--listen", "127.0.0.1:0"], { encoding: "utf8", timeout: 20_000 });
      assert.equal(said.status, 2, said.stdout);
      return said.stderr.match(/error\[(\w+)\]/)?.[1];
    };
    const sound = JSON.stringify(configuration());
    assert.equal(started("{}", "{}"), "missing_field");
    assert.equal(started("no JSON", "{}"), "json_syntax");
    assert.equal(started(JSON.stringify(configuration((all) => (all.pins = []))), "{}"), "pins_empty");
    assert.equal(started(JSON.stringify(configuration((all) => (all.source.url = "https://a"))), "{}"), "registry_url");
    assert.equal(started(sound, "{}"), "missing_field");
    assert.equal(started(sound, "no JSON"), "json_syntax");
    assert.equal(readFileSync(world.path("unsound.state.json"), "utf8"), "no JSON", "a state that cannot be read is left as it was");
    const check = spawnSync(placet, ["gate", "--config", world.path("unsound.json"), "--check"], { encoding: "utf8" });
    assert.equal(check.status, 0, check.stderr);
  });
});
