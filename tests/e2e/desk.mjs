// A directory with an organisation in it, and the `placet` command as its people use it.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { need } from "./harness.mjs";

const source = resolve(import.meta.dirname, "../..");
const placet = need("PLACET_E2E_PLACET");
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PLACET_")));

/** The weights, metrics and card of a version of the model that was really trained. */
export const fixture = (version, name) => join(source, "tests/fixtures/digits-classifier", version, name);

export class Desk {
  /** The example organisation, with a registry's own keys in its policy. */
  static async founded() {
    const desk = new Desk();
    desk.directory = mkdtempSync(join(tmpdir(), "placet-desk-"));
    const keys = JSON.parse(await desk.run("serve --data data --make-keys --json"));
    const plan = readFileSync(join(source, "cli/examples/organisation.toml"), "utf8");
    desk.write("organisation.toml", plan.replace("[principals.registry]", `[principals.registry]\npublic_key = "${keys.list_key}"`));
    const founded = await desk.run("init --from organisation.toml");
    desk.words = /in words +(.*)/.exec(founded)[1];
    desk.pin = desk.read("placet/pins").trim().split("\n").at(-1);
    return desk;
  }

  path(name) {
    return join(this.directory, name);
  }

  read(name) {
    return readFileSync(this.path(name), "utf8");
  }

  write(name, text) {
    writeFileSync(this.path(name), text);
  }

  /** Runs the command, and gives its exit code and what it says. */
  try(line, ...more) {
    const options = { cwd: this.directory, env: environment, maxBuffer: 64 << 20 };
    return new Promise((done) => {
      execFile(placet, [...line.split(" "), ...more], options, (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }));
    });
  }

  /** Runs the command, which must succeed, and gives what it says. */
  async run(line, ...more) {
    const { code, stdout, stderr } = await this.try(line, ...more);
    assert.equal(code, 0, `placet ${line}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Serves the registry with the console on a free port. */
  async serve() {
    const first = ["--pin", this.pin, "--policy", "placet/policies/0001.json", "--console", need("PLACET_E2E_CONSOLE")];
    const line = "serve --data data --listen 127.0.0.1:0 --json".split(" ");
    this.server = spawn(placet, [...line, ...first], { cwd: this.directory, env: { ...environment, RUST_LOG: "warn" }, stdio: ["ignore", "pipe", "inherit"] });
    const { value } = await createInterface({ input: this.server.stdout })[Symbol.asyncIterator]().next();
    assert(value, "the registry did not start");
    this.origin = JSON.parse(value).url;
  }

  /** Sends what is new in the directory to the registry. */
  push() {
    return this.run(`push --registry ${this.origin}`);
  }

  /** Takes in what the registry has. */
  pull() {
    return this.run(`pull --registry ${this.origin}`);
  }

  async close() {
    if (this.server?.exitCode === null) {
      const ended = new Promise((done) => this.server.once("exit", done));
      this.server.kill("SIGTERM");
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
