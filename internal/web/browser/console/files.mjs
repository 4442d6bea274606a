// Files: clients taken out by the list's filter, and brought in after a trial.
import { readFile } from "node:fs/promises";
import { accessible, check } from "../world.mjs";

const card = (page, name) => page.getByRole("region", { name, exact: true });

// downloaded is the text of the file that a link of a card leads to.
async function downloaded(page, within, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), within.getByRole("link", { name }).click()]);
  return { name: download.suggestedFilename(), lines: (await readFile(await download.path(), "utf8")).trimEnd().split(/\r?\n/) };
}

// waiting makes an import that waits for its file, and answers its id.
async function waiting(world) {
  const { importClients } = await world.ask("mutation { importClients(input: {match: NONE}) { job { jobId } userErrors { code } } }");
  return importClients.job.jobId;
}

const cancel = (world, jobId) => world.ask("mutation ($jobId: ID!) { cancelJob(jobId: $jobId) { userErrors { code } } }", { jobId });

export const tests = {
  "an export has the clients of the list's filter, and can be downloaded": async (world) => {
    const tag = "out-by-file";
    for (const firstName of ["Olga", "Otis"]) {
      await world.newClient({ firstName, lastName: "Outward", emailAddress: `${firstName.toLowerCase()}@outward.example`, tags: [tag] });
    }
    const page = await world.window(`/clients?tag=${tag}`);
    await page.getByRole("link", { name: "Export clients" }).click();
    await page.waitForURL(new RegExp(`/files\\?tag=${tag}`));
    await card(page, "Export").getByText("The clients that match the filters of the list.").waitFor();
    await page.getByRole("button", { name: "Export clients" }).click();
    const jobs = page.getByRole("list", { name: "Jobs" }).getByRole("listitem");
    await jobs.first().getByText("2 clients").waitFor();
    await card(page, "Export").getByText("The link is good until").waitFor();
    const file = await downloaded(page, card(page, "Export"), "Download");
    check(file.name.endsWith(".csv"), `the file is called ${file.name}`);
    check(file.lines[0].split(",").includes("firstName"), `its first line is ${file.lines[0]}`);
    check(file.lines.length === 3 && file.lines.slice(1).every((line) => line.includes("Outward")), `it has ${file.lines.length} lines`);
  },

  "an import is tried first, tells what is wrong with a row, and then brings the others in": async (world) => {
    const count = async () => (await world.ask('{ clientReportCount(filter: {searchTerm: "Inbound"}) }')).clientReportCount;
    const text = "firstName,lastName,emailAddress,Shoe\nIna,Inbound,ina@inbound.example,38\nIvo,Inbound,no address,44\n";
    const page = await world.window("/files");
    const form = card(page, "Import");
    const tryIt = page.getByRole("button", { name: "Try the import" });
    check(await tryIt.isDisabled(), "there is no file to try");
    await form.getByLabel("File", { exact: true }).setInputFiles({ name: "inbound.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await tryIt.click();
    await form.getByText("The file can’t be read as a whole").waitFor();
    const refused = await downloaded(page, form, "Table of errors");
    check(refused.lines.some((line) => line.includes("UNKNOWN_COLUMN")), `what is wrong is ${refused.lines.join("; ")}`);

    await form.getByText("Import without the columns that are not recognised").click();
    await tryIt.click();
    await form.getByText("Nothing is written yet.").waitFor();
    await form.getByText("1 created · 0 changed · 0 unchanged · 1 failed").waitFor();
    check((await count()) === 0, "the trial wrote clients");
    const { lines } = await downloaded(page, form, "Table of errors");
    check(lines[0] === "row,column,code,message" && lines[1].startsWith("3,emailAddress,INVALID_EMAIL"), `the table is ${lines.join("; ")}`);

    await page.getByRole("button", { name: "Import for real" }).click();
    await form.getByText("Nothing is written yet.").waitFor({ state: "detached" });
    await form.getByText("1 created · 0 changed · 0 unchanged · 1 failed").waitFor();
    check((await count()) === 1, "the good row did not come in once");
    await page.getByRole("listitem", { name: /^Import \d+$/ }).first().getByText("Done").waitFor();
  },

  "what columns are taken for is shown, and can be changed, with the first rows, before anything runs": async (world) => {
    const jobCount = async () => (await world.ask("{ jobs { nodes { jobId } } }")).jobs.nodes.length;
    const before = await jobCount();
    const text = [
      "Given Name,Surname,Contact,Birthday,Shoe",
      "Ina,Preview,ina@preview.example,02.01.1993,38",
      "Ivo,Preview,no address,31.13.1980,44",
    ].join("\n");
    const page = await world.window("/files");
    const form = card(page, "Import");
    await form.getByLabel("File", { exact: true }).setInputFiles({ name: "preview.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    const table = form.getByRole("region", { name: "Columns and first rows" });
    await table.getByRole("button", { name: /Given Name/ }).filter({ hasText: "First name" }).waitFor();
    await table.getByRole("cell", { name: "ina@preview.example" }).waitFor();
    const unknown = table.getByText("Choose what this column is, or leave it out.");
    await unknown.nth(1).waitFor();

    const mapTo = async (header, column) => {
      await table.getByRole("button", { name: new RegExp(header) }).click();
      await page.getByRole("option", { name: column, exact: true }).click();
      await table.getByRole("button", { name: new RegExp(header) }).filter({ hasText: column }).waitFor();
    };
    await mapTo("Contact", "E-mail");
    await mapTo("Shoe", "Left out");
    await unknown.first().waitFor({ state: "detached" });
    const findings = form.getByRole("region", { name: "What is wrong with the first rows" });
    const finding = (row, column, code) => findings.getByRole("row").filter({ hasText: row }).filter({ hasText: column }).filter({ hasText: code });
    await finding("3", "Contact", "INVALID_EMAIL").waitFor();
    await finding("2", "Birthday", "INVALID_DATE").waitFor();
    const days = form.getByLabel("How days are written");
    await days.fill("never");
    await form.getByRole("textbox", { name: "How days are written", description: /YYYY, MM or M/ }).waitFor();
    await days.fill("DD.MM.YYYY");
    await table.getByRole("cell", { name: "1993-01-02" }).waitFor();
    await finding("2", "Birthday", "INVALID_DATE").waitFor({ state: "detached" });
    await accessible(page, "the preview of an import");
    check((await jobCount()) === before, "a job was made before anybody asked for one");

    await page.getByRole("button", { name: "Try the import" }).click();
    await form.getByText("1 created · 0 changed · 0 unchanged · 1 failed").waitFor();
    const tried = form.getByRole("region", { name: "What is wrong with rows" });
    await tried.getByRole("row").filter({ hasText: "Contact" }).filter({ hasText: "INVALID_EMAIL" }).waitFor();
    await tried.getByRole("row").filter({ hasText: "Birthday" }).filter({ hasText: "INVALID_DATE" }).waitFor();
    const { lines } = await downloaded(page, form, "Table of errors");
    check(lines.length === 3, `the table of errors is ${lines.join("; ")}`);
    // Imports of before are in the list, too: the new one comes first.
    const imports = page.getByRole("listitem", { name: /^Import \d+$/ });
    const had = await imports.count();
    await page.getByRole("button", { name: "Import for real" }).click();
    await imports.nth(had).waitFor();
    await imports.first().getByText("Done").waitFor();
    const { clientReport } = await world.ask('{ clientReport(filter: {searchTerm: "ina@preview.example"}) { firstName dateOfBirth emailAddress } }');
    check(clientReport.length === 1 && clientReport[0].dateOfBirth === "1993-01-02", `there came in ${JSON.stringify(clientReport)}`);
  },

  "a job tells how far it is while nobody asks": async (world) => {
    const jobId = await waiting(world);
    const page = await world.window("/files");
    // From then on nothing that is asked for is answered.
    page.expectsErrors = true;
    let refuse = false;
    await page.route("**/graphql", (route) => (refuse && route.request().postData()?.includes("FileJobs") ? route.abort() : route.continue()));
    const line = page.getByRole("listitem", { name: `Import ${jobId}`, exact: true });
    await line.getByText("Waiting for its file").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    refuse = true;
    await cancel(world, jobId);
    await line.getByText("Cancelled").waitFor();
  },

  "without a live connection jobs are asked for": async (world) => {
    const jobId = await waiting(world);
    const page = await world.window(null);
    page.expectsErrors = true;
    await page.routeWebSocket(/\/graphql$/, (socket) => socket.close());
    await page.goto(`${world.base}/console/files`);
    const line = page.getByRole("listitem", { name: `Import ${jobId}`, exact: true });
    await line.getByText("Waiting for its file").waitFor();
    await cancel(world, jobId);
    await line.getByText("Cancelled").waitFor();
  },

  "an upload that is cut off goes on where it was": async (world) => {
    const rows = Array.from({ length: 3 }, (_, n) => `Una${n},Upload,una${n}@upload.example,${"x".repeat(900_000)}`);
    const page = await world.window("/files");
    page.expectsErrors = true;
    const ranges = [];
    await page.route("**/jobs/*/file", async (route) => {
      if (route.request().method() === "PUT") {
        ranges.push(route.request().headers()["content-range"]);
        if (ranges.length === 2) {
          await route.abort("connectionreset");
          return;
        }
      }
      await route.continue();
    });
    const form = card(page, "Import");
    const buffer = Buffer.from(`firstName,lastName,emailAddress,Shoe\n${rows.join("\n")}\n`);
    await form.getByLabel("File", { exact: true }).setInputFiles({ name: "upload.csv", mimeType: "text/csv", buffer });
    await form.getByText("Import without the columns that are not recognised").click();
    await page.getByRole("button", { name: "Try the import" }).click();
    await form.getByText("3 created · 0 changed · 0 unchanged · 0 failed").waitFor();
    check(ranges[1] === ranges[2] && ranges[1].startsWith("bytes 1048576-"), `the parts were ${ranges.join(", ")}`);
  },
};
