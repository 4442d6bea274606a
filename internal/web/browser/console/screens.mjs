// Each screen at a desk and on a phone, in both directions of writing, light and
// dark: a picture of it, and nothing that axe finds.
import { join } from "node:path";
import { accessible, check, settled } from "../world.mjs";

const widths = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 780 } };
const languages = { en: "en-US", he: "he-IL" };
const schemes = ["light", "dark"];

async function openPalette(page) {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
}

// previewFile chooses a file with a column that nothing is known of, and a row that
// is wrong once it is left out.
async function previewFile(page) {
  const text = "Given Name,Surname,Email,Shoe\nPia,Preview,pia@preview.example,38\nPer,Preview,no address,44\n";
  await page.locator("input[type=file]").setInputFiles({ name: "preview.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.locator(".file-preview .field-error").waitFor();
  await page.locator(".checkbox").click();
  await page.locator(".file-table td.wrong").waitFor();
}

const screens = {
  clients: { path: "/clients" },
  "clients-preview": { path: "/clients?q=begood&open=4658091" },
  "clients-none": { path: "/clients?tag=nobody-has-this-tag" },
  palette: { path: "/clients", prepare: openPalette },
  client: { path: "/clients/4658091" },
  "client-viewers": { path: "/clients/4658091?tab=viewers" },
  "client-appointments": { path: "/clients/4658091?tab=appointments" },
  "client-history": { path: "/clients/4658091?tab=history" },
  "client-merges": { path: "/clients/4658091?tab=merges" },
  "client-unknown": { path: "/clients/999" },
  duplicates: { path: "/duplicates" },
  merge: { path: "/duplicates/merge?ids=4658091,4761823" },
  fields: { path: "/fields" },
  settings: { path: "/settings" },
  webhooks: { path: "/settings/webhooks" },
  "webhook-new": { path: "/settings/webhooks?webhook=new" },
  webhook: { path: (world) => webhookPath(world) },
  files: { path: (world) => filesPath(world) },
  "files-preview": { path: "/files", prepare: previewFile },
  feed: { path: "/feed" },
};

// webhookPath is where a webhook is that has something to send, and can't.
async function webhookPath(world) {
  const find = async () => (await world.ask("{ webhooks { webhookId description } }")).webhooks.find((one) => one.description === "Till of the pictures");
  if (!(await find())) {
    await world.ask('mutation { createWebhook(input: {url: "http://127.0.0.1:9/hooks", description: "Till of the pictures"}) { userErrors { code } } }');
    await world.newClient({ firstName: "Wim", lastName: "Waiting", emailAddress: "wim@waiting.example" });
  }
  return `/settings/webhooks/${(await find()).webhookId}`;
}

// filesPath is where an export is done, and an import waits for its file.
async function filesPath(world) {
  const find = async () => (await world.ask("{ jobs { nodes { kind state } } }")).jobs.nodes;
  if ((await find()).every((job) => job.state !== "WAITING")) {
    await world.ask("mutation { exportClients(input: {}) { userErrors { code } } importClients(input: {match: NONE}) { userErrors { code } } }");
  }
  while ((await find()).some((job) => job.state === "QUEUED" || job.state === "RUNNING")) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return "/files";
}

async function signOut(page) {
  await page.evaluate(() => sessionStorage.setItem("clientgraph:console:signedOut", "true"));
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
}

async function picture(world, page, name, language) {
  for (const [width, size] of Object.entries(widths)) {
    await page.setViewportSize(size);
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme });
      const what = `${name}-${width}-${language}-${scheme}`;
      await page.screenshot({ path: join(world.shots, `${what}.png`), animations: "disabled" });
      await accessible(page, what);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      check(!wide, `${what} is wider than the window`);
    }
  }
}

export const tests = Object.fromEntries(
  Object.entries(languages).map(([language, locale]) => [
    `every screen in ${language}: pictures, axe, nothing that jumps`,
    async (world) => {
      const page = await world.window(null, { locale });
      for (const [name, { path, prepare }] of Object.entries(screens)) {
        await page.setViewportSize(widths.desk);
        await page.emulateMedia({ colorScheme: "light" });
        await page.goto(`${world.base}/console${typeof path === "string" ? path : await path(world)}`);
        await settled(page);
        const direction = await page.evaluate(() => document.documentElement.dir);
        check(direction === (language === "he" ? "rtl" : "ltr"), `${name} is written ${direction}`);
        const shift = await page.evaluate(() => window.shifts.reduce((sum, one) => sum + one, 0));
        check(shift < 0.02, `${name} jumps while it loads: layout shift ${shift}`);
        await prepare?.(page);
        await picture(world, page, name, language);
      }
      await signOut(page);
      await picture(world, page, "sign-in", language);
    },
  ]),
);
