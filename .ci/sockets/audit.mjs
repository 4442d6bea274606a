// Holds a running server to GraphQL over HTTP by the audits of graphql-http, and
// prints how many of each kind pass:
//
//   BASE=http://127.0.0.1:8080 TOKEN=... node audit.mjs
//
// What the specification only recommends counts like what it demands.
import { auditServer } from "graphql-http";

const { BASE, TOKEN } = process.env;
const total = 61; // An update of graphql-http that leaves some out must not pass.

const results = await auditServer({
  url: BASE + "/graphql",
  fetchFn: (url, options) => fetch(url, { ...options, headers: { ...options?.headers, authorization: `Bearer ${TOKEN}` } }),
});
const passed = results.filter((result) => result.status === "ok");
for (const result of results) {
  if (result.status !== "ok") {
    console.log(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
  }
}
const kinds = ["MUST", "SHOULD", "MAY"].map((kind) => {
  const [all, ok] = [results, passed].map((list) => list.filter((result) => result.name.startsWith(kind)).length);
  return `${kind} ${ok} of ${all}`;
});
console.log(`graphql-http audit: ${passed.length} of ${total} pass (${kinds.join(", ")})`);
process.exit(passed.length === total ? 0 : 1);
