// What the browser's tests share: a browser, a window for each person, what the
// API says, and what a developer would see in red.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const patience = 60_000; // Milliseconds for one step, on a slow machine.

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export function check(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

export class World {
  constructor(base, browser, profile, shots) {
    this.base = base;
    this.browser = browser;
    this.profile = profile;
    this.shots = shots;
    this.windows = [];
    this.complaints = [];
  }

  static async open(base, shots) {
    const profile = await mkdtemp(join(tmpdir(), "console-"));
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      // The container this runs in is the sandbox.
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"],
      headless: true,
      timeout: patience,
    });
    return new World(base, browser, profile, shots);
  }

  async close() {
    await this.browser.close();
    await rm(this.profile, { recursive: true, force: true });
  }

  // window is a browser window of its own: another person at another desk.
  async window(path, options = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US", ...options });
    context.setDefaultTimeout(patience);
    this.windows.push(context);
    const page = await context.newPage();
    await this.listen(page);
    if (path) {
      await page.goto(`${this.base}/console${path}`);
    }
    return page;
  }

  async listen(page) {
    page.on("console", (message) => {
      // Of a busy server the console asks again.
      const busy = /status of (429|503)/.test(message.text());
      if (message.type() === "error" && !busy && !page.expectsErrors) {
        this.complaints.push(`console: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.complaints.push(`page error: ${error.stack || error}`));
    await page.exposeFunction("reportViolation", (text) => this.complaints.push(`policy: ${text}`));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        window.reportViolation(`${event.effectiveDirective} blocked ${event.blockedURI}`);
      });
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          if (!entry.hadRecentInput) {
            window.shifts.push(entry.value);
          }
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
  }

  // closeWindows ends a test: nothing of it is left for the next one.
  async closeWindows() {
    await Promise.all(this.windows.splice(0).map((context) => context.close()));
    const complaints = this.complaints.splice(0);
    check(complaints.length === 0, `the browser complained:\n  ${complaints.join("\n  ")}`);
  }

  // identities are those that the server offers to developers, by role.
  async identities() {
    const html = await (await fetch(`${this.base}/console`)).text();
    const config = /data-config="([^"]*)"/.exec(html)[1].replaceAll("&#34;", '"').replaceAll("&amp;", "&").replaceAll("&#43;", "+");
    return JSON.parse(config).identities;
  }

  // ask is a caller beside the console, by default an owner.
  async ask(query, variables = {}, role = "OWNER") {
    const { token } = (await this.identities()).find((one) => one.role === role);
    const answer = await fetch(`${this.base}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    if (answer.status === 429 || answer.status === 503) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get("retry-after") || 1)));
      return this.ask(query, variables, role);
    }
    const { data, errors } = await answer.json();
    check(!errors, `the API answered ${JSON.stringify(errors)}`);
    return data;
  }

  // newClient makes a client of a name that no other test uses.
  async newClient(input) {
    const { createClient } = await this.ask(
      "mutation ($input: CreateClientInput!) { createClient(input: $input) { client { clientId version } userErrors { code field } } }",
      { input },
    );
    check(createClient.client, `no client was made: ${JSON.stringify(createClient.userErrors)}`);
    return createClient.client.clientId;
  }

  async client(clientId, selection) {
    return (await this.ask(`query ($id: ID!) { client(clientId: $id) { ${selection} } }`, { id: clientId })).client;
  }
}

// accessible fails for what axe finds, but for parts of libraries: exclude has
// their selectors.
export async function accessible(page, what, exclude = []) {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate(axeSource);
  }
  const violations = await page.evaluate(async (exclude) => {
    // Things that fade in are measured when they are there.
    await Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => {})));
    const found = await window.axe.run({ include: [["html"]], exclude: exclude.map((one) => [one]) }, { resultTypes: ["violations"] });
    return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " " + (node.any[0]?.message ?? "")).join(" | ")}`);
  }, exclude);
  check(violations.length === 0, `${what}: axe finds\n  ${violations.join("\n  ")}`);
}

// settled waits until nothing on the page is still loading.
export async function settled(page) {
  await page.locator("main").waitFor();
  await page.waitForFunction(
    () => !document.querySelector("[aria-busy=true], .skeleton") && document.querySelector("main")?.textContent !== "",
  );
}

export function toast(page, text) {
  return page.locator(".toast").filter({ hasText: text });
}
