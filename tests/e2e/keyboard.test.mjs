// Every step by keyboard alone: from a first visit to a signed approval, with Tab, Enter, Space and the arrow keys.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { about, file, inspect, open, registry, visit } from "./harness.mjs";
import { PASSPHRASE, Review, Sign } from "./pages.mjs";

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

/** Nothing but keys. */
class Keyboard {
  constructor(page) {
    this.page = page;
  }

  /** Presses Tab until an element has the focus, which must then be seen. */
  async to(locator) {
    await locator.waitFor();
    for (let presses = 0; presses < 120; presses += 1) {
      await this.page.keyboard.press("Tab");
      if (await locator.evaluate((element) => element === document.activeElement)) {
        // A file input lies over its area, which shows the focus for it.
        const seen = await locator.evaluate((element) => {
          const shows = (place) => {
            const { outlineStyle, outlineWidth } = getComputedStyle(place);
            return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
          };
          return shows(element) || (element.closest("label") !== null && shows(element.closest("label")));
        });
        assert(seen, `the focus on ${locator} is not seen`);
        return;
      }
    }
    assert.fail(`${locator} is not reached by Tab`);
  }

  async press(locator, key = "Enter") {
    await this.to(locator);
    await this.page.keyboard.press(key);
  }

  async type(locator, text) {
    await this.to(locator);
    await this.page.keyboard.type(text);
  }

  async choose(locator, path) {
    await this.to(locator);
    const chooser = this.page.waitForEvent("filechooser");
    // A busy browser may swallow a press; a person presses again.
    const again = setInterval(() => void this.page.keyboard.press("Enter"), 5000);
    await this.page.keyboard.press("Enter");
    await (await chooser).setFiles(path);
    clearInterval(again);
  }
}

test("from a first visit to a signed approval", async () => {
  const visitor = await visit(browser, server.origin);
  const { page } = visitor;
  const keyboard = new Keyboard(page);
  const button = (name) => page.getByRole("button", { name });
  const link = (name) => page.getByRole("navigation", { name: "Main" }).getByRole("link", { name });

  await page.getByText("The registry offers this policy").waitFor();
  await keyboard.type(page.getByLabel("The eight words, or the digest"), about.words);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();

  await keyboard.press(link("Keys"));
  await keyboard.press(page.getByText("Import a key that I have"));
  await keyboard.choose(page.getByLabel("Key file"), file("keys/chandra.iyer.pem"));
  await page.getByText("chandra.iyer.pem").waitFor();
  await keyboard.type(page.getByLabel("Name of the key"), "chandra, laptop");
  await keyboard.type(page.getByLabel("Passphrase in this browser"), PASSPHRASE);
  await keyboard.type(page.getByLabel("The passphrase again"), PASSPHRASE);
  await page.keyboard.press("Enter");

  await page.getByRole("heading", { name: "Prove the backup" }).waitFor();
  const download = page.waitForEvent("download");
  await keyboard.press(button(/^Save .*placet-key/));
  await keyboard.choose(page.getByLabel("Backup file"), await (await download).path());
  await page.getByText("Backup of this key").waitFor();
  await keyboard.type(page.getByLabel("Passphrase", { exact: true }), PASSPHRASE);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Backup proved" }).waitFor();
  await keyboard.press(button("Run the self-test"), "Space");
  await page.getByRole("heading", { name: "Enrolled" }).waitFor();
  await keyboard.press(button("Lock now"), "Space");

  await keyboard.press(link(/^Inbox/));
  await page.getByText("verified here").first().waitFor();
  await page.keyboard.press("j");
  const row = page.getByRole("link", { name: /^digits-classifier/ }).first();
  const focused = (locator) => locator.evaluate((element) => element === document.activeElement);
  assert(await focused(row), "the first row has the focus");
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys of the inbox" });
  await help.getByText("to the next proposal").waitFor();
  assert(await focused(help.getByRole("button", { name: "Close" })), "the focus is in the dialog");
  await page.keyboard.press("k");
  assert(await focused(help.getByRole("button", { name: "Close" })), "and stays there");
  await inspect(visitor, "inbox-keys");
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  assert(await focused(row), "the focus is back");
  await page.keyboard.press("Enter");
  await new Review(page).shown();
  await page.getByRole("heading", { name: "What changes" }).waitFor();
  await keyboard.choose(page.getByLabel("Weights", { exact: true }), file("documents/weights-3.npz"));
  await page.getByText("Match", { exact: true }).waitFor();
  await keyboard.press(page.getByText(/^The whole text,/));
  await page.getByLabel("The whole text that is signed").waitFor();

  await keyboard.press(page.getByRole("link", { name: "Continue to sign" }).first());
  await button("Sign approval").waitFor();
  await keyboard.type(page.getByLabel("Passphrase"), PASSPHRASE);
  await keyboard.type(page.getByLabel("Comment, signed and public"), "Read from top to bottom.");
  await keyboard.press(page.getByRole("checkbox", { name: /^Keep the key open/ }), "Space");
  await keyboard.press(button("Sign approval"));
  assert.equal(await new Sign(page).done(), "Signed, quorum complete");
  await keyboard.press(page.getByRole("link", { name: "Back to the inbox" }));
  await page.getByRole("heading", { level: 1, name: "Inbox" }).waitFor();
  await page.getByText(/^Key open, locks in/).waitFor();

  await keyboard.press(page.getByRole("radio", { name: "System" }), "ArrowRight");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  assert.deepEqual(visitor.problems, []);
  await visitor.context.close();
});

test("a new key is enrolled, and the skip link leads past the rail", async () => {
  const visitor = await visit(browser, server.origin, { path: "/keys" });
  const { page } = visitor;
  const keyboard = new Keyboard(page);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await keyboard.press(page.getByRole("link", { name: "Skip to the content" }));
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await keyboard.type(page.getByLabel("Name of the key"), "fresh");
  await keyboard.type(page.getByLabel("Passphrase in this browser"), PASSPHRASE);
  await keyboard.type(page.getByLabel("The passphrase again"), PASSPHRASE);
  await page.keyboard.press("Enter");
  const save = page.getByRole("button", { name: /^Save .*placet-key/ });
  const download = page.waitForEvent("download");
  await keyboard.press(save);
  await keyboard.choose(page.getByLabel("Backup file"), await (await download).path());
  await page.getByText("Backup of this key").waitFor();
  await keyboard.type(page.getByLabel("Passphrase", { exact: true }), PASSPHRASE);
  await page.keyboard.press("Enter");
  await keyboard.press(page.getByRole("button", { name: "Run the self-test" }));
  await keyboard.type(page.getByLabel("Name in the policy"), "fresh.person");
  await keyboard.type(page.getByLabel("Name to show"), "Fresh Person");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Enrolment asked for" }).waitFor();
  assert.deepEqual(visitor.problems, []);
  await visitor.context.close();
});
