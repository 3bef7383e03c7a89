// Page objects of the models, and of the pages that say no.

import { PASSPHRASE } from "./pages.mjs";

export class Models {
  constructor(page) {
    this.page = page;
  }

  async open() {
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Models" }).click();
    await this.page.getByRole("heading", { level: 1, name: "Models" }).waitFor();
  }

  row(model) {
    return this.page.getByRole("row").filter({ has: this.page.getByRole("link", { name: model, exact: true }) });
  }

  async count(word) {
    const cell = this.page.getByRole("region", { name: "Counts" }).locator("div").filter({ hasText: word }).locator("dd");
    return Number(await cell.innerText());
  }

  async openModel(model) {
    await this.page.getByRole("link", { name: model, exact: true }).click();
    await this.page.getByRole("heading", { level: 1, name: model }).waitFor();
  }
}

export class Against {
  constructor(page) {
    this.page = page;
  }

  async say(category, reason, passphrase = PASSPHRASE) {
    await this.page.getByLabel("Category").selectOption(category);
    await this.page.getByLabel("In your words").fill(reason);
    await this.page.getByLabel("Passphrase").fill(passphrase);
    await this.page.getByRole("button", { name: /^Sign the / }).click();
  }
}

export class Revoke {
  constructor(page) {
    this.page = page;
  }

  async fill(reason, words, model) {
    await this.page.getByLabel("Reason", { exact: true }).selectOption(reason);
    await this.page.getByLabel("In your words").fill(words);
    await this.page.getByLabel("Type the model’s name").fill(model);
  }

  async sign(passphrase = PASSPHRASE) {
    await this.page.getByLabel("Passphrase").fill(passphrase);
    await this.page.getByRole("button", { name: "Sign the revocation" }).click();
  }
}
