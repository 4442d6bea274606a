// What the playground's tests do as a person does: open it, choose an example,
// write, run, and read the answer.
import { check, patience } from "../world.mjs";

// open opens the playground, or a link to it, and waits for its editor.
export async function open(world, search = "", options = {}) {
  const page = await world.window("", options);
  await page.goto(`${world.base}/${search}`);
  await page.locator(".graphiql-query-editor .view-lines").waitFor();
  return page;
}

// example opens an example by its name.
export async function example(page, name) {
  const panel = page.locator(".playground-examples");
  if (!(await panel.isVisible())) {
    await page.getByRole("button", { name: "Show Examples" }).click();
  }
  await panel.getByRole("button", { name: new RegExp(`^${name}\\b`) }).click();
  await page.locator(".graphiql-query-editor .view-lines").getByText(name, { exact: true }).waitFor();
}

// become chooses who asks.
export async function become(page, role) {
  await page.getByLabel("Ask as").selectOption(role);
}

// run runs what is in the editor, and waits for a text of the answer.
export async function run(page, text) {
  await page.locator(".graphiql-execute-button").click();
  await answerHolds(page, text);
}

// answerHolds waits for a text in the answer. The editor draws what is in sight
// only, with no-break spaces.
export async function answerHolds(page, text) {
  const shown = () => document.querySelector(".result-window .view-lines")?.textContent.replaceAll("\u00a0", " ") ?? "";
  try {
    await page.waitForFunction(
      (wanted) => (document.querySelector(".result-window .view-lines")?.textContent ?? "").replaceAll("\u00a0", " ").includes(wanted),
      text,
      { timeout: patience },
    );
  } catch (error) {
    throw new Error(`the answer has no "${text}" but: ${await page.evaluate(shown)}`, { cause: error });
  }
}

// answered is the answer to the operation of that name, which run sends.
export async function answered(page, name, text) {
  const [response] = await Promise.all([
    page.waitForResponse((one) => (one.request().postData() ?? "").includes(`"operationName":"${name}"`)),
    run(page, text),
  ]);
  return response.json();
}

// told waits for what the bar says of the last answer.
export async function told(page, pattern) {
  const bar = page.locator(".playground-told");
  await bar.filter({ hasText: pattern }).waitFor().catch(async () => check(false, `the bar says "${await bar.textContent()}", and not ${pattern}`));
}

// write replaces the text of the tool editor of that name, "Variables" or "Headers".
// It pastes: of what is typed the editor closes brackets and quotes by itself.
export async function write(page, tool, text) {
  await page.locator(".graphiql-editor-tools").getByRole("button", { name: tool, exact: true }).click();
  await page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines").click();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("ControlOrMeta+v");
}

// sentOverSockets collects what the page's sockets send from now on.
export function sentOverSockets(page) {
  const messages = [];
  page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => messages.push(JSON.parse(payload))));
  return messages;
}
