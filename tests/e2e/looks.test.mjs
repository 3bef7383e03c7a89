// Every page in both themes: nothing for axe, nothing on the console, no report of the policy, and no width from a phone
// to a wide screen at which anything stands out of the page.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { about, file, inspect, open, picture, registry, visit } from "./harness.mjs";
import { Inbox, Keys, PASSPHRASE, Pin, Review, Sign, Verify } from "./pages.mjs";

/** The pages that README.md shows. */
const PICTURES = ["inbox", "review", "sign", "signed"];
const WIDTHS = [360, 480, 768, 1024, 1280, 1920, 2560];

let browser;
before(async () => {
  browser = await open();
});
after(async () => browser?.close());

/** The page as it is, and at every width. */
async function look(visitor, name) {
  const { page } = visitor;
  await inspect(visitor, name);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wide, 0, `${name} is wider than ${width} px`);
  }
  await page.setViewportSize({ width: 1200, height: 780 });
  if (PICTURES.includes(name) && visitor.theme === "light") await picture(visitor, name);
  await page.setViewportSize({ width: visitor.width, height: 1100 });
}

for (const theme of ["light", "dark"]) {
  test(`every page in ${theme}`, async () => {
    const server = await registry();
    // A minute later than the registry began, whose clock runs on.
    const now = new Date(Date.parse(about.now) + 60_000).toISOString();
    const visitor = await visit(browser, server.origin, { theme, now });
    const { page } = visitor;
    const go = async (path, landmark) => {
      await page.goto(path);
      await landmark.first().waitFor();
    };
    await page.getByText("The registry offers this policy").waitFor();
    await look(visitor, "first-run");
    const pin = new Pin(page);
    await pin.type(about.words);
    await pin.pinned();
    await look(visitor, "inbox-looking");
    const keys = new Keys(page);
    await keys.open();
    await look(visitor, "keys-new");
    await keys.become("chandra.iyer");
    await look(visitor, "keys-enrolled");
    await new Inbox(page).open();
    await page.getByText("verified here").first().waitFor();
    await look(visitor, "inbox");
    await go("/?view=decided", page.getByText("proposal revoked"));
    await page.getByText("permitted", { exact: true }).waitFor();
    await look(visitor, "inbox-decided");
    await go("/?model=nothing", page.getByText("Nothing is listed here."));
    await look(visitor, "inbox-empty");

    const [revoked, , waiting] = about.proposals;
    await go(`/proposals/${revoked}`, page.getByText(/^Denied now/));
    await page.getByRole("heading", { name: "Metrics over versions" }).waitFor();
    await look(visitor, "review-revoked");
    await go(`/proposals/sha256:${"0".repeat(64)}`, page.getByText("Nothing of it is shown"));
    await page.waitForTimeout(50);
    visitor.problems.length = 0; // The browser itself notes the answer 404.
    await look(visitor, "review-missing");
    await go(`/proposals/${waiting}`, page.getByRole("heading", { name: "What changes" }));
    const review = new Review(page);
    await review.checkWeights(file("documents/weights-3.npz"));
    await page.getByText("Match", { exact: true }).waitFor();
    await look(visitor, "review");
    const closed = page.locator("main details:not([open]) > summary");
    while ((await closed.count()) > 0) await closed.first().click();
    await look(visitor, "review-opened");
    await review.continueToSign();
    await look(visitor, "sign");
    await page.locator("details > summary").filter({ hasText: "Exact bytes" }).click();
    await look(visitor, "sign-opened");
    await new Sign(page).sign(PASSPHRASE, "Checked.");
    await new Sign(page).done();
    await look(visitor, "signed");

    await go("/settings", page.getByRole("heading", { name: "Pinned policy" }));
    await look(visitor, "settings");
    await go("/verify", page.getByLabel("Files to verify"));
    await look(visitor, "verify-empty");
    const verify = new Verify(page);
    await verify.ask({ at: about.now });
    await verify.drop("trust.json", "bundle-2.json", "bundle-3.json", "approval.json", "weights-3.npz");
    await look(visitor, "verify");
    await go("/no/such/page", page.getByText("There is no page at this address."));
    await look(visitor, "not-found");
    await visitor.context.route("**/v1/**", (route) => route.abort());
    await go("/", page.getByText("The registry is not reachable."));
    visitor.offline = true;
    await look(visitor, "inbox-offline");
    await visitor.context.close();
    await server.stop();
  });
}
