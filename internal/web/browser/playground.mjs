// Opens the playground of a running server in a headless Chromium, runs the
// first example and looks at what comes back:
//
//   node playground.mjs http://127.0.0.1:8080 [screenshot.png]
//
// Exits 0 when the answer is in the result pane, every example is a tab, the
// schema is loaded, the token is stored nowhere, and the browser logged no
// error and no violation of the page's policy; else 1, saying what was wrong.
// CHROMIUM is the browser's path, /usr/bin/chromium by default.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const patience = 30_000; // Milliseconds for one step, on a slow machine.
const examples = ["FirstLook", "ClientsByName", "ClientConnection", "PatchClient"];
const expected = "Jimmy Begood";

// The container this runs in is the sandbox; the rest keeps Chromium from
// talking to anybody but the server.
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

function check(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

// collectComplaints gathers what a developer would see in red in the console.
async function collectComplaints(page, complaints) {
  page.on("console", (message) => {
    if (message.type() === "error" || message.text().includes("Content Security Policy")) {
      complaints.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => complaints.push(`page error: ${error.stack || error}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") { // The page's own doing.
      complaints.push(`request failed: ${request.url()}: ${reason}`);
    }
  });
  await page.exposeFunction("reportViolation", (text) => complaints.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.reportViolation(`${event.effectiveDirective} blocked ${event.blockedURI}`);
    });
  });
}

async function runFirstExample(page, base) {
  await page.goto(base, { waitUntil: "load" });
  check((await page.title()) === "clientgraph", `the page's title is ${await page.title()}`);

  const token = await page.evaluate(async () => {
    const html = await (await fetch("/")).text();
    const served = new DOMParser().parseFromString(html, "text/html");
    return JSON.parse(served.getElementById("playground").dataset.config).token;
  });
  check(token !== "", "the server gave the playground no token");

  await page.locator(".graphiql-query-editor .view-lines").getByText("FirstLook").waitFor();
  for (const name of examples) {
    await page.locator(".graphiql-tab").getByText(name, { exact: true }).waitFor();
  }

  const answered = page.waitForResponse((response) =>
    (response.request().postData() ?? "").includes("query FirstLook"),
  );
  await page.locator(".graphiql-execute-button").click();
  const status = (await answered).status();
  check(status === 200, `the first example was answered with status ${status}`);
  await resultHolds(page, expected);
  return token;
}

// resultHolds waits for text in the result pane. The editor draws spaces as
// no-break ones.
async function resultHolds(page, text) {
  try {
    await page.waitForFunction(
      (wanted) => {
        const pane = document.querySelector(".result-window .view-lines");
        return pane !== null && pane.textContent.replaceAll("\u00a0", " ").includes(wanted);
      },
      text,
      { timeout: patience },
    );
  } catch (error) {
    const shown = await page.locator(".result-window").textContent();
    throw new Error(`the result pane has no "${text}" but: ${shown}`, { cause: error });
  }
}

// The documentation pane names the root types once introspection came back.
async function schemaIsLoaded(page) {
  await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
  await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Hide Documentation Explorer" }).click();
}

async function tokenIsStoredNowhere(page, token) {
  // GraphiQL writes its storage a moment late; the history comes with a run.
  await page.waitForFunction(() =>
    Object.keys(localStorage).some((key) => key.endsWith("graphiql:queries")),
  );
  const found = await page.evaluate(
    (secret) =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]).includes(secret) ||
      document.documentElement.outerHTML.includes(secret),
    token,
  );
  check(!found, "the token is in the browser's storage or in the document");
}

async function main([base, screenshot = ".ci/out/playground.png"]) {
  check(base, "usage: node playground.mjs BASE-URL [SCREENSHOT.png]");
  const profile = await mkdtemp(join(tmpdir(), "playground-"));
  const complaints = [];
  let context;
  try {
    context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: flags,
      headless: true,
      viewport: { width: 1440, height: 860 },
      timeout: patience,
    });
    context.setDefaultTimeout(patience);
    const page = context.pages()[0] ?? (await context.newPage());
    await collectComplaints(page, complaints);
    try {
      const token = await runFirstExample(page, base);
      await schemaIsLoaded(page);
      await tokenIsStoredNowhere(page, token);
    } finally {
      await mkdir(dirname(screenshot), { recursive: true });
      await page
        .screenshot({ path: screenshot })
        .catch((error) => complaints.push(`no screenshot: ${error.message}`));
    }
    check(complaints.length === 0, "the browser complained");
    console.log(`playground: ${expected} is there, nothing in the console; screenshot in ${screenshot}`);
  } catch (error) {
    console.error(`playground: ${error.message}`);
    complaints.forEach((complaint) => console.error(`  ${complaint}`));
    process.exitCode = 1;
  } finally {
    await context?.close();
    await rm(profile, { recursive: true, force: true });
  }
}

await main(process.argv.slice(2));
