import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

import { resolvers, typeDefs } from "./schema.mjs";
import { contextOf, openStore } from "./store.mjs";

const [uri, database] = process.argv.slice(2);
const store = openStore(uri, database);
const server = new ApolloServer({ typeDefs, resolvers, introspection: false });
const { url } = await startStandaloneServer(server, {
  context: async () => contextOf(store),
  listen: { host: "127.0.0.1", port: 0 },
});
console.log(`ready: ${url}`);
