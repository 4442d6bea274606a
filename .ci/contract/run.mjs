// Reads the schema of a running server with the tools of front ends, and keeps
// its answers in their caches:
//
//   BASE=http://127.0.0.1:8080 TOKEN=... node run.mjs
//
// TOKEN is an owner's. Everything is attempted; it ends with 1 when one failed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from "graphql";

const { BASE, TOKEN } = process.env;
const folder = import.meta.dirname;

for (const made of ["out", "genqlient/generated"]) {
  rmSync(`${folder}/${made}`, { recursive: true, force: true });
}
mkdirSync(`${folder}/out/relay`, { recursive: true });

// The file and what introspection tells are one schema.
async function readSchema() {
  const file = await (await fetch(`${BASE}/schema.graphql`)).text();
  writeFileSync(`${folder}/out/schema.graphql`, file);
  const response = await fetch(`${BASE}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({
      query: getIntrospectionQuery({ oneOf: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true }),
    }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  const [told, served] = [buildClientSchema(data), buildSchema(file)].map((schema) => printSchema(lexicographicSortSchema(schema)));
  assert.equal(told, served);
}

// run runs a program that the packages brought, or another one.
function run(program, args, { cwd = folder, env = {} } = {}) {
  const local = `${folder}/node_modules/.bin/${program}`;
  const { status, stdout, stderr, error } = spawnSync(program === "go" || program === "node" ? program : local, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (error || status !== 0) {
    throw new Error(`${program} ${args.join(" ")}: ${error ?? `exit code ${status}`}\n${stdout ?? ""}${stderr ?? ""}`);
  }
}

const steps = {
  "the file is what introspection tells": readSchema,
  "relay-compiler": () => run("relay-compiler", ["relay.config.json"]),
  "graphql-codegen by introspection": () => run("graphql-codegen", ["--config", "codegen.mjs"], { env: { READ: "introspection" } }),
  "graphql-codegen by the file's URL": () => run("graphql-codegen", ["--config", "codegen.mjs"], { env: { READ: "file" } }),
  "what graphql-codegen made compiles": () => run("tsc", ["-p", "codegen.tsconfig.json"]),
  "graphql-inspector": () => run("graphql-inspector", ["validate", "operations/*.graphql", "out/schema.graphql"]),
  "gql.tada": () => {
    run("gql.tada", ["generate-output", "-c", "tsconfig.json"], { cwd: `${folder}/tada` });
    run("gql.tada", ["check", "-c", "tsconfig.json"], { cwd: `${folder}/tada` });
    run("tsc", ["-p", "tsconfig.json"], { cwd: `${folder}/tada` });
  },
  genqlient: () => {
    const env = { GOFLAGS: "-mod=readonly -trimpath" };
    run("go", ["tool", "genqlient", "genqlient.yaml"], { cwd: `${folder}/genqlient`, env });
    run("go", ["run", "."], { cwd: `${folder}/genqlient`, env });
  },
  "Relay's store and Apollo's cache": () => run("node", ["--test", "caches.mjs"]),
};

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  const began = performance.now();
  let how = "ok";
  try {
    await step();
  } catch (error) {
    [how, failed] = [`FAILED: ${error.message}`, failed + 1];
  }
  console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s, ${how}`);
}
process.exitCode = failed > 0 ? 1 : 0;
