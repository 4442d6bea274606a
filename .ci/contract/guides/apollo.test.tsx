import assert from "node:assert/strict";
import { after, test } from "node:test";
// First: what is loaded after it finds a page.
import { ask, create, dropConnections, eventually, group, key, loseAnswers, owner, reader, rename, show, url, writesFollowed } from "./world";
import { gql } from "@apollo/client";
import { ApolloProvider } from "@apollo/client/react";
import { makeClient } from "./apollo/src/client";
import { ClientList, ClientListQuery } from "./apollo/src/ClientList";
import { save, settle } from "./apollo/src/edit";
import { adviceFor, codesOf } from "./apollo/src/errors";
import { follow } from "./apollo/src/live";
import { LiveClientList } from "./apollo/src/LiveClientList";
import { merge, unmerge } from "./apollo/src/merge";

const complaints: string[] = [];
for (const level of ["warn", "error"] as const) {
  console[level] = (...words: unknown[]) => void complaints.push(words.map(String).join(" "));
}
after(() => assert.deepEqual(complaints, []));

const listed = (apollo: ReturnType<typeof makeClient>, filter: { tagsList: string[] }) =>
  apollo.readQuery({ query: ClientListQuery, variables: { filter } })?.clientConnection?.edges.map(({ node }) => node.fullName);

test("a list is read part by part", async () => {
  const { tag, filter } = group();
  for (const name of ["Gil", "Ann", "Bob", "Fay", "Cat", "Dan", "Eve"]) {
    await create(tag, name);
  }
  const screen = show(
    <ApolloProvider client={makeClient(url, owner)}>
      <ClientList filter={filter} />
    </ApolloProvider>,
  );
  const names = ["Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gil"].map((name) => `${name} Guide ${tag}`);
  await eventually(() => assert.deepEqual(screen.items(), names.slice(0, 5)));
  screen.press("More");
  await eventually(() => assert.deepEqual(screen.items(), names));
  assert.doesNotMatch(screen.text(), /More/);
  screen.close();
});

test("what is denied takes nothing else away", async () => {
  const screen = show(
    <ApolloProvider client={makeClient(url, reader)}>
      <ClientList />
    </ApolloProvider>,
  );
  await eventually(() => assert.match(screen.text(), /^Some of this is not for you to see\./));
  assert.ok(screen.items().length > 0);
  screen.close();
});

