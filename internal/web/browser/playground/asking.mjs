// Who asks, over HTTP and over sockets, and what comes of it.
import { check } from "../world.mjs";
import { answered, answerHolds, become, example, open, run, sentOverSockets, told, write } from "./desk.mjs";

export const tests = {
  async "each identity of the sample asks as itself"(world) {
    const page = await open(world);
    await example(page, "Me");
    for (const { role, name } of await world.identities()) {
      await become(page, role);
      await run(page, `"role": "${role}"`);
      await told(page, new RegExp(`^${name}: cost \\d+ of 50,000 points$`));
    }
    // The staff of the sample sees some clients, and not all.
    await become(page, "STAFF");
    await example(page, "ClientsByName");
    const { data } = await answered(page, "ClientsByName", '"clientCount"');
    const all = (await world.ask("{ clientCount }")).clientCount;
    check(data.clientCount > 0 && data.clientCount < all, `STAFF sees ${data.clientCount} of ${all} clients`);
    // Who was chosen is chosen still when the page is opened again.
    await page.reload();
    check((await page.getByLabel("Ask as").inputValue()) === "STAFF", "another identity is chosen after a reload");
  },

  async "a socket asks as who was chosen, tells of changes, and ends with the next choice"(world) {
    const page = await open(world);
    const sent = sentOverSockets(page);
    await become(page, "STAFF");
    await example(page, "LiveChanges");
    await page.locator(".graphiql-execute-button").click();
    await page.locator('.graphiql-execute-button[aria-label^="Stop"]').waitFor();
    // Events are for those who listened already: the change comes until it is told.
    const [{ clientId }] = (await world.ask("{ clients(pageSize: 1) { clientId } }", {}, "STAFF")).clients;
    let changes = 0;
    const change = setInterval(() => {
      changes++;
      void world.ask("mutation ($id: ID!, $name: String) { patchClient(clientId: $id, patch: {spouseName: $name}) { client { version } } }", {
        id: clientId,
        name: `Change ${changes}`,
      });
    }, 500);
    try {
      await answerHolds(page, '"spouseName"');
    } finally {
      clearInterval(change);
    }
    const { token } = (await world.identities()).find((one) => one.role === "STAFF");
    const init = sent.find((message) => message.type === "connection_init");
    check(claims(init.payload.Authorization).role === claims(token).role, "the socket was opened as somebody else");
    await told(page, /^Sam, staff 501: cost \d+/);
    await become(page, "OWNER");
    await page.locator('.graphiql-execute-button[aria-label^="Execute"]').waitFor();
  },

  async "a token of the headers editor wins, whatever the header's case, over HTTP and sockets"(world) {
    const page = await open(world);
    const sent = sentOverSockets(page);
    const { token } = (await world.identities()).find((one) => one.role === "CLIENT");
    await example(page, "Me");
    await write(page, "Headers", JSON.stringify({ aUTHORIZATION: `Bearer ${token}` }));
    await run(page, '"role": "CLIENT"');
    await told(page, /^Token of Headers: cost \d+/);
    await example(page, "LiveChanges");
    await write(page, "Headers", JSON.stringify({ aUTHORIZATION: `Bearer ${token}` }));
    await page.locator(".graphiql-execute-button").click();
    await page.locator('.graphiql-execute-button[aria-label^="Stop"]').waitFor();
    await waitFor(() => sent.some((message) => message.type === "subscribe"));
    const { payload } = sent.find((message) => message.type === "connection_init");
    check(payload.aUTHORIZATION === `Bearer ${token}` && !("Authorization" in payload), `the socket was opened with ${Object.keys(payload)}`);
  },

  async "a search is answered while one types, and costs what the bar says"(world) {
    const page = await open(world);
    await example(page, "Typeahead");
    const { extensions } = await answered(page, "Typeahead", "Jimmy Begood");
    await told(page, new RegExp(`cost ${extensions.cost.cost} of 50,000 points`));
    // Nobody wrote the operation for it: it is in the bar, and not in the answer.
    check(!(await page.locator(".result-window").textContent()).includes("extensions"), "the answer shows extensions");
  },

  async "the feed goes on where it was"(world) {
    const page = await open(world);
    await example(page, "Feed");
    const first = (await answered(page, "Feed", '"clientChanges"')).data.clientChanges;
    check(first.changes.length === 20 && first.hasMore, `the feed begins with ${first.changes.length} changes`);
    await write(page, "Variables", JSON.stringify({ since: first.cursor }));
    const next = (await answered(page, "Feed", '"clientChanges"')).data.clientChanges;
    check(next.changes[0].clientId !== first.changes[0].clientId, "the feed begins anew");
  },

  async "a merge is looked at, made and undone"(world) {
    const page = await open(world);
    await example(page, "PreviewMerge");
    await run(page, '"conflicts"');
    await example(page, "MergeClients");
    const { mergeId } = (await answered(page, "MergeClients", '"mergeId"')).data.mergeClients;
    check(mergeId, "nothing was merged");
    const before = await world.client("4932331", "clientId");
    check(before.clientId === "5143212", "the merged client is there still");
    await example(page, "UnmergeClients");
    await write(page, "Variables", JSON.stringify({ mergeId }));
    await run(page, '"unmergeClients"');
    const after = await world.client("4932331", "clientId");
    check(after.clientId === "4932331", "the merge was not undone");
  },
};

// claims are what a token says.
function claims(authorization) {
  return JSON.parse(Buffer.from(authorization.split(".")[1], "base64url").toString());
}

async function waitFor(condition) {
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
