// Speaks to a running server by the clients of graphql-ws and graphql-sse, as
// other people wrote them:
//
//   BASE=http://127.0.0.1:8080 TOKEN=... READER=... SERVER_PID=... node suite.mjs
//
// TOKEN is an owner's, READER that of a caller who sees no client. The server's
// business is empty, and is stopped at the end.
import assert from "node:assert/strict";
import { after, test as unbounded } from "node:test";
import { createClient as createEvents } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import WebSocket from "ws";

import { asker } from "../../internal/web/playground/src/asking.js";

const { BASE, TOKEN, READER, SERVER_PID } = process.env;
const changes = "subscription ($ids: [ID!], $after: String) { clientChanged(clientIds: $ids, after: $after) { cursor kind clientId changedFields client { firstName } } }";
const create = `mutation ($name: String!) {
  createClient(input: {firstName: $name, lastName: "Deer", emailAddress: "jane@email.com"}) { client { clientId } userErrors { code } }
}`;
const patch = `mutation ($id: ID!, $name: String!) {
  patchClient(clientId: $id, patch: {firstName: $name}) { client { version } userErrors { code } }
}`;

const patience = 30_000; // Milliseconds for one test, on a slow machine.
const test = (name, run) => unbounded(name, { timeout: patience }, run);

// whileWaiting does something again and again until a promise is settled.
async function whileWaiting(promise, again) {
  let settled = false;
  promise.finally(() => (settled = true)).catch(() => {});
  while (!settled) {
    await again();
    await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  return promise;
}

const opened = [];
after(() => Promise.all(opened.map((client) => client.dispose())));

function socket(options = {}) {
  const client = createSocket({
    url: BASE.replace("http", "ws") + "/graphql",
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${TOKEN}` },
    retryAttempts: 0,
    onNonLazyError: () => {},
    ...options,
  });
  opened.push(client);
  return client;
}

function events(token = TOKEN) {
  const client = createEvents({ url: BASE + "/graphql", headers: { Authorization: `Bearer ${token}` }, retryAttempts: 0 });
  opened.push(client);
  return client;
}

// results are all results of an operation.
async function results(client, query, variables) {
  const all = [];
  for await (const result of client.iterate({ query, variables })) {
    all.push(result);
  }
  return all;
}

async function one(client, query, variables) {
  const [result, ...more] = await results(client, query, variables);
  assert.equal(more.length, 0);
  assert.equal(result.errors, undefined, JSON.stringify(result.errors));
  return result.data;
}

async function makeClient(client, name) {
  const { createClient: made } = await one(client, create, { name });
  assert.deepEqual(made.userErrors, []);
  return made.client.clientId;
}

// next is the next change of a subscription.
async function next(iterator) {
  const { value, done } = await iterator.next();
  assert.equal(done, false);
  assert.equal(value.errors, undefined, JSON.stringify(value.errors));
  return value.data.clientChanged;
}

for (const [name, open] of [
  ["graphql-ws", socket],
  ["graphql-sse", events],
]) {
  test(`${name}: queries and mutations`, async () => {
    const client = open();
    assert.equal((await one(client, "{ __typename }")).__typename, "Query");
    const id = await makeClient(client, "Jane");
    assert.equal((await one(client, "query ($id: ID!) { client(clientId: $id) { firstName } }", { id })).client.firstName, "Jane");
  });

  test(`${name}: many operations at once`, async () => {
    const client = open();
    const all = await Promise.all(Array.from({ length: 50 }, () => one(client, "{ clientCount }")));
    assert.equal(all.length, 50);
  });

  test(`${name}: errors of single fields beside data`, async () => {
    const [result] = await results(open(), '{ __typename clients(pageNumber: 0) { clientId } clientCount }');
    assert.equal(result.errors[0].extensions.code, "OUT_OF_RANGE");
    assert.equal(result.data.__typename, "Query");
  });

  test(`${name}: a subscription tells of changes while they happen, from where it left off`, async () => {
    const client = open();
    const id = await makeClient(client, "Jane");
    const other = await makeClient(client, "Other");
    const first = client.iterate({ query: changes, variables: { ids: [id] } });
    // It has begun once it answers; until then changes are made.
    let made = 0;
    const change = await whileWaiting(next(first), () => one(client, patch, { id, name: `Jane ${++made}` }));
    assert.equal(change.kind, "UPSERTED");
    assert.equal(change.clientId, id);
    await first.return();

    await one(client, patch, { id: other, name: "Nobody's business" });
    await one(client, patch, { id, name: "While away" });
    const second = client.iterate({ query: changes, variables: { ids: [id], after: change.cursor } });
    const seen = new Set([change.cursor]);
    for (;;) {
      const missed = await next(second);
      assert.equal(missed.clientId, id);
      assert.ok(!seen.has(missed.cursor), "a change came twice");
      seen.add(missed.cursor);
      if (missed.client.firstName === "While away") {
        break;
      }
    }
    await one(client, patch, { id, name: "Live" });
    while ((await next(second)).client.firstName !== "Live");
    await second.return();
  });

  test(`${name}: a subscription tells nothing of clients that the caller does not see`, async () => {
    const owner = open();
    const id = await makeClient(owner, "Hidden");
    const reader = name === "graphql-ws" ? socket({ connectionParams: { Authorization: `Bearer ${READER}` } }) : events(READER);
    const iterator = reader.iterate({ query: changes });
    const shown = `mutation { createClient(input: {firstName: "Shown", lastName: "Deer", emailAddress: "s@email.com"}) { client { clientId } userErrors { code } } }`;
    let made = 0;
    const change = await whileWaiting(next(iterator), async () => {
      await one(owner, patch, { id, name: `Hidden ${++made}` });
      await one(reader, shown);
    });
    assert.equal(change.client.firstName, "Shown");
    await iterator.return();
  });
}

test("graphql-ws: what can't be executed is an error, and the connection goes on", async () => {
  const client = socket();
  await assert.rejects(results(client, "{ nothing }"), (errors) => Array.isArray(errors) && errors.length === 1);
  assert.ok(await one(client, "{ clientCount }"));
});

test("graphql-sse: what can't be executed is a result with errors", async () => {
  const [result] = await results(events(), "{ nothing }");
  assert.equal(result.errors.length, 1);
  assert.equal(result.data, undefined);
});

test("graphql-ws: pings are answered", async () => {
  let answered;
  const pong = new Promise((resolve) => (answered = resolve));
  const client = socket({ keepAlive: 20, lazy: false, on: { pong: (received) => received && answered() } });
  await pong;
  client.dispose();
});

test("graphql-ws: a wrong token closes with 4403", async () => {
  const client = socket({ connectionParams: { Authorization: "Bearer a.b.c" } });
  await assert.rejects(results(client, "{ clientCount }"), (event) => event.code === 4403 && event.reason === "Forbidden");
});

test("graphql-ws: another subprotocol closes with 4406", async () => {
  const raw = new WebSocket(BASE.replace("http", "ws") + "/graphql");
  const code = await new Promise((resolve) => raw.on("close", resolve));
  assert.equal(code, 4406);
});

test("graphql-sse: a wrong token is refused with 401", async () => {
  await assert.rejects(results(events("a.b.c"), "{ clientCount }"), (error) => error.response?.status === 401);
});

// GraphiQL gives the headers of its editor to requests and, as parameters, to
// sockets.
const editors = [
  [{}, "OWNER"],
  [undefined, "OWNER"],
  [{ "X-Other": "1" }, "OWNER"],
  ...["Authorization", "authorization", "AUTHORIZATION"].map((name) => [{ [name]: `Bearer ${READER}` }, "STAFF"]),
];
const transports = {
  "a request": async (query, { headers }) => {
    const response = await fetch(BASE + "/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query }),
    });
    return (await response.json()).data;
  },
  "a socket": (query, { headers }) => one(socket({ connectionParams: headers }), query),
};
for (const [transport, send] of Object.entries(transports)) {
  test(`playground: over ${transport} an Authorization of any case takes the token's place`, async () => {
    const fetcher = async ({ query }, options) => ({ data: await send(query, options) });
    const { ask } = asker(() => fetcher, new URL(BASE), () => ({ token: TOKEN }), () => {});
    for (const [headers, role] of editors) {
      const { me } = (await ask({ query: "{ me { role } }" }, headers && { headers })).data;
      assert.equal(me.role, role, JSON.stringify(Object.keys(headers ?? {})));
    }
  });
}

test("graphql-ws and graphql-sse: a server that stops says so", async () => {
  let connected;
  const ready = new Promise((resolve) => (connected = resolve));
  let closed;
  const close = new Promise((resolve) => (closed = resolve));
  const client = socket({ lazy: false, on: { connected, closed } });
  await ready;
  const other = socket();
  // Each stream has begun once it answers.
  const [iterator, stream] = [client, events()].map((opened) => opened.iterate({ query: changes }));
  for (const begun of [iterator, stream]) {
    await whileWaiting(next(begun), () => makeClient(other, "Jane"));
  }
  // What waits is read, so that only the end is left.
  const drain = async (subscription) => {
    for await (const result of subscription);
  };
  const ended = drain(iterator).catch((event) => event);
  const broken = assert.rejects(drain(stream));
  process.kill(Number(SERVER_PID), "SIGTERM");
  assert.equal((await close).code, 1001);
  await broken;
  await ended;
});
