// The registry's own description of its interface, turned against it: whatever schemathesis makes up, the registry
// answers as it says that it does, and stays alive.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { about, need, registry } from "./harness.mjs";

let server;
before(async () => {
  server = await registry({ unlimited: true });
});
after(async () => server?.stop());

/** Whatever is refused has one of these; schemathesis alone would not take 413 for a refusal. */
const REFUSALS = '[checks.negative_data_rejection]\nexpected-statuses = ["4xx"]\n';

/** Schemathesis with these values for parameters, or with what it makes up alone. */
async function fuzz(parameters) {
  const config = join(mkdtempSync(join(tmpdir(), "placet-fuzz-")), "schemathesis.toml");
  const lines = Object.entries(parameters).map(([name, value]) => `"${name}" = "${value}"`);
  writeFileSync(config, [REFUSALS, "[parameters]", ...lines, ""].join("\n"));
  const options = [
    ...["--config-file", config, "run", `${server.origin}/v1/openapi.json`],
    // A description cannot say which documents are signed by whom, so well-formed ones are refused all the same.
    ...["--checks", "all", "--exclude-checks", "positive_data_acceptance"],
    // A stream of events has no end; the registry's own tests read it.
    ...["--exclude-path", "/v1/events"],
    ...["--max-examples", "40", "--seed", "20261122", "--request-timeout", "20", "--no-color"],
  ];
  const { error, stdout } = await new Promise((done) => {
    execFile(need("PLACET_E2E_SCHEMATHESIS"), options, { maxBuffer: 64 << 20 }, (error, stdout) => done({ error, stdout }));
  });
  rmSync(dirname(config), { recursive: true });
  // A made-up body can be long.
  console.log(stdout.replaceAll(/^.{500}.*$/gm, (line) => `${line.slice(0, 500)}…`));
  assert.equal(error?.code ?? 0, 0, "schemathesis found something; it stands above");
}

/** It is there, ready, and has what it had. */
async function alive() {
  assert.equal((await fetch(`${server.origin}/readyz`)).status, 200, "it is no longer ready");
  for (const proposal of about.proposals) {
    assert.equal((await fetch(`${server.origin}/v1/bundles/${proposal}`)).status, 200, `it lost ${proposal}`);
  }
}

test("no request that the description allows or forbids breaks the registry", async () => {
  await fuzz({});
  await alive();
});

test("nor does any about what it holds", async () => {
  await fuzz({ "path.digest": about.proposals[2], "path.model_id": "digits-classifier", "query.principal": "chandra.iyer" });
  await alive();
});
