import assert from "node:assert/strict";
import { after, test } from "node:test";
// First: what is loaded after it finds a page.
import { ask, create, dropConnections, eventually, group, key, loseAnswers, owner, reader, rename, show, url, writesFollowed } from "./world";
import { Suspense } from "react";
import { fetchQuery, RelayEnvironmentProvider } from "react-relay";
import type { Environment } from "relay-runtime";
import { ClientList, listQuery } from "./relay/src/ClientList";
import { save } from "./relay/src/edit";
import { makeEnvironment } from "./relay/src/environment";
import { follow } from "./relay/src/live";
import { LiveClientList } from "./relay/src/LiveClientList";
import { listID, merge, unmerge } from "./relay/src/merge";

const complaints: string[] = [];
for (const level of ["warn", "error"] as const) {
  console[level] = (...words: unknown[]) => void complaints.push(words.map(String).join(" "));
}
after(() => assert.deepEqual(complaints, []));

const list = (environment: Environment, filter?: { tagsList: string[] }) =>
  show(
    <RelayEnvironmentProvider environment={environment}>
      <Suspense fallback="Loading">
        <ClientList filter={filter} />
      </Suspense>
    </RelayEnvironmentProvider>,
  );
const rows = (tag: string, ...names: string[]) => names.map((name) => `${name} Guide ${tag}`);

test("a list is read part by part", async () => {
  const { tag, filter } = group();
  for (const name of ["Gil", "Ann", "Bob", "Fay", "Cat", "Dan", "Eve"]) {
    await create(tag, name);
  }
  const screen = list(makeEnvironment(url, owner), filter);
  const names = rows(tag, "Ann", "Bob", "Cat", "Dan", "Eve", "Fay", "Gil");
  await eventually(() => assert.deepEqual(screen.items(), names.slice(0, 5)));
  screen.press("More");
  await eventually(() => assert.deepEqual(screen.items(), names));
  assert.doesNotMatch(screen.text(), /More/);
  screen.close();
});

test("what is denied takes nothing else away, and a bad token is thrown with its code", async () => {
  const screen = list(makeEnvironment(url, reader));
  await eventually(() => assert.ok(screen.items().length > 0));
  screen.close();
  await assert.rejects(fetchQuery(makeEnvironment(url, () => "none"), listQuery, {}).toPromise(), (error: any) => {
    assert.equal(error.source.errors[0].extensions.code, "UNAUTHENTICATED");
    return true;
  });
});

test("an edit is shown at once, and done once though its answer is lost", async () => {
  const { tag, filter } = group();
  const seen = await create(tag, "Ada");
  const environment = makeEnvironment(url, owner);
  const screen = list(environment, filter);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada")));
  loseAnswers(1);
  const saving = save(environment, seen, { firstName: "Bea" }, key());
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Bea")));
  const saved = await saving;
  assert.deepEqual(saved.userErrors, []);
  assert.equal(saved.client?.version, seen.version + 1);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Bea")));
  loseAnswers(4);
  await assert.rejects(save(environment, seen, { firstName: "Cleo" }, key()));
  screen.close();
});

test("a conflict shows the record of now", async () => {
  const { tag, filter } = group();
  const seen = await create(tag, "Ada");
  const environment = makeEnvironment(url, owner);
  const screen = list(environment, filter);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada")));
  await rename(seen.id, "Bea");
  const { conflict, client } = await save(environment, seen, { firstName: "Cleo" }, key());
  assert.ok(conflict?.changedPaths.includes("firstName"));
  assert.equal(client?.firstName, "Bea");
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Bea")));
  screen.close();
});

test("a merge drops whom it folds in, and its undo brings them back", async () => {
  const { tag, filter } = group();
  const [into, folded] = [await create(tag, "Ada"), await create(tag, "Bea")];
  const environment = makeEnvironment(url, owner);
  const screen = list(environment, filter);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada", "Bea")));
  const mergeId = await merge(environment, into.id, [folded.id], [listID(filter)], key());
  assert.ok(mergeId);
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada")));
  assert.ok(!environment.getStore().getSource().get(folded.id));
  await unmerge(environment, mergeId, [listID(filter)], key());
  await eventually(() => assert.deepEqual(screen.items(), rows(tag, "Ada", "Bea")));
  screen.close();
});

test("a list follows what happens, over a break", async () => {
  const tag = key();
  const person = await create(tag, "Ada");
  const environment = makeEnvironment(url, owner);
  const screen = list(environment);
  const shows = (name: string) => () => assert.ok(screen.items().includes(`${name} Guide ${tag}`), `${name} is shown`);
  await eventually(() => assert.ok(screen.items().length > 0));
  const stop = follow(environment, [listID()], () => assert.fail("nothing was missed"), 10);
  // Until it is heard, nobody knows whether the subscription has begun.
  let turn = 0;
  await eventually(shows("Bea"), () => rename(person.id, turn++ % 2 ? "Ada" : "Bea"));
  await rename(person.id, "Cleo");
  await eventually(shows("Cleo"));
  dropConnections();
  await rename(person.id, "Dora");
  await create(tag, "Eve");
  await eventually(shows("Dora"));
  await eventually(shows("Eve"));
  await ask("mutation ($id: ID!) { deleteClient(clientId: $id) { userErrors { code } } }", { id: person.id });
  await eventually(() => assert.ok(!screen.items().includes(`Dora Guide ${tag}`)));
  stop();
  screen.close();
});

test("a live list is the server's list after each write, over breaks", async () => {
  const { tag, filter } = group();
  const screen = show(
    <RelayEnvironmentProvider environment={makeEnvironment(url, owner)}>
      <LiveClientList filter={filter} first={10} />
    </RelayEnvironmentProvider>,
  );
  await writesFollowed(tag, filter, 10, screen.items);
  screen.close();
});
