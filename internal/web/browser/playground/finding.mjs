// What there is to run: examples, links, the schema, on a desk and on a phone.
import { accessible, check } from "../world.mjs";
import { become, example, open, run, told } from "./desk.mjs";

const firstSteps = ["FirstLook", "ClientsByName", "ClientConnection", "PatchClient"];

export const tests = {
  async "the first example is answered, and no token is stored"(world) {
    const page = await open(world);
    check((await page.title()) === "clientgraph", `the page's title is ${await page.title()}`);
    for (const name of firstSteps) {
      await page.locator(".graphiql-tab").getByText(name, { exact: true }).waitFor();
    }
    await run(page, "Jimmy Begood");
    await told(page, /^Olivia: cost \d+ of 50,000 points$/);
    await page.screenshot({ path: `${world.shots}/playground.png` });
    // GraphiQL's tabs hold the button that closes them.
    await accessible(page, "the playground", [".graphiql-tab"]);

    // GraphiQL writes its storage a moment late; the history comes with a run.
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith("graphiql:queries")));
    const tokens = (await world.identities()).map((one) => one.token.split(".")[0]);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML]),
    );
    check(tokens.length === 5 && !tokens.some((token) => kept.includes(token)), "a token is in the browser's storage or in the document");
  },

  async "the schema and the explorer are there"(world) {
    const page = await open(world);
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Show GraphiQL Explorer" }).click();
    await page.locator(".graphiql-explorer-root").getByText("client", { exact: true }).first().waitFor();
  },

  async "each endpoint of the reference has an example that opens in a tab"(world) {
    const page = await open(world);
    await page.getByRole("button", { name: "Show Examples" }).click();
    const reference = page.getByRole("region", { name: "The REST reference" }).getByRole("button");
    check((await reference.count()) === 19, `${await reference.count()} examples of the reference`);
    await example(page, "ReportCount");
    await run(page, '"clientReportCount"');
    await example(page, "ClientIds");
    await run(page, '"clientIdList"');
    const tabs = await page.locator(".graphiql-tab").count();
    // An example that is open is not opened twice.
    await example(page, "ReportCount");
    check((await page.locator(".graphiql-tab").count()) === tabs, "an example that is open was opened again");
  },

  async "a link opens an operation, with its variables and whose it is, and does not run it"(world) {
    const search = new URLSearchParams({
      query: "query Linked($id: ID!) { client(clientId: $id) { fullName } me { role } }",
      variables: '{"id": 4922146}',
      as: "STAFF",
    });
    const page = await world.window("");
    let ran = 0;
    page.on("request", (request) => (ran += (request.postData() ?? "").includes("query Linked") ? 1 : 0));
    await page.goto(`${world.base}/?${search}`);
    await page.locator(".graphiql-query-editor .view-lines").getByText("Linked").waitFor();
    check((await page.getByLabel("Ask as").inputValue()) === "STAFF", "the link's role is not chosen");
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.locator(".graphiql-doc-explorer").getByText("Query", { exact: true }).waitFor();
    check(ran === 0, "the link was run by itself");
    await run(page, '"STAFF"');
    check(page.url() === `${world.base}/`, `the address is left as ${page.url()}`);
  },

  async "the link of a tab opens what is in it"(world) {
    const page = await open(world, "", { permissions: ["clipboard-read", "clipboard-write"] });
    await become(page, "CLIENT");
    await example(page, "Typeahead");
    await run(page, '"filterClients"');
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    check(link.searchParams.get("as") === "CLIENT" && !link.href.includes("eyJ"), `the link is ${link}`);
    const other = await open(world, link.search);
    await other.locator(".graphiql-query-editor .view-lines").getByText("Typeahead").waitFor();
    await run(other, '"filterClients"');
    await told(other, /^Jane Deer: /);
  },

  async "a phone has room for operation, answer and examples"(world) {
    const page = await open(world, "", { viewport: { width: 390, height: 844 }, hasTouch: true });
    await run(page, "Jimmy Begood");
    for (const part of [".graphiql-query-editor", ".result-window", ".graphiql-sidebar", ".playground-bar"]) {
      const box = await page.locator(part).boundingBox();
      check(box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844 && box.height > 40, `${part} is at ${JSON.stringify(box)}`);
      check(part.includes("sidebar") || box.width > 300, `${part} is ${box.width} pixels wide`);
    }
    check(await page.evaluate(() => document.documentElement.scrollWidth <= 390), "the page is wider than the phone");
    await page.screenshot({ path: `${world.shots}/playground-phone.png` });
    await page.getByRole("button", { name: "Show Examples" }).click();
    const panel = await page.locator(".playground-examples").boundingBox();
    check(panel.width > 300, `the examples are ${panel.width} pixels wide`);
    await example(page, "ClientCount");
    await page.locator(".playground-examples").waitFor({ state: "hidden" });
    await run(page, '"clientCount"');
  },
};
