// Composes a server's subgraph with another one, and asks both through a gateway:
//
//   BASE=http://127.0.0.1:8080 TOKEN=... node --test federation.mjs
//
// The server runs with --federation, and TOKEN is an owner's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { composeServices } from "@apollo/composition";
import { ApolloGateway, LocalGraphQLDataSource, RemoteGraphQLDataSource } from "@apollo/gateway";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

const { BASE, TOKEN } = process.env;

async function ask(query, variables) {
  const response = await fetch(`${BASE}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

// The loyalty subgraph names clients by one key, and the visits subgraph by the
// other; both know more of them than we do.
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])`;
const globalID = (number) => Buffer.from(`Client:${number}`).toString("base64url");
const others = {
  loyalty: {
    typeDefs: parse(`${link}
      type Query { bestClients: [Client!]! }
      type Client @key(fields: "clientId") { clientId: ID! loyaltyPoints: Int }`),
    resolvers: {
      Query: { bestClients: () => [{ clientId: "5143212" }, { clientId: "999" }, { clientId: "4658091" }] },
      Client: { __resolveReference: (client) => client, loyaltyPoints: ({ clientId }) => Number(clientId) % 100 },
    },
  },
  visits: {
    typeDefs: parse(`${link}
      type Query { visits: [Visit!]! }
      type Visit { visitId: ID! client: Client }
      type Client @key(fields: "id") { id: ID! visitCount: Int }`),
    resolvers: {
      Query: { visits: () => [{ visitId: "1", client: { id: globalID(4761823) } }] },
      Client: { __resolveReference: (client) => client, visitCount: () => 7 },
    },
  },
};

const { data } = await ask("{ _service { sdl } }");
const { supergraphSdl, errors, hints } = composeServices([
  { name: "clients", url: `${BASE}/graphql`, typeDefs: parse(data._service.sdl) },
  ...Object.entries(others).map(([name, { typeDefs }]) => ({ name, url: `local:${name}`, typeDefs })),
]);

test("the subgraph composes with others", () => {
  assert.equal(errors, undefined, errors?.map(String).join("\n"));
  assert.deepEqual(hints.map(String), []);
});

test("a gateway answers from all subgraphs, in both directions", async () => {
  const asked = [];
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url }) =>
      name === "clients"
        ? new RemoteGraphQLDataSource({
            url,
            willSendRequest({ request }) {
              asked.push(request);
              request.http.headers.set("authorization", `Bearer ${TOKEN}`);
            },
          })
        : new LocalGraphQLDataSource(buildSubgraphSchema(others[name])),
  });
  const { executor } = await gateway.load();
  const run = async (query) => {
    const { data, errors } = await executor({
      document: parse(query), request: { query }, operationName: undefined, queryHash: query, metrics: {}, context: {}, schema: gateway.schema,
      cache: { get: async () => undefined, set: async () => {}, delete: async () => {} },
    });
    return { data: JSON.parse(JSON.stringify(data)), errors };
  };
  try {
    // From a subgraph into ours by clientId: one request for all, null for whom we don't know.
    assert.deepEqual(await run("{ bestClients { clientId fullName loyaltyPoints } }"), {
      data: {
        bestClients: [
          { clientId: "5143212", fullName: "Jimmy Begood", loyaltyPoints: 12 },
          { clientId: "999", fullName: null, loyaltyPoints: 99 },
          { clientId: "4658091", fullName: "Johnny Begood", loyaltyPoints: 91 },
        ],
      },
      errors: undefined,
    });
    assert.equal(asked.length, 1);
    assert.match(asked[0].query, /_entities/);
    // By the global id, and on along a relation.
    assert.deepEqual((await run("{ visits { client { visitCount clientId viewClients { clientId loyaltyPoints visitCount } } } }")).data.visits, [
      { client: { visitCount: 7, clientId: "4761823", viewClients: [
        { clientId: "4658091", loyaltyPoints: 91, visitCount: 7 },
        { clientId: "4922146", loyaltyPoints: 46, visitCount: 7 },
      ] } },
    ]);
    // From ours into the others.
    assert.deepEqual((await run("{ client(clientId: 5143212) { fullName loyaltyPoints visitCount } }")).data.client, { fullName: "Jimmy Begood", loyaltyPoints: 12, visitCount: 7 });
  } finally {
    await gateway.stop();
  }
});
