// A real registry with a fresh database, a real Chromium, and what no page may do.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import UPNG from "upng-js";

export const need = (name) => {
  const value = process.env[name];
  assert(value, `${name} is not set; run \`cargo xtask test e2e\``);
  return value;
};

/** Where the example of `placet-console` has written its world. */
export const world = need("PLACET_E2E_WORLD");
export const about = JSON.parse(readFileSync(join(world, "world.json"), "utf8"));
export const file = (name) => join(world, name);

const screenshots = need("PLACET_E2E_SCREENSHOTS");
mkdirSync(screenshots, { recursive: true });

/** A registry on a free port, with the world's documents in it; `empty` leaves them out, `unlimited` takes any rate. */
export async function registry({ empty = false, unlimited = false } = {}) {
  const directory = mkdtempSync(join(tmpdir(), "placet-e2e-"));
  cpSync(file("data"), directory, { recursive: true });
  const options = ["--pin", about.pin, "--policy", file("policy.json"), "--console", need("PLACET_E2E_CONSOLE"), "--now", about.now];
  if (unlimited) options.push("--unlimited");
  const child = spawn(need("PLACET_E2E_REGISTRY"), [directory, "127.0.0.1:0", ...options], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: address } = await lines.next();
  assert(address, "the registry did not start");
  const origin = `http://${address}`;
  const submit = async (text) => {
    const answer = await fetch(`${origin}/v1/envelopes`, { method: "POST", body: text, headers: { "content-type": "application/json" } });
    assert(answer.ok, `${answer.status} ${await answer.text()}`);
  };
  if (!empty) {
    const names = readdirSync(file("documents")).filter((name) => name.startsWith("envelope-")).sort();
    for (const name of names) await submit(readFileSync(file(`documents/${name}`), "utf8"));
  }
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.stdin.end();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  return { origin, submit, stop };
}

/** One Chromium for all tests of a file. */
export async function open() {
  return chromium.launch({
    executablePath: need("PLACET_E2E_CHROMIUM"),
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A fresh profile with one page, at the world's time unless told otherwise. `problems` collects what no page may do. */
export async function visit(browser, origin, { theme = "light", width = 1440, height = 1100, path = "/", now = about.now } = {}) {
  const context = await browser.newContext({ baseURL: origin, colorScheme: theme, viewport: { width, height }, acceptDownloads: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  // A machine that compiles at the same time is slow, not wrong.
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`console: ${message.text().slice(0, 300)}`);
  });
  await page.exposeFunction("reportViolation", (text) => problems.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  if (now) await page.clock.setFixedTime(new Date(now));
  await page.goto(path);
  return { context, page, problems, theme, width };
}

/** What README.md shows: the part of the page that a person sees first. */
export async function picture({ page }, name) {
  const directory = join(screenshots, "../pictures");
  mkdirSync(directory, { recursive: true });
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement?.blur());
  const seen = UPNG.decode(await page.screenshot({ clip: { x: 0, y: 0, width: 1200, height: 780 } }));
  // The pages have few colours, and sixty-four leave a third of the bytes.
  const small = UPNG.encode(UPNG.toRGBA8(seen), seen.width, seen.height, 64);
  writeFileSync(join(directory, `${name}.png`), Buffer.from(small));
}

/** Nothing on the console, no report of the policy, nothing for axe, nothing wider than the screen; and a picture. */
export async function inspect(visitor, name) {
  const { page, problems, theme, width } = visitor;
  await page.locator("main h1").first().waitFor({ state: "attached" });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(screenshots, `${name}-${theme}-${width}.png`), fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 200)} ${n.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(found, [], `axe on ${name}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, `${name} is wider than ${width} px`);
  // Where the test cut the page off, the browser itself notes each time that it reaches nothing.
  const own = problems.filter((problem) => !(visitor.offline && problem.includes("net::ERR_FAILED")));
  assert.deepEqual(own.slice(0, 5), [], `on ${name}`);
}