test("errors of operations say what to do", async () => {
  const told = async (query: string, token = owner) => {
    const { error } = await makeClient(url, token).query({ query: gql(query), errorPolicy: "all" });
    return adviceFor(error!);
  };
  assert.equal(await told("{ me { user } }", () => "none"), "Sign in again.");
  assert.equal(await told("{ clients(pageNumber: 0) { id } }"), "This is our fault: OUT_OF_RANGE.");
  loseAnswers(4);
  assert.match(await told("{ me { user } }"), /^The server can't be reached/);
  assert.deepEqual(codesOf(new Error("another")), []);
});

test("a client of a list is not asked for again, and kept by its global id", async () => {
  const apollo = makeClient(url, owner);
  const { data } = await apollo.query({ query: ClientListQuery });
  const { node } = data!.clientConnection!.edges[0]!;
  const one = gql("query ($id: ID!) { client(clientId: $id) { id fullName } }");
  const kept = await apollo.query<{ client: { fullName: string } }>({ query: one, variables: { id: node.id }, fetchPolicy: "cache-only" });
  assert.equal(kept.data?.client.fullName, node.fullName);
  // The number finds the same record, once it was asked for.
  await apollo.query({ query: one, variables: { id: node.clientId } });
  const clients = Object.keys(apollo.cache.extract() as object).filter((name) => name.startsWith("Client:"));
  assert.equal(clients.length, data!.clientConnection!.edges.length);
});

test("an edit is shown at once, and done once though its answer is lost", async () => {
  const { tag, filter } = group();
  const seen = await create(tag, "Ada");
  const apollo = makeClient(url, owner);
  const shown: (string | null | undefined)[] = [];
  const view = apollo.watchQuery({ query: ClientListQuery, variables: { filter } }).subscribe(({ data }) => {
    shown.push(data?.clientConnection?.edges?.[0]?.node?.fullName as string | undefined);
  });
  await eventually(() => assert.equal(shown.at(-1), "Ada Guide"));
  loseAnswers(1);
  const saving = save(apollo, seen, { firstName: "Bea" }, key());
  await eventually(() => assert.equal(shown.at(-1), "Bea Guide"));
  assert.deepEqual(listed(apollo, filter), ["Ada Guide"], "what the server has said is as before");
  const saved = await saving;
  assert.ok(saved.kind === "saved");
  assert.equal(saved.client.version, seen.version + 1);
  assert.deepEqual(listed(apollo, filter), ["Bea Guide"]);
  view.unsubscribe();
});

test("a conflict is decided field by field", async () => {
  const { tag, filter } = group();
  const seen = await create(tag, "Ada");
  const apollo = makeClient(url, owner);
  await apollo.query({ query: ClientListQuery, variables: { filter } });
  await rename(seen.id, "Bea");
  const patch = { firstName: "Cleo", companyName: "Mine" };
  const conflict = await save(apollo, seen, patch, key());
  assert.ok(conflict.kind === "conflict");
  assert.ok(conflict.changed.includes("firstName"));
  assert.deepEqual(listed(apollo, filter), ["Bea Guide"], "the record of now is shown");
  const theirs = async (path: string) => {
    assert.equal(path, "firstName");
    return false;
  };
  assert.equal((await settle(apollo, conflict, patch, theirs, key())).kind, "saved");
  const { client } = await ask("query ($id: ID!) { client(clientId: $id) { firstName companyName } }", { id: seen.id });
  assert.deepEqual(client, { firstName: "Bea", companyName: "Mine" });
});

test("what is refused is said beside its field", async () => {
  const seen = await create(key(), "Ada");
  const refused = await save(makeClient(url, owner), seen, { firstName: " " }, key());
  assert.ok(refused.kind === "refused");
  assert.deepEqual(Object.keys(refused.messages), ["patch.firstName"]);
});

test("a merge drops whom it folds in, and its undo brings them back", async () => {
  const { tag, filter } = group();
  const [into, folded] = [await create(tag, "Ada"), await create(tag, "Bea")];
  const apollo = makeClient(url, owner);
  const held = () => Object.keys(apollo.cache.extract() as object).includes(`Client:${folded.id}`);
  const view = apollo.watchQuery({ query: ClientListQuery, variables: { filter } }).subscribe({});
  await eventually(() => assert.deepEqual(listed(apollo, filter), ["Ada Guide", "Bea Guide"]));
  const mergeId = await merge(apollo, into.id, [folded.id], key());
  assert.ok(mergeId);
  assert.deepEqual(listed(apollo, filter), ["Ada Guide"]);
  assert.ok(!held());
  assert.deepEqual(await save(apollo, folded, { firstName: "Cleo" }, key()), { kind: "merged", into: into.id });
  await unmerge(apollo, mergeId, key());
  assert.deepEqual(listed(apollo, filter), ["Ada Guide", "Bea Guide"]);
  view.unsubscribe();
});

test("a list follows what happens, over a break", async () => {
  const { tag, filter } = group();
  const person = await create(tag, "Ada");
  const apollo = makeClient(url, owner);
  const screen = show(
    <ApolloProvider client={apollo}>
      <ClientList filter={filter} />
    </ApolloProvider>,
  );
  const shows = (...names: string[]) => () => assert.deepEqual(screen.items(), names.map((name) => `${name} Guide ${tag}`));
  await eventually(shows("Ada"));
  const stop = follow(apollo, 10);
  // Until an event is in the cache, nobody knows whether the subscription has begun.
  let turn = 0;
  const heard = () => assert.ok(Object.hasOwn(apollo.cache.extract() as object, "ROOT_SUBSCRIPTION"));
  await eventually(heard, () => rename(person.id, turn++ % 2 ? "Ada" : "Bea"));
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
    <ApolloProvider client={makeClient(url, owner)}>
      <LiveClientList filter={filter} first={10} />
    </ApolloProvider>,
  );
  await writesFollowed(tag, filter, 10, screen.items);
  screen.close();
});
