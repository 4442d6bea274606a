// Webhooks: made with a secret that is shown once, watched, changed, ended.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { check, toast } from "../world.mjs";

// Receiver is the other system: it answers with the status that it is told to,
// and keeps what it was sent.
class Receiver {
  static async open() {
    const receiver = new Receiver();
    receiver.status = 200;
    receiver.messages = [];
    receiver.server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) {
        parts.push(part);
      }
      receiver.messages.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(receiver.status).end();
    });
    await new Promise((done) => receiver.server.listen(0, "127.0.0.1", done));
    receiver.url = `http://127.0.0.1:${receiver.server.address().port}/hooks`;
    return receiver;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

// signedBy says whether a message is signed by the secret.
function signedBy(message, secret) {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = message.headers;
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const wanted = `v1,${createHmac("sha256", key).update(`${id}.${at}.${message.body}`).digest("base64")}`;
  return signatures.split(" ").includes(wanted);
}

const action = async (page, name) => {
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name }).click();
};

export const tests = {
  "a webhook is made with a secret that is shown once, and what is refused is sent again": async (world) => {
    const receiver = await Receiver.open();
    try {
      receiver.status = 500;
      const page = await world.window("/settings", { permissions: ["clipboard-read", "clipboard-write"] });
      await page.getByRole("navigation", { name: "Parts of the settings" }).getByRole("link", { name: "Webhooks" }).click();
      await page.getByRole("button", { name: "New webhook" }).click();
      await page.getByLabel("Address of the receiver").fill("no address");
      await page.getByRole("button", { name: "Make webhook" }).click();
      await page.locator(".field-error").filter({ hasText: /.+/ }).waitFor();
      await page.getByLabel("Address of the receiver").fill(receiver.url);
      await page.getByText("New or changed", { exact: true }).click();
      await page.getByRole("button", { name: "Make webhook" }).click();
      await page.getByRole("button", { name: "Copy the secret" }).click();
      await toast(page, "Copied").waitFor();
      const secret = await page.evaluate(() => navigator.clipboard.readText());
      check(/^whsec_[\w+/=]{20,}$/.test(secret), "what was copied is no secret");
      await page.getByRole("button", { name: "Done" }).click();
      await page.getByRole("heading", { level: 1, name: receiver.url }).waitFor();
      await page.getByRole("heading", { name: "No deliveries" }).waitFor();
      check(!(await page.content()).includes(secret), "the secret is shown still");

      const id = await world.newClient({ firstName: "Wanda", lastName: "Webhook", emailAddress: "wanda@webhook.example" });
      const delivery = page.getByRole("listitem", { name: `Changed #${id}` });
      await page.getByRole("button", { name: "Look again" }).click();
      // It is looked at again until it was tried, and by itself from then on.
      while ((await delivery.getByText("it refused the message · status 500").count()) === 0) {
        await page.getByRole("button", { name: "Look again" }).click();
        await page.waitForTimeout(200);
      }
      await delivery.getByText("Pending").waitFor();
      receiver.status = 204;
      await delivery.getByRole("button", { name: `Send again: Changed #${id}` }).click();
      await delivery.getByText("Delivered").waitFor();
      check(receiver.messages.every((message) => signedBy(message, secret)), "the secret that was shown signs no message");
      check(receiver.messages.at(-1).body.includes(`"clientId":"${id}"`), `what arrived is ${receiver.messages.at(-1).body}`);
      await page.getByRole("button", { name: "Failed" }).click();
      await page.waitForURL(/state=FAILED/);
      await page.getByText("No delivery has this status.").waitFor();
    } finally {
      receiver.close();
    }
  },

  "a webhook is changed beside somebody else, paused, given a new secret, and deleted": async (world) => {
    const { createWebhook } = await world.ask(
      'mutation { createWebhook(input: {url: "https://receiver.example/hooks", description: "Till"}) { webhook { webhookId } secret } }',
    );
    const { webhookId } = createWebhook.webhook;
    const now = async () => (await world.ask("query ($id: ID!) { webhook(webhookId: $id) { url description kinds enabled } }", { id: webhookId })).webhook;
    const page = await world.window("/settings/webhooks");
    await page.getByRole("listitem").filter({ hasText: "https://receiver.example" }).getByRole("link").click();
    await action(page, "Change webhook");
    await page.getByLabel("Description").fill("Till of Ghent");
    await page.getByText("Erased for good", { exact: true }).click();
    await world.ask('mutation ($id: ID!) { updateWebhook(webhookId: $id, input: {description: "Their till", url: "https://theirs.example/hooks"}) { userErrors { code } } }', { id: webhookId });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").filter({ hasText: "Somebody else changed this webhook" }).waitFor();
    await page.getByText("They made it: Their till").waitFor();
    check((await now()).description === "Their till", "their value is lost");
    await page.getByRole("button", { name: "Save" }).click();
    await toast(page, "Saved").waitFor();
    const changed = await now();
    check(changed.description === "Till of Ghent" && changed.url === "https://theirs.example/hooks" && changed.kinds.join() === "ERASED", `it is ${JSON.stringify(changed)}`);

    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused", { exact: true }).waitFor();
    check(!(await now()).enabled, "it is enabled still");
    await toast(page, "Paused").getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    check((await now()).enabled, "it is paused still");

    await action(page, "New secret");
    await page.getByRole("dialog").getByRole("button", { name: "New secret" }).click();
    const secret = await page.getByLabel("Secret", { exact: true }).textContent();
    check(secret.startsWith("whsec_") && secret !== createWebhook.secret, "there is no new secret");
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("Messages are signed by the secret before, too").waitFor();

    await action(page, "Delete webhook");
    await page.getByRole("dialog").getByRole("button", { name: "Delete webhook" }).click();
    await toast(page, "The webhook is deleted").waitFor();
    check((await now()) === null, "the webhook is there still");
    await page.waitForURL(/\/settings\/webhooks$/);
  },
};
