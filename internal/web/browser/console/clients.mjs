// The list of clients: finding, filtering, keys, tags, what others do.
import { check, settled, toast } from "../world.mjs";

const grid = (page) => page.getByRole("grid", { name: "Clients" });
const rows = (page) => grid(page).getByRole("row").filter({ has: page.getByRole("gridcell") });

export const tests = {
  "the search finds while one types, and the address keeps it": async (world) => {
    const page = await world.window("/clients");
    await rows(page).first().waitFor();
    await page.getByRole("searchbox", { name: "Find by name, e-mail or phone" }).pressSequentially("begood joh");
    await page.waitForURL(/q=begood\+joh/);
    await grid(page).getByRole("link", { name: "Johnny Begood" }).waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll("[role=grid] a.name")].every((name) => name.textContent.includes("Begood")));
    await page.reload();
    await grid(page).getByRole("link", { name: "Johnny Begood" }).waitFor();
    check((await page.getByRole("searchbox", { name: "Find by name, e-mail or phone" }).inputValue()) === "begood joh", "the address does not bring the search back");
  },

  "filters are chips, and what they leave is what the API means": async (world) => {
    const page = await world.window("/clients");
    await rows(page).first().waitFor();
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("menuitem", { name: "Status" }).click();
    await page.getByRole("dialog", { name: "Status" }).getByText("Blacklisted").click();
    await page.getByRole("button", { name: "Done" }).click();
    await page.waitForURL(/status=BLACKLISTED/);
    const { clientReportCount } = await world.ask("{ clientReportCount(filter: {statusList: [BLACKLISTED]}) }");
    await page.getByText(`${clientReportCount} client`, { exact: false }).first().waitFor();
    await page.waitForFunction(
      (wanted) => Number(document.querySelector("[role=grid]")?.ariaRowCount) === wanted + 1,
      clientReportCount,
    );
    await page.getByRole("button", { name: "Remove the filter Status" }).click();
    await page.waitForFunction((few) => Number(document.querySelector("[role=grid]")?.ariaRowCount) > few + 1, clientReportCount);
    check(!page.url().includes("status"), "the filter stays in the address");
    // Birthdays over the end of a year.
    const days = { from: "12-20", to: "01-31" };
    const born = (await world.ask("query ($days: BirthdayRange) { clientReportCount(filter: {birthday: $days}) }", { days })).clientReportCount;
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("menuitem", { name: "Birthday" }).click();
    const choose = async (end, part, option) => {
      await page.getByRole("group", { name: end }).getByRole("button", { name: part }).click();
      await page.getByRole("option", { name: option, exact: true }).click();
    };
    await choose("From", "Month", "December");
    await choose("From", "Day", "20");
    await choose("To", "Month", "January");
    await choose("To", "Day", "31");
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("Dec 20 – Jan 31").waitFor();
    check(born > 0, "nobody of the sample has a birthday then");
    await page.waitForFunction((wanted) => Number(document.querySelector("[role=grid]")?.ariaRowCount) === wanted + 1, born);
  },

  "the list is sorted by dates too, from the newest first": async (world) => {
    await world.newClient({ firstName: "Nelly", lastName: "Newest", emailAddress: "nelly@newest.example" });
    const page = await world.window("/clients");
    const head = page.getByRole("columnheader", { name: "Created" });
    await head.getByRole("button").click();
    await page.waitForURL(/sort=-created/);
    await rows(page).first().getByRole("link", { name: "Nelly Newest" }).waitFor();
    check((await head.getAttribute("aria-sort")) === "descending", "the column does not say how it is sorted");
    await head.getByRole("button").click();
    await page.waitForURL(/sort=created/);
    const { clientConnection } = await world.ask("{ clientConnection(first: 1, orderBy: {field: CREATED_DATE}) { nodes { fullName } } }");
    await rows(page).first().getByRole("link", { name: clientConnection.nodes[0].fullName }).waitFor();
  },

  "a filter that nobody matches says so, and can be taken back": async (world) => {
    const page = await world.window("/clients?tag=nobody-has-this-tag");
    await page.getByRole("heading", { name: "No client matches" }).waitFor();
    await page.getByRole("button", { name: "Clear filters" }).click();
    await rows(page).first().waitFor();
  },

  "keys move, preview, select and open; the palette finds clients": async (world) => {
    const page = await world.window("/clients?q=begood");
    await rows(page).first().waitFor();
    await page.keyboard.press("j"); // Takes the focus.
    await page.keyboard.press("j");
    const active = await page.evaluate(() => document.activeElement.getAttribute("aria-activedescendant"));
    check(active !== null, "no row is active");
    await page.keyboard.press("x");
    await page.getByRole("region", { name: "1 selected" }).waitFor();
    await page.keyboard.press(" ");
    await page.getByRole("complementary", { name: "Preview" }).getByRole("heading", { level: 2 }).waitFor();
    check(page.url().includes(`open=${active.slice("row-".length)}`), "the preview is not in the address");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/clients/${active.slice("row-".length)}`));
    await page.getByRole("tab", { name: "Overview" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("jane deer");
    await page.getByRole("option", { name: /Jane Deer/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Jane Deer", level: 1 }).waitFor();
  },

  "many are tagged at once, and untagged by undo": async (world) => {
    const ids = [];
    for (const firstName of ["Ada", "Bea", "Cleo"]) {
      ids.push(await world.newClient({ firstName, lastName: "Bulktag", emailAddress: `${firstName}@bulktag.example` }));
    }
    const tags = async () => (await Promise.all(ids.map((id) => world.client(id, "tags")))).map((client) => client.tags.join());
    const page = await world.window("/clients?q=bulktag");
    await rows(page).nth(2).waitFor();
    await page.getByRole("checkbox", { name: "Select all that are loaded" }).click({ force: true });
    await page.getByRole("button", { name: "Add tag" }).click();
    await page.getByRole("dialog", { name: "Add tag" }).getByRole("textbox", { name: "Tag" }).fill("Gold");
    await page.getByRole("button", { name: "Apply" }).click();
    await toast(page, "Tagged 3 clients").waitFor();
    check((await tags()).every((one) => one === "Gold"), `their tags are ${await tags()}`);
    await toast(page, "Tagged 3 clients").getByRole("button", { name: "Undo" }).click();
    await toast(page, "Undone").waitFor();
    check((await tags()).every((one) => one === ""), `their tags are ${await tags()}`);
  },

  "those who are selected are exported, and the list shows them alone": async (world) => {
    const lastName = `Chosen${Math.random().toString(36).replace(/[^a-z]/g, "")}`;
    for (const firstName of ["Eda", "Ewa", "Eve"]) {
      await world.newClient({ firstName, lastName, emailAddress: `${firstName}@${lastName}.example` });
    }
    const page = await world.window(`/clients?q=${lastName}`);
    await rows(page).nth(2).waitFor();
    for (const name of [`Select Eda ${lastName}`, `Select Eve ${lastName}`]) {
      await page.getByRole("checkbox", { name }).click({ force: true });
    }
    await page.getByRole("region", { name: "2 selected" }).getByRole("link", { name: "Export" }).click();
    await page.getByRole("button", { name: "Export clients" }).click();
    await page.getByText("2 clients", { exact: false }).first().waitFor();
    await page.getByRole("link", { name: "Show the list" }).click();
    await grid(page).getByRole("link", { name: `Eve ${lastName}` }).waitFor();
    check((await rows(page).count()) === 2, `${await rows(page).count()} rows are shown`);
    // A search beside it finds among them alone.
    await page.getByRole("searchbox", { name: "Find by name, e-mail or phone" }).fill(`${lastName} ewa`);
    await page.getByRole("heading", { name: "No client matches" }).waitFor();
    await page.getByRole("button", { name: "Remove the filter Selected by hand" }).click();
    await grid(page).getByRole("link", { name: `Ewa ${lastName}` }).waitFor();
  },

  "beside a preview no column is cut through": async (world) => {
    const page = await world.window("/clients?q=begood&open=4658091&cols=email,phone,tags,city,created", { viewport: { width: 1160, height: 700 } });
    await settled(page);
    const cut = () =>
      page.evaluate(() => {
        const end = document.querySelector("[role=grid]").getBoundingClientRect().right;
        return [...document.querySelectorAll("[role=columnheader]")].filter((head) => head.getBoundingClientRect().right > end).map((head) => head.textContent);
      });
    check((await cut()).length === 0, `the preview cuts ${await cut()}`);
    await page.getByRole("columnheader", { name: "E-mail" }).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("columnheader", { name: "Created" }).waitFor();
  },

  "what others do is seen at once; new clients wait until asked for": async (world) => {
    const tag = `live-${Math.random().toString(36).slice(2)}`;
    const page = await world.window(`/clients?tag=${tag}`);
    await page.getByRole("heading", { name: "No client matches" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    // New for the caller, and meant by the filter.
    await world.newClient({ firstName: "Nova", lastName: "Living", emailAddress: `${tag}@living.example`, tags: [tag] });
    await page.getByRole("button", { name: "Show 1 new client" }).click();
    await grid(page).getByRole("link", { name: "Nova Living" }).waitFor();
    // A row that is shown changes where it is.
    const nova = (await world.ask(`{ clientsByTag(tag: "${tag}") { clientId } }`)).clientsByTag[0].clientId;
    await world.ask('mutation ($id: ID!) { patchClient(clientId: $id, patch: {lastName: "Lively", fullName: "Nova Lively"}) { userErrors { code } } }', { id: nova });
    await grid(page).getByRole("link", { name: "Nova Lively" }).waitFor();
    await world.ask("mutation ($id: ID!) { deleteClient(clientId: $id) { userErrors { code } } }", { id: nova });
    await grid(page).getByRole("row", { name: /Nova Lively.*Deleted/ }).waitFor();
  },

  "of a long list only what is in sight is rendered, to its end": async (world) => {
    const { clientCount } = await world.ask("{ clientCount }");
    const page = await world.window("/clients");
    await rows(page).first().waitFor();
    let most = 0;
    const loaded = () => page.evaluate(() => Math.max(0, ...[...document.querySelectorAll("[role=grid] [role=row]")].map((row) => Number(row.ariaRowIndex))) - 1);
    await grid(page).focus();
    if (clientCount > 150) {
      // What could not be read on the way is read when the server is back.
      page.expectsErrors = true;
      await page.context().setOffline(true);
      await page.keyboard.press("End");
      await grid(page).getByRole("alert").getByText("The server can’t be reached").waitFor();
      await page.context().setOffline(false);
      await grid(page).getByRole("alert").waitFor({ state: "detached" });
      await page.getByText("Live", { exact: true }).waitFor();
      page.expectsErrors = false;
    }
    for (let last = 0; last < clientCount; ) {
      await page.keyboard.press("End");
      await page.waitForFunction(
        (before) => Math.max(...[...document.querySelectorAll("[role=grid] [role=row]")].map((row) => Number(row.ariaRowIndex))) - 1 > before,
        last,
      );
      last = await loaded();
      most = Math.max(most, await page.evaluate(() => document.querySelectorAll("[role=grid] [role=row]").length));
    }
    check(most < 80, `${most} rows are rendered of ${clientCount}`);
    await page.getByText("That is everybody.").waitFor();
    console.log(`  ${clientCount} clients, at most ${most} rows at once`);
  },

  "what a role may not do is not shown, and its address says so": async (world) => {
    const page = await world.window("/clients");
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: /staff/ }).click();
    await settled(page);
    await rows(page).first().waitFor();
    check((await page.getByRole("link", { name: "Duplicates" }).count()) === 0, "staff is shown the duplicates");
    await page.goto(`${world.base}/console/duplicates`);
    await page.getByRole("heading", { name: "This is not for your role" }).waitFor();
    await page.goto(`${world.base}/console/settings/webhooks`);
    await page.getByRole("heading", { name: "This is not for your role" }).waitFor();
    check((await page.getByRole("button", { name: "New webhook" }).count()) === 0, "staff is offered a new webhook");
    await page.goto(`${world.base}/console/files`);
    await page.getByRole("heading", { name: "This is not for your role" }).waitFor();
    check((await page.getByRole("button", { name: "Export clients" }).count()) === 0, "staff is offered an export");
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: /Jane Deer/ }).click();
    await page.getByRole("link", { name: "Clients" }).click();
    await grid(page).getByRole("link", { name: "Jane Deer" }).waitFor();
  },

  "a token that is not good leads to the sign-in, which says why": async (world) => {
    const page = await world.window("/clients");
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    page.expectsErrors = true; // The browser tells of the 401.
    await page.getByLabel("Token").fill("Bearer not.a.token");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "Your sign-in has ended" }).waitFor();
    await page.getByRole("button", { name: /Olivia/ }).click();
    await rows(page).first().waitFor();
  },
};
