// Page objects: what a person does on each page, in the words that they read there.

import assert from "node:assert/strict";
import { basename } from "node:path";
import { file } from "./harness.mjs";

export const PASSPHRASE = "plunder oxidize spiffy tapestry gondola";

export class Pin {
  constructor(page) {
    this.page = page;
  }

  async type(text) {
    await this.page.getByLabel("The eight words, or the digest").fill(text);
    await this.page.getByRole("button", { name: "Compare and pin" }).click();
  }

  async pinned() {
    await this.page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
  }
}

/** "What this browser knows", as it stands beside every page on a wide screen. */
export class Rail {
  constructor(page) {
    this.region = page.getByRole("region", { name: "What this browser knows", exact: true });
  }

  fact(text) {
    return this.region.locator("dd").filter({ hasText: text });
  }
}

export class Keys {
  constructor(page) {
    this.page = page;
  }

  async open() {
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Keys" }).click();
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  }

  async fill(name, passphrase = PASSPHRASE) {
    await this.page.getByLabel("Name of the key").fill(name);
    await this.page.getByLabel("Passphrase in this browser").fill(passphrase);
    await this.page.getByLabel("The passphrase again").fill(passphrase);
  }

  async make(name) {
    await this.fill(name);
    await this.page.getByRole("button", { name: "Make the key" }).click();
    await this.page.getByRole("heading", { name: "Prove the backup" }).waitFor();
  }

  /** `opens` is the passphrase of the file, where it has one. */
  async importFile(name, path, opens = "") {
    await this.page.getByText("Import a key that I have").click();
    await this.page.getByLabel("Key file").setInputFiles(path);
    if (opens) await this.page.getByLabel("Passphrase of that file").fill(opens);
    await this.fill(name);
    await this.page.getByRole("button", { name: "Import the key" }).click();
    await this.page.getByRole("heading", { name: "Prove the backup" }).waitFor();
  }

  async saveBackup() {
    const download = this.page.waitForEvent("download");
    await this.page.getByRole("button", { name: /^Save .*placet-key/ }).click();
    return (await download).path();
  }

  async loadBackup(path, passphrase = PASSPHRASE) {
    await this.page.getByLabel("Backup file").setInputFiles(path);
    await this.page.getByText("Backup of this key").waitFor();
    await this.openBackup(passphrase);
  }

  async openBackup(passphrase) {
    await this.page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
    await this.page.getByRole("button", { name: "Open the backup" }).click();
  }

  async selfTest() {
    await this.page.getByRole("button", { name: "Run the self-test" }).click();
    await this.page.getByRole("heading", { name: "Self-test passed" }).waitFor();
  }

  async askEnrolment(name, shown) {
    await this.page.getByLabel("Name in the policy").fill(name);
    await this.page.getByLabel("Name to show").fill(shown);
    await this.page.getByRole("button", { name: "Sign and send the request" }).click();
  }

  async fingerprint() {
    return this.page.locator("dd .mono").first().innerText();
  }

  /** The eight words of the public key. */
  async words() {
    return this.page.getByRole("main").locator("ol.words li").allInnerTexts();
  }

  /** A key of the world, imported, proved and tested. */
  async become(person) {
    await this.open();
    await this.importFile(`${person}, test`, file(`keys/${person}.pem`));
    await this.loadBackup(await this.saveBackup());
    await this.selfTest();
    await this.page.getByRole("heading", { name: "Enrolled" }).waitFor();
  }
}

export class Inbox {
  constructor(page) {
    this.page = page;
  }

  async open() {
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Inbox" }).click();
    await this.page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
  }

  group(name) {
    return this.page.getByRole("region", { name });
  }
}

export class Review {
  constructor(page) {
    this.page = page;
  }

  async open(digest) {
    await this.page.goto(`/proposals/${digest}`);
    await this.shown();
  }

  async shown() {
    await this.page.getByText("Your signature covers this").waitFor();
  }

  async checkWeights(path) {
    await this.page.getByLabel("Weights", { exact: true }).setInputFiles(path);
  }

  async continueToSign() {
    await this.page.getByRole("link", { name: "Continue to sign" }).first().click();
    await this.page.getByRole("button", { name: "Sign approval" }).waitFor();
  }
}

export class Sign {
  constructor(page) {
    this.page = page;
  }

  async sign(passphrase = PASSPHRASE, comment = "") {
    if (comment) await this.page.getByLabel("Comment, signed and public").fill(comment);
    await this.page.getByLabel("Passphrase").fill(passphrase);
    await this.page.getByRole("button", { name: "Sign approval" }).click();
  }

  async done() {
    await this.page.getByRole("heading", { level: 1, name: /^Signed/ }).waitFor();
    return this.page.getByRole("heading", { level: 1 }).innerText();
  }
}

export class Verify {
  constructor(page) {
    this.page = page;
  }

  async ask({ at, pin, environment, scope }) {
    const fill = async (label, value) => value !== undefined && this.page.getByLabel(label, { exact: true }).fill(value);
    await fill("At", at);
    await fill("Pinned policy", pin);
    await fill("Environment", environment);
    await fill("Scope", scope);
  }

  /** Documents of the world. */
  async drop(...names) {
    await this.dropFiles(...names.map((name) => file(`documents/${name}`)));
  }

  async dropFiles(...paths) {
    await this.page.getByLabel("Files to verify").setInputFiles(paths);
    await this.result(basename(paths.at(-1))).waitFor();
  }

  /** The decision record as the page hands it out. */
  async record(name) {
    await this.result(name).getByRole("button", { name: "Copy the decision as JSON" }).click();
    await this.result(name).getByText("Copied").waitFor({ state: "attached" });
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  result(name) {
    return this.page.getByRole("region", { name, exact: true });
  }

  async outcome(name) {
    return this.result(name).locator(".outcome strong").innerText();
  }

  async gates(name) {
    const items = await this.result(name).locator(".gate__n").allInnerTexts();
    assert.equal(items.length, 12, "all gates are shown");
    return Object.fromEntries(items.map((text) => text.split("\n").map((part) => part.trim())));
  }
}
