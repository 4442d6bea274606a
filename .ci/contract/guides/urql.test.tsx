import assert from "node:assert/strict";
import { after, test } from "node:test";
// First: what is loaded after it finds a page.
import { ask, create, dropConnections, eventually, group, key, loseAnswers, owner, reader, rename, show, url, writesFollowed } from "./world";
import { gql, type Client } from "@urql/core";
import { Provider } from "urql";
import { makeClient } from "./urql/src/client";
import { ClientList } from "./urql/src/ClientList";
import { ClientListQuery } from "./urql/src/documents";
import { save } from "./urql/src/edit";
import { adviceFor } from "./urql/src/errors";
import { follow } from "./urql/src/live";
import { LiveClientList } from "./urql/src/LiveClientList";
import { liveRows } from "./urql/src/liveList";
import { merge, unmerge } from "./urql/src/merge";

const complaints: string[] = [];
for (const level of ["warn", "error"] as const) {
  console[level] = (...words: unknown[]) => void complaints.push(words.map(String).join(" "));
}
after(() => assert.deepEqual(complaints, []));

const list = (urql: Client, filter?: { tagsList: string[] }) =>
  show(
    <Provider value={urql}>
      <ClientList filter={filter} />
    </Provider>,
  );
const rows = (tag: string, ...names: string[]) => names.map((name) => `${name} Guide ${tag}`);

test("a list is read part by part", async () => {
  const { tag, filter } = group();
  for (const name of ["Gil", "Ann", "Bob", "Fay", "Cat", "Dan", "Eve"]) {
    await create(tag, name);
  }
  const screen = list(makeClient(url, owner), filter);
  const names = rows(tag, "Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gil");
  await eventually(() => assert.deepEqual(screen.items(), names.slice(0, 5)));
  screen.press("More");
  await eventually(() => assert.deepEqual(screen.items(), names));
  assert.doesNotMatch(screen.text(), /More/);
  screen.close();
});

test("what is denied takes nothing else away", async () => {
  const screen = list(makeClient(url, reader));
  await eventually(() => assert.match(screen.text(), /^Some of this is not for you to see\./));
  assert.ok(screen.items().length > 0);
  screen.close();
});

test("errors of operations say what to do", async () => {
  const told = async (query: string, token = owner) => adviceFor((await makeClient(url, token).query(gql(query), {})).error!);
  assert.equal(await told("{ me { user } }", () => "none"), "Sign in again.");
  assert.equal(await told("{ clients(pageNumber: 0) { id } }"), "This is our fault: OUT_OF_RANGE.");
  loseAnswers(4);
  assert.match(await told("{ me { user } }"), /^The server can't be reached/);
});

test("a client of a list is not asked for again, and parts have their keys", async () => {
  const urql = makeClient(url, owner);
  const { data } = await urql.query(ClientListQuery, {});
  const [first] = data!.clientConnection!.nodes;
  const one = gql("query ($id: ID!) { client(clientId: $id) { id fullName } }");
  const kept = await urql.query(one, { id: first!.id }, { requestPolicy: "cache-only" });
  assert.equal(kept.data.client.fullName, first!.fullName);
  const whole = gql(`query ($id: ID!) {
    me { user }
    client(clientId: $id) { id fields { label value } timeZone { timeZoneId currentOffset } appointments(first: 2) { nodes { appointmentId status } } }
  }`);
  const answer = await urql.query(whole, { id: "4922146" });
  assert.equal(answer.error, undefined);
  assert.ok(answer.data.client.fields.length > 0);
});

test("an edit is shown at once, and done once though its answer is lost", async () => {
  const { tag, filter } = group();
  const seen = await create(tag, "Ada");
  const urql = makeClient(url, owner);
  const screen = list(urql, filter);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada")));
  loseAnswers(1);
  const saving = save(urql, seen, { firstName: "Bea" }, key());
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Bea")));
  const saved = await saving;
  assert.ok(saved.kind === "saved");
  assert.equal(saved.client.version, seen.version + 1);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Bea")));
  screen.close();
});

test("a conflict shows the record of now", async () => {
  const { tag, filter } = group();
  const seen = await create(tag, "Ada");
  const urql = makeClient(url, owner);
  const screen = list(urql, filter);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada")));
  await rename(seen.id, "Bea");
  const conflict = await save(urql, seen, { firstName: "Cleo" }, key());
  assert.ok(conflict.kind === "conflict");
  assert.ok(conflict.changed.includes("firstName"));
  assert.equal(conflict.client.firstName, "Bea");
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Bea")));
  screen.close();
});

test("what is refused is said beside its field", async () => {
  const seen = await create(key(), "Ada");
  const refused = await save(makeClient(url, owner), seen, { firstName: " " }, key());
  assert.ok(refused.kind === "refused");
  assert.deepEqual(Object.keys(refused.messages), ["patch.firstName"]);
  await assert.rejects(save(makeClient(url, () => "none"), seen, { firstName: "Bea" }, key()));
});

test("a merge drops whom it folds in, and its undo brings them back", async () => {
  const { tag, filter } = group();
  const [into, folded] = [await create(tag, "Ada"), await create(tag, "Bea")];
  const urql = makeClient(url, owner);
  const screen = list(urql, filter);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada", "Bea")));
  const mergeId = await merge(urql, into.id, [folded.id], key());
  assert.ok(mergeId);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada")));
  await unmerge(urql, mergeId, key());
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada", "Bea")));
  const make = gql("mutation ($input: CreateClientInput!) { createClient(input: $input) { client { id } userErrors { code } } }");
  await urql.mutation(make, { input: { firstName: "Cleo", lastName: "Guide", emailAddress: "cleo@example.com", tags: [tag] } });
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada", "Bea", "Cleo")));
  screen.close();
});

test("a list follows what happens, over a break", async () => {
  const { tag, filter } = group();
  const person = await create(tag, "Ada");
  const urql = makeClient(url, owner);
  const screen = list(urql, filter);
  const shows = (...names: string[]) => () => assert.deepEqual(screen.items(), rows(tag, ...names));
  await eventually(shows("Ada"));
  const stop = follow(urql, () => assert.fail("nothing was missed"), 10);
  // Until it is heard, nobody knows whether the subscription has begun.
  let turn = 0;
  await eventually(shows("Bea"), () => rename(person.id, turn++ % 2 ? "Ada" : "Bea"));
  await rename(person.id, "Cleo");
  await eventually(shows("Cleo"));
  dropConnections();
  await rename(person.id, "Dora");
  await create(tag, "Eve");
  await eventually(shows("Dora", "Eve"));
  await ask("mutation ($id: ID!) { deleteClient(clientId: $id) { userErrors { code } } }", { id: person.id });
  await eventually(shows("Eve"));
  stop();
  screen.close();
});

test("a live list is the server's list after each write, over breaks", async () => {
  const { tag, filter } = group();
  const screen = show(
    <Provider value={makeClient(url, owner)}>
      <LiveClientList filter={filter} />
    </Provider>,
  );
  await writesFollowed(tag, filter, liveRows, screen.items);
  screen.close();
});
