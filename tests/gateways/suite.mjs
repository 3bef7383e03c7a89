// What every real gateway must do: let an approved model through, refuse everything else, and stop when it is revoked.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { AGE, World, ask, raw, until } from "./harness.mjs";

const PROBLEM = (codes, route) => ({ codes, route, status: 403, title: "Refused", type: "urn:placet:problem:refused" });

/** A refusal is 403 with the problem document and its codes. */
function refused(answer, codes, route = null) {
  assert.equal(answer.status, 403, JSON.stringify(answer));
  assert.deepEqual(answer.body, PROBLEM(codes, route));
  assert.equal(answer.headers["content-type"], "application/problem+json");
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.equal(answer.headers["placet-codes"], codes.join(","));
}

/** Runs everything against a gateway; `pushed` where the registry reaches it at once. */
export function suite(name, gateway, { pushed }) {
  describe(name, () => {
    const world = new World();
    let gate;
    const permitted = (model) => until(() => ask(gate.port, `/${model}/predict`), ({ status }) => status === 200);

    before(async () => {
      await world.make(["digits", "letters", "figures"]);
      const other = `sha256:${"1".repeat(64)}`;
      const more = (configuration) => {
        const [digits] = configuration.routes;
        configuration.routes.push({ ...digits, name: "swapped", path: "/swapped", weights: { ...digits.weights, digest: other } });
        configuration.routes.push({ ...digits, name: "elsewhere", path: "/elsewhere", scope: "us-east" });
      };
      gate = await gateway(world, world.configuration(["digits", "letters", "figures"], more));
    });
    after(async () => {
      await gate?.stop();
      await world.end();
    });

    test("an approved model is let through, with the decision", async () => {
      const { body } = await permitted("digits");
      assert.match(body.headers["placet-decision"], /^sha256:[0-9a-f]{64}$/);
      assert.equal(body.target, "/digits/predict");
      const answers = await Promise.all(Array.from({ length: 40 }, () => ask(gate.port, "/digits/predict?a=b")));
      assert.deepEqual(answers.map(({ status }) => status), Array(40).fill(200));
    });

    test("other weights and another place are refused", async () => {
      const swapped = await until(() => ask(gate.port, "/swapped"), ({ body }) => !body.codes?.includes("trust_missing"));
      // The registry has no evidence for weights that nobody trained.
      refused(swapped, ["bundle_missing"], "swapped");
      const elsewhere = await until(() => ask(gate.port, "/elsewhere"), ({ body }) => body.codes?.includes("scope_not_approved"));
      refused(elsewhere, ["scope_not_approved"], "elsewhere");
    });

    test("an open path passes without a decision, and nothing else does", async () => {
      const { status, body } = await ask(gate.port, "/healthz");
      assert.equal(status, 200);
      assert.equal(body.headers["placet-decision"] ?? "", "");
      refused(await ask(gate.port, "/"), ["route_unknown"]);
      refused(await ask(gate.port, "/digitsb"), ["route_unknown"]);
    });

    test("path tricks reach no other route", async () => {
      await permitted("digits");
      for (const [target, code] of [
        ["/healthz/../digits", "path_dot_segment"],
        ["/healthz/%2e%2e/digits", "path_dot_segment"],
        ["/healthz/%2E./digits", "path_dot_segment"],
        ["/healthz//digits", "path_empty_segment"],
        ["//digits", "path_empty_segment"],
        ["/healthz/..%2fdigits", "path_encoded_delimiter"],
        ["/healthz/..%5cdigits", "path_encoded_delimiter"],
        ["/healthz/%252e%252e/digits", "path_encoded_delimiter"],
        ["/healthz/..;/digits", "path_parameter"],
        ["/Digits/predict", "path_case"],
        ["/HEALTHZ", "path_case"],
      ]) {
        const answer = await ask(gate.port, target);
        // nginx and Envoy refuse some of these themselves.
        if (answer.status !== 400) refused(answer, [code]);
        assert.notEqual(answer.status, 200, target);
      }
      for (const target of ["/healthz%00/digits", "/digits%00", "/digits#a", "/digits\ta", "/healthz/..\\digits", "http://models.example.org/../digits"]) {
        const { status } = await ask(gate.port, target);
        assert([400, 403].includes(status), `${target}: ${status}`);
      }
    });

    test("headers of a client are not believed", async () => {
      await permitted("digits");
      const forged = `sha256:${"f".repeat(64)}`;
      const lies = [`Placet-Decision: ${forged}`, "placet-codes: none", "Placet-Decision: again", "X-Forwarded-Uri: /healthz", "X-Forwarded-Host: elsewhere.example.org", "X-Original-URL: /healthz", "X-Rewrite-URL: /healthz"];
      const passed = await ask(gate.port, "/digits", lies);
      assert.equal(passed.status, 200, JSON.stringify(passed));
      assert.match(passed.body.headers["placet-decision"], /^sha256:[0-9a-f]{64}$/);
      assert.notEqual(passed.body.headers["placet-decision"], forged);
      assert.equal(passed.body.headers["placet-codes"] ?? "", "");
      const open = await ask(gate.port, "/healthz", lies);
      assert.equal(open.body.headers["placet-decision"] ?? "", "");
      refused(await ask(gate.port, "/unknown", lies), ["route_unknown"]);
    });

    test("a second host and a smuggled request reach nothing", async () => {
      await permitted("digits");
      const two = await raw(gate.port, ["GET /digits HTTP/1.1", "Host: a.example.org", "Host: b.example.org", "Connection: close"]);
      if (two.status === 200) assert.deepEqual(two.body.hosts, ["a.example.org"], "the server behind sees the host that was judged");
      else assert([400, 403].includes(two.status));
      const none = await raw(gate.port, ["GET /digits HTTP/1.1", "Connection: close"]);
      assert.equal(none.status, 400);
      const smuggled = await raw(gate.port, ["POST /healthz HTTP/1.1", "Host: a.example.org", "Content-Length: 41", "Transfer-Encoding: chunked", "", "0", "", "GET /swapped HTTP/1.1", "Host: a.example.org", ""]);
      // Whatever of it is a request of its own has been judged like any other.
      assert(!smuggled.text.includes('"target":"/swapped"'), smuggled.text);
      const twice = await raw(gate.port, ["POST /healthz HTTP/1.1", "Host: a.example.org", "Content-Length: 0", "Content-Length: 30", "Connection: close"]);
      assert.equal(twice.status, 400);
    });

    test("what happened is counted", async () => {
      const metrics = await (gate.gate ?? gate).metrics();
      assert.match(metrics, /requests_total.*digits.*permit/);
      await until((gate.gate ?? gate).metrics, (text) => /refusals_total.*route_unknown/.test(text), 5);
    });

    test(`a revocation stops a model ${pushed ? "at once" : "within the age of a list"}`, async () => {
      await permitted("letters");
      world.revoke("letters");
      const begun = Date.now();
      const answer = await until(() => ask(gate.port, "/letters"), ({ status }) => status === 403, AGE);
      refused(answer, ["proposal_revoked"], "letters");
      if (pushed) assert(Date.now() - begun < 1000, `${Date.now() - begun} ms`);
      assert.equal((await permitted("digits")).status, 200);
    });

    test("the registry's outage is survived for the age of a list, and no longer; a restart does not help", async () => {
      await permitted("digits");
      await world.process.stop();
      assert.equal((await ask(gate.port, "/digits")).status, 200);
      await sleep(1000);
      assert.equal((await ask(gate.port, "/digits")).status, 200);
      if (pushed) {
        await gate.restart();
        assert.equal((await ask(gate.port, "/digits")).status, 200, "what was kept serves on");
        refused(await ask(gate.port, "/letters"), ["proposal_revoked"], "letters");
      }
      const stale = await until(() => ask(gate.port, "/digits"), ({ status }) => status === 403, AGE + 1);
      refused(stale, ["list_stale"], "digits");
      await gate.restart();
      const codes = pushed ? ["list_stale"] : ["trust_missing"];
      refused(await ask(gate.port, "/digits"), codes, "digits");
      await world.serve();
      await permitted("digits");
      const letters = await until(() => ask(gate.port, "/letters"), ({ body }) => body.codes?.includes("proposal_revoked"));
      assert.equal(letters.status, 403);
    });
  });
}
