import Fastify from "fastify";
import mercurius from "mercurius";

import { resolvers, typeDefs } from "./schema.mjs";
import { contextOf, openStore } from "./store.mjs";

const [uri, database] = process.argv.slice(2);
const store = openStore(uri, database);
const server = Fastify();
await server.register(mercurius, { schema: typeDefs, resolvers, jit: 1, context: () => contextOf(store) });
console.log(`ready: ${await server.listen({ host: "127.0.0.1", port: 0 })}`);
