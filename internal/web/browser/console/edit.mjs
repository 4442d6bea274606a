// One client: editing it, alone and with others, with and without a network.
import { check, settled, toast } from "../world.mjs";

async function save(page) {
  await page.keyboard.press("Control+s");
}

// crowd makes so many clients, numbered by their first names, and answers their ids.
async function crowd(world, count, firstName, lastName) {
  const ids = [];
  for (let at = 0; at < count; at += 100) {
    const inputs = Array.from({ length: Math.min(100, count - at) }, (_, n) => ({
      firstName: `${firstName} ${at + n + 1}`, lastName, emailAddress: `${firstName}${at + n + 1}@${lastName}.example`.toLowerCase(),
    }));
    const { createClients } = await world.ask("mutation ($inputs: [CreateClientInput!]!) { createClients(inputs: $inputs) { results { client { clientId } } } }", { inputs });
    ids.push(...createClients.results.map((one) => one.client.clientId));
  }
  return ids;
}

export const tests = {
  "only what is changed is sent, and what is wrong is told at its field": async (world) => {
    const id = await world.newClient({ firstName: "Edda", lastName: "Editing", emailAddress: "edda@editing.example" });
    const page = await world.window(`/clients/${id}`);
    await page.getByLabel("Mobile phone").fill("+44 20 7946 0000");
    const sent = page.waitForRequest((request) => (request.postData() ?? "").includes("mutation PatchClient"));
    await save(page);
    const { variables } = JSON.parse((await sent).postData());
    check(JSON.stringify(variables.patch) === '{"cellPhone":"+44 20 7946 0000"}', `the patch was ${JSON.stringify(variables.patch)}`);
    check(variables.expectedVersion === 1 && variables.idempotencyKey, "the patch has no version or no key");
    await toast(page, "Saved").first().waitFor();
    await page.getByLabel("Email Address").fill("no address");
    await save(page);
    await page.getByRole("textbox", { name: /Email Address/, description: /e-mail address/i }).or(page.locator(".field-error").filter({ hasText: /address/i })).first().waitFor();
    check((await world.client(id, "emailAddress")).emailAddress === "edda@editing.example", "a refused edit was made");
  },

  "a refused save leads to the first field that is wrong, which says what is": async (world) => {
    const id = await world.newClient({ firstName: "Rena", lastName: "Refused", emailAddress: "rena@refused.example" });
    const page = await world.window(`/clients/${id}`);
    await page.getByLabel("Email Address").fill("no address");
    await page.getByLabel("Language and region").fill("no language at all");
    await save(page);
    const isToldIts = (message) =>
      page.waitForFunction((message) => {
        const at = document.activeElement;
        const told = (at?.getAttribute("aria-describedby") ?? "").split(" ").map((one) => document.getElementById(one)?.textContent).join(" ");
        return at?.getAttribute("aria-invalid") === "true" && told.includes(message);
      }, message);
    await isToldIts("e-mail address");
    check((await page.evaluate(() => document.activeElement.value)) === "no address", "another field than the first has the focus");
    await page.getByLabel("Email Address").fill("rena@refused.example");
    await save(page);
    await isToldIts("language tag");

    await page.goto(`${world.base}/console/clients`);
    await page.getByRole("button", { name: "New client" }).click();
    await page.getByLabel("Last name").fill("Refused");
    await page.getByRole("dialog").getByRole("button", { name: "Create client" }).click();
    await isToldIts("");
    check((await page.evaluate(() => document.activeElement.labels[0].textContent)).startsWith("First name"), "the dialog leads elsewhere");
  },

  "two windows change one field: both values are shown, and one is chosen": async (world) => {
    const id = await world.newClient({ firstName: "Connie", lastName: "Conflict", emailAddress: "connie@conflict.example", city: "Ghent" });
    const mine = await world.window(`/clients/${id}`);
    const theirs = await world.window(`/clients/${id}`);
    await mine.getByLabel("City").fill("Bruges");
    await mine.getByLabel("Company", { exact: true }).fill("Mine Ltd");
    await theirs.getByLabel("City").fill("Antwerp");
    await save(theirs);
    await toast(theirs, "Saved").waitFor();
    await save(mine);
    const dialog = mine.getByRole("dialog", { name: "Somebody else changed this client" });
    await dialog.getByRole("radio", { name: /Antwerp/ }).waitFor();
    check((await dialog.getByRole("button", { name: "Save these" }).isDisabled()) === true, "it can be saved undecided");
    check((await world.client(id, "city companyName")).city === "Antwerp", "their value is lost");
    await dialog.getByText("Bruges").click();
    await dialog.getByRole("button", { name: "Save these" }).click();
    await toast(mine, "Saved").waitFor();
    const now = await world.client(id, "city companyName");
    check(now.city === "Bruges" && now.companyName === "Mine Ltd", `the client has ${JSON.stringify(now)}`);
    // The other window, which has no changes of its own, follows.
    await theirs.waitForFunction(() => [...document.querySelectorAll("input")].some((input) => input.value === "Bruges"));
  },

  "what is saved offline is kept, and sent once when the network is back": async (world) => {
    const id = await world.newClient({ firstName: "Otto", lastName: "Offline", emailAddress: "otto@offline.example" });
    const page = await world.window(`/clients/${id}`);
    await page.getByLabel("City").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    page.expectsErrors = true; // The browser tells of each request that fails.
    await page.context().setOffline(true);
    await page.getByText("You are offline.").first().waitFor();
    await page.getByLabel("City").fill("Oslo");
    await save(page);
    await page.getByText("1 edit waits to be sent").waitFor();
    check((await world.client(id, "city")).city === null, "an edit came through though the network is off");
    await page.context().setOffline(false);
    await toast(page, "1 edit that waited was sent").waitFor();
    const now = await world.client(id, "city version");
    check(now.city === "Oslo" && now.version === 2, `the client has ${JSON.stringify(now)}`);
    await page.waitForFunction(() => [...document.querySelectorAll("input")].some((input) => input.value === "Oslo"));
  },

  "what is begun waits for who began it, on whatever screen, and for nobody else": async (world) => {
    const id = await world.newClient({ firstName: "Bea", lastName: "Begun", emailAddress: "bea@begun.example" });
    const become = async (page, name) => {
      await page.getByRole("button", { name: /^Account/ }).click();
      await page.getByRole("menuitem", { name }).click();
    };
    const page = await world.window(`/clients/${id}`);
    await page.getByLabel("Company", { exact: true }).fill("Begun Ltd");
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByText("Not saved yet:").getByRole("link", { name: "Bea Begun" }).click();
    check((await page.getByLabel(/^Company/).inputValue()) === "Begun Ltd", "the change is lost");
    await page.getByText("1 change is not saved").waitFor();

    await page.getByText("Live", { exact: true }).waitFor();
    page.expectsErrors = true; // The browser tells of each request that fails.
    await page.context().setOffline(true);
    await page.getByText("You are offline.").first().waitFor();
    await save(page);
    await page.getByText("1 edit waits to be sent").waitFor();
    await become(page, /Admin$/);
    await page.getByRole("heading", { name: "The server can’t be reached" }).waitFor();
    await page.context().setOffline(false);
    // Nobody has to ask for it again: it is read when the server is back.
    await page.getByLabel("Company", { exact: true }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    check((await page.getByText("waits to be sent").count()) === 0, "somebody else sees the edit");
    check((await world.client(id, "companyName")).companyName === null, "somebody else's token sent the edit");
    await become(page, /^Olivia/);
    await toast(page, "1 edit that waited was sent").waitFor();
    check((await world.client(id, "companyName")).companyName === "Begun Ltd", "the edit is lost");
  },

  "history tells before and after, and gives a value back": async (world) => {
    const id = await world.newClient({ firstName: "Hilda", lastName: "History", emailAddress: "hilda@history.example", city: "Turku" });
    await world.ask('mutation ($id: ID!) { patchClient(clientId: $id, patch: {city: "Tampere"}) { userErrors { code } } }', { id });
    const page = await world.window(`/clients/${id}?tab=history`);
    const entry = page.getByRole("listitem", { name: "Version 2" });
    await entry.getByText("Turku").waitFor();
    await entry.getByText("Tampere").waitFor();
    await entry.getByRole("button", { name: /Restore the earlier value of City/ }).click();
    await toast(page, "The earlier value is restored").waitFor();
    check((await world.client(id, "city")).city === "Turku", "the value is not back");
    await page.getByRole("listitem", { name: "Version 3" }).waitFor();
  },

  "viewers are added by typing, shown both ways, and taken back by undo": async (world) => {
    const id = await world.newClient({ firstName: "Vera", lastName: "Viewed", emailAddress: "vera@viewed.example" });
    const other = await world.newClient({ firstName: "Walter", lastName: "Watching", emailAddress: "walter@watching.example" });
    const page = await world.window(`/clients/${id}?tab=viewers`);
    await page.getByRole("combobox", { name: "Let somebody see this client" }).pressSequentially("walter watch");
    await page.getByRole("option", { name: /Walter Watching/ }).click();
    await page.getByRole("img", { name: /1 client may see Vera Viewed/ }).waitFor();
    check((await world.client(other, "viewClients { clientId }")).viewClients[0].clientId === id, "the edge is not there");
    await toast(page, "Added").getByRole("button", { name: "Undo" }).click();
    await page.getByRole("img", { name: /Nobody else may see Vera Viewed/ }).waitFor();
    check((await world.client(other, "viewClients { clientId }")).viewClients.length === 0, "the edge is there still");
  },

  "that nobody may see a client is said in words, in each language": async (world) => {
    const id = await world.newClient({ firstName: "Nils", lastName: "Nobody", emailAddress: "nils@nobody.example" });
    for (const [locale, words] of [["en-US", "Nobody else may see Nils Nobody, who may see nobody else."], ["he-IL", /אף אחד אחר אינו רשאי לראות את Nils Nobody, שאינו רשאי/]]) {
      const page = await world.window(`/clients/${id}?tab=viewers`, { locale });
      await page.getByRole("figure").getByText(words).waitFor();
    }
  },

  "of hundreds of viewers the first are shown, and more on request": async (world) => {
    const count = 205;
    const id = await world.newClient({ firstName: "Hedda", lastName: "Hundreds", emailAddress: "hedda@hundreds.example" });
    const ids = await crowd(world, count, "Viewer", "Hundredfold");
    await world.ask("mutation ($id: ID!, $ids: [ID!]!) { addClientViewers(clientId: $id, viewerClientIds: $ids) { userErrors { code } } }", { id, ids });
    const page = await world.window(`/clients/${id}?tab=viewers`);
    const viewers = page.locator("section").filter({ has: page.getByRole("heading", { name: "Who may see Hedda Hundreds" }) });
    await viewers.getByRole("link", { name: "Viewer 200 Hundredfold" }).waitFor();
    await page.getByText("More than 200 clients may see Hedda Hundreds").waitFor();
    check((await viewers.getByRole("listitem").count()) === 200, "not the first 200 are shown");
    await viewers.getByRole("button", { name: "Show more" }).click();
    await viewers.getByRole("link", { name: "Viewer 205 Hundredfold" }).waitFor();
    check((await viewers.getByRole("listitem").count()) === count, "not all are shown");
    check((await viewers.getByRole("button", { name: "Show more" }).count()) === 0, "there is still more");
    await page.getByText("205 clients may see Hedda Hundreds").waitFor();
  },

  "whom one may see is shown to the last, beyond the first thousand": async (world) => {
    const most = 1000;
    const ids = await crowd(world, 2, "Subject", "Thousandfold");
    const id = await world.newClient({ firstName: "Thea", lastName: "Thousands", emailAddress: "thea@thousands.example", clientIdsClientCanView: ids });
    const page = await world.window(null);
    // A thousand are put before the two that there are: making them takes minutes.
    await page.route("**/graphql", async (route) => {
      if (!route.request().postData()?.includes("query ClientViewers")) {
        return route.continue();
      }
      const response = await route.fetch({ headers: { ...route.request().headers(), accept: "application/json" } });
      const answer = await response.json();
      const { subjects } = route.request().postDataJSON().variables;
      answer.data.client.viewClients = Array.from({ length: Math.min(subjects, most) }, (_, n) => ({
        __typename: "Client", id: `made-up-${n}`, clientId: String(n + 1), fullName: `Made Up ${n + 1}`, emailAddress: null,
      }));
      return route.fulfill({ response, json: answer });
    });
    await page.goto(`${world.base}/console/clients/${id}?tab=viewers`);
    const subjects = page.locator("section").filter({ has: page.getByRole("heading", { name: "Whom Thea Thousands may see" }) });
    const more = subjects.getByRole("button", { name: "Show more" });
    for (const shown of [200, 400, 600, 800, most]) {
      await subjects.getByRole("listitem").nth(shown - 1).waitFor();
      check((await subjects.getByRole("listitem").count()) === shown, `not ${shown} are shown`);
      await more.click();
    }
    await subjects.getByRole("link", { name: "Subject 1 Thousandfold" }).waitFor();
    await subjects.getByRole("link", { name: "Subject 2 Thousandfold" }).waitFor();
    await more.waitFor({ state: "detached" });
    await page.getByText("who may see 1,002 clients").waitFor();
  },

  "appointments are told from the soonest, and from the latest that was, as the scheduler sends them": async (world) => {
    const id = await world.newClient({ firstName: "Abel", lastName: "Appointed", emailAddress: "abel@appointed.example" });
    const page = await world.window(`/clients/${id}?tab=appointments`);
    await page.getByRole("heading", { name: "No appointments" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    const visit = (appointmentId, days, status) => ({
      appointmentId, clientId: id, locationId: "11", start: new Date(Date.now() + days * 86_400_000).toISOString(), status, modifiedDate: new Date().toISOString(),
    });
    const record = (...appointments) =>
      world.ask("mutation ($appointments: [AppointmentInput!]!) { recordAppointments(appointments: $appointments) { userErrors { code } } }", { appointments });
    await record(visit("990001", 20, "CANCELLED"), visit("990002", 2, "OPEN"), visit("990003", -3, "COMPLETED"), visit("990004", -30, "NO_SHOW"), visit("990005", -1200, "NO_SHOW"));
    const numbers = (section) => page.getByRole("region", { name: section }).getByText(/^#99/).allTextContents();
    await page.getByText("#990004").waitFor();
    check((await numbers("Upcoming")).join() === "#990002,#990001", `upcoming are ${await numbers("Upcoming")}`);
    check((await numbers("Past")).join() === "#990003,#990004", `past were ${await numbers("Past")}`);
    await page.getByRole("button", { name: "Show earlier ones" }).click();
    await page.getByText("#990005").waitFor();
    check((await numbers("Past")).join() === "#990003,#990004,#990005", `past were ${await numbers("Past")}`);
    await page.getByRole("button", { name: "No-show" }).click();
    await page.waitForURL(/status=NO_SHOW/);
    await page.getByText("No upcoming appointments.").waitFor();
    await page.getByText("#990004").waitFor();
    check((await numbers("Past")).join() === "#990004", `those who did not come are ${await numbers("Past")}`);
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await page.getByText("#990002").waitFor();
    await record(visit("990006", 4, "OPEN"));
    await page.getByText("#990006").waitFor();
    await page.getByRole("link", { name: "2 open appointments" }).waitFor();
  },

  "a deleted client says so, and is restored": async (world) => {
    const id = await world.newClient({ firstName: "Dora", lastName: "Deleted", emailAddress: "dora@deleted.example" });
    const page = await world.window(`/clients/${id}`);
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: "Delete client" }).click();
    await page.getByText("This client is deleted").waitFor();
    check((await world.client(id, "deleted")).deleted, "the client is not deleted");
    await page.getByRole("button", { name: "Restore", exact: true }).click();
    await page.getByText("This client is deleted").waitFor({ state: "detached" });
    await settled(page);
    check(!(await world.client(id, "deleted")).deleted, "the client is deleted still");
  },
};
