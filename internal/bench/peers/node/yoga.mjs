import { createServer } from "node:http";

import { createSchema, createYoga } from "graphql-yoga";

import { resolvers, typeDefs } from "./schema.mjs";
import { contextOf, openStore } from "./store.mjs";

const [uri, database] = process.argv.slice(2);
const store = openStore(uri, database);
const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), context: () => contextOf(store), logging: false, graphiql: false });
const server = createServer(yoga);
server.listen(0, "127.0.0.1", () => console.log(`ready: http://127.0.0.1:${server.address().port}`));
