// Keeps answers of a running server in a Relay store and in an Apollo cache while
// clients are made, merged, unmerged, deleted and erased. Neither may warn, and
// both must hold what the server holds.
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import * as apollo from "@apollo/client";
import { parse } from "graphql";
import relay from "relay-runtime";

const { BASE, TOKEN } = process.env;
const complaints = [];
for (const level of ["warn", "error"]) {
  console[level] = (...words) => complaints.push(words.map(String).join(" "));
}
beforeEach(() => (complaints.length = 0));
const silent = () => assert.deepEqual(complaints, []);

async function ask(query, variables) {
  const response = await fetch(`${BASE}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer;
}

const global = (type, number) => Buffer.from(`${type}:${number}`).toString("base64url");
const person = (firstName) => ({ firstName, lastName: "Cached", emailAddress: `${firstName}@example.com`.toLowerCase() });

const artifact = async (name) => (await import(`./out/relay/${name}.graphql.js`)).default;

test("a Relay store goes through create, merge, undo, delete and erase", async () => {
  const { Environment, Network, RecordSource, Store, ConnectionHandler, commitMutation, fetchQuery } = relay;
  const environment = new Environment({
    network: Network.create((operation, variables) => ask(operation.text, variables)),
    store: new Store(new RecordSource(), { gcReleaseBufferSize: 100 }),
    log: (event) => {
      if (/error|invalid|missing/i.test(event.name)) {
        complaints.push(JSON.stringify(event));
      }
    },
    relayFieldLogger: (event) => complaints.push(JSON.stringify(event)),
  });
  const source = () => environment.getStore().getSource();
  const connection = ConnectionHandler.getConnectionID("client:root", "Clients_clientConnection");
  const mutate = async (name, variables) => {
    const mutation = await artifact(`Clients${name}Mutation`);
    return new Promise((resolve, reject) =>
      commitMutation(environment, {
        mutation,
        variables: { ...variables, connections: [connection] },
        onError: reject,
        onCompleted: (data) => {
          const [payload] = Object.values(data);
          assert.deepEqual(payload.userErrors, []);
          resolve(payload);
        },
      }),
    );
  };
  const listQuery = await artifact("ClientsListQuery");
  const held = environment.retain(relay.createOperationDescriptor(listQuery, {}));
  const listed = () => source().get(connection).edges.__refs.map((edge) => source().get(edge).node.__ref);
  // truth compares each record that names a client with what the server says now.
  const truth = async (numbers) => {
    for (const number of numbers) {
      const id = global("Client", number);
      const { data } = await ask("query ($id: ID!) { node(id: $id) { ... on Client { fullName version deleted } } }", { id });
      const record = source().get(id) ?? null;
      const kept = record && { fullName: record.fullName, version: record.version, deleted: record.deleted };
      assert.deepEqual(kept, data.node, `client ${number}`);
    }
  };

  await fetchQuery(environment, listQuery, {}).toPromise();
  const first = await mutate("Create", { input: person("Ada") });
  const second = await mutate("Create", { input: person("Ben") });
  const [a, b] = await Promise.all([first, second].map(({ client }) => client.id ?? client.__id));
  const [na, nb] = [a, b].map((id) => source().get(id).clientId);
  assert.deepEqual(listed().slice(0, 2), [b, a], "new clients are in the list");
  await truth([na, nb]);

  const merged = await mutate("Merge", { id: na, ids: [nb] });
  assert.deepEqual(merged.report.clientGlobalIds, [b]);
  assert.ok(!source().get(b), "the folded client's record is gone");
  assert.ok(!listed().includes(b), "and it is in the list no more");
  const gone = source().get(global("MergedClient", nb));
  assert.equal(gone.__typename, "MergedClient");
  assert.equal(gone.survivor.__ref, a);
  await fetchQuery(environment, await artifact("ClientsOneQuery"), { id: global("MergedClient", nb) }).toPromise();
  await truth([na, nb]);

  await mutate("Unmerge", { id: merged.mergeId });
  assert.equal(source().get(b).__typename, "Client");
  assert.ok(listed().includes(b), "the client is in the list again");
  await truth([na, nb]);

  await mutate("Delete", { id: nb });
  assert.ok(!listed().includes(b), "a deleted client is in the list no more");
  await truth([na, nb]);

  await mutate("Erase", { id: nb, version: source().get(b).version });
  assert.ok(!source().get(b), "nothing is held of an erased client");
  await truth([na, nb]);
  await fetchQuery(environment, await artifact("ClientsChangesQuery"), {}).toPromise();
  held.dispose();
  silent();
});

test("an Apollo cache goes through create, merge, undo, delete and erase", async () => {
  const { ApolloClient, HttpLink, InMemoryCache } = apollo;
  const cache = new InMemoryCache({
    possibleTypes: await possibleTypes(),
    // A list of what stands at the other end is replaced whenever it is read.
    typePolicies: { Client: { fields: { viewClients: { merge: false }, mergedClients: { merge: false } } } },
  });
  const client = new ApolloClient({
    cache,
    link: new HttpLink({ uri: `${BASE}/graphql`, headers: { authorization: `Bearer ${TOKEN}` } }),
  });
  after(() => client.stop());
  const row = "id clientId fullName version deleted mergedClients { id clientId survivor { id } }";
  const list = parse(`query List { clientConnection(first: 100, filter: {searchTerm: ""}) { nodes { ${row} } } }`);
  const mutate = async (text, variables, options) => {
    const { data } = await client.mutate({ mutation: parse(text), variables, ...options });
    const [payload] = Object.values(data);
    assert.deepEqual(payload.userErrors, []);
    return payload;
  };
  const record = (id, type = "Client") => cache.extract()[`${type}:${id}`];
  const drop = (store, ids) => {
    ids.forEach((id) => store.evict({ id: store.identify({ __typename: "Client", id }) }));
    store.gc();
  };
  const truth = async (ids) => {
    for (const id of ids) {
      const { data } = await ask("query ($id: ID!) { node(id: $id) { ... on Client { fullName version deleted } } }", { id });
      const { fullName, version, deleted } = record(id) ?? {};
      assert.deepEqual(record(id) ? { fullName, version, deleted } : null, data.node, id);
    }
  };
  const make = `mutation ($input: CreateClientInput!) { createClient(input: $input) { client { ${row} } userErrors { code } } }`;

  await client.query({ query: list });
  const { client: ada } = await mutate(make, { input: person("Cleo") });
  const { client: ben } = await mutate(make, { input: person("Dora") });
  const watched = [];
  const subscription = client.watchQuery({ query: list, fetchPolicy: "cache-and-network" }).subscribe(({ data }) => watched.push(data));
  await client.refetchQueries({ include: ["List"] });
  await truth([ada.id, ben.id]);

  const merged = await mutate(
    `mutation ($id: ID!, $ids: [ID!]!) { mergeClients(clientId: $id, clientIds: $ids) {
      client { ${row} } mergeId report { clientGlobalIds moves { field fromClientGlobalId } } userErrors { code } } }`,
    { id: ada.id, ids: [ben.id] },
    { update: (store, { data }) => drop(store, data.mergeClients.report.clientGlobalIds) },
  );
  assert.equal(record(ben.id), undefined, "the folded client is evicted");
  assert.equal(record(global("MergedClient", ben.clientId), "MergedClient").survivor.__ref, `Client:${ada.id}`);
  await truth([ada.id, ben.id]);
  const asked = parse(`query ($id: ID!) { client(clientId: $id) { ${row} } }`);
  const { data: found } = await client.query({ query: asked, variables: { id: ben.clientId } });
  assert.equal(found.client.id, ada.id, "the old number finds the survivor");
  const cached = client.readQuery({ query: asked, variables: { id: ben.clientId } });
  assert.equal(cached.client.clientId, ada.clientId, "and the record is one for both questions");

  await mutate(
    `mutation ($id: ID!) { unmergeClients(mergeId: $id) { client { ${row} } clients { ${row} } userErrors { code } } }`,
    { id: merged.mergeId },
  );
  assert.equal(record(ben.id).__typename, "Client");
  assert.deepEqual(record(ada.id).mergedClients, []);
  await truth([ada.id, ben.id]);

  const { client: deleted } = await mutate(`mutation ($id: ID!) { deleteClient(clientId: $id) { client { ${row} } userErrors { code } } }`, { id: ben.id });
  assert.equal(record(ben.id).deleted, true);
  await truth([ada.id, ben.id]);

  await mutate(
    `mutation ($id: ID!, $version: Int!) { eraseClient(clientId: $id, confirmClientId: $id, expectedVersion: $version) {
      erasedClientGlobalIds userErrors { code } } }`,
    { id: ben.id, version: deleted.version },
    { update: (store, { data }) => drop(store, data.eraseClient.erasedClientGlobalIds) },
  );
  assert.equal(record(ben.id), undefined, "nothing is held of an erased client");
  await truth([ada.id, ben.id]);
  await client.refetchQueries({ include: ["List"] });
  subscription.unsubscribe();
  silent();
});

// possibleTypes are the object types of each interface, as Apollo wants them.
async function possibleTypes() {
  const { data } = await ask("{ __schema { types { kind name possibleTypes { name } } } }");
  const abstract = data.__schema.types.filter(({ kind }) => kind === "INTERFACE" || kind === "UNION");
  return Object.fromEntries(abstract.map(({ name, possibleTypes: types }) => [name, types.map((type) => type.name)]));
}
