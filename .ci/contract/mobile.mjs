// Holds docs/guides/mobile.md to what it says: its types are those that its script
// generates from its operations, its requests ask the same operations, and a server
// answers them.
//
//   BASE=http://127.0.0.1:8080 TOKEN=... node mobile.mjs
//
// TOKEN is an owner's. With WRITE=1 the types are written into the page anew.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, print } from "graphql";

const { BASE, TOKEN, WRITE } = process.env;
const page = join(import.meta.dirname, "../../docs/guides/mobile.md");
const out = join(import.meta.dirname, "out/mobile");
const block = /^```(\w+) mobile\/([\w.]+)\n([^]*?)^```$/gm;

const text = readFileSync(page, "utf8");
const blocks = new Map([...text.matchAll(block)].map(([, , name, body]) => [name, body]));
const fences = text.match(/^```\w+.*$/gm).filter((line) => line !== "```sh");
assert.equal(blocks.size, fences.length, "each block has a name of its own");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [name, body] of blocks) {
  if (/\.(graphql|mjs)$/.test(name)) {
    writeFileSync(join(out, name), body);
  }
}
const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, "package.json"), "utf8"));
for (const [, names] of text.matchAll(/^npm install --save-dev (.*)$/gm)) {
  assert.deepEqual(names.split(" ").filter((name) => !dependencies[name]), [], "the page installs what is not tested");
}

const { status, stderr } = spawnSync("node", ["types.mjs"], { cwd: out, encoding: "utf8", env: { ...process.env, SCHEMA_URL: `${BASE}/schema.graphql` } });
assert.equal(status, 0, stderr);
const generated = (name) => readFileSync(join(out, name), "utf8");
if (WRITE) {
  writeFileSync(page, text.replace(block, (whole, language, name) => (/\.(kt|swift)$/.test(name) ? `\`\`\`${language} mobile/${name}\n${generated(name)}\`\`\`` : whole)));
} else {
  for (const name of ["Clients.kt", "Clients.swift"]) {
    assert.equal(blocks.get(name), generated(name), `${name} is not what is generated: run with WRITE=1, and read the difference`);
  }
}

// send sends a request as the page shows it, with what replace changes in its variables.
async function send(name, replace = {}) {
  const [head, body] = blocks.get(`${name}.http`).replace("TOKEN", TOKEN).split("\n\n");
  const [line, ...headers] = head.split("\n");
  const [method, path] = line.split(" ");
  const request = JSON.parse(body);
  assert.equal(print(parse(request.query)), print(parse(blocks.get(`${name}.graphql`))), `${name}.http asks another operation than ${name}.graphql`);
  Object.assign(request.variables, replace);
  const answer = await (await fetch(BASE + path, { method, headers: headers.map((one) => one.split(": ")), body: JSON.stringify(request) })).json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

const connection = (await send("ClientPage")).clientConnection;
assert.equal(connection.nodes.length, 50);
const next = (await send("ClientPage", { after: connection.pageInfo.endCursor })).clientConnection;
assert.ok(connection.nodes.every(({ id }) => id !== next.nodes[0].id), "the second page begins with somebody of the first");

const once = (await send("RenameClient")).patchClient;
assert.deepEqual([once.userErrors, once.client.version], [[], 2]);
assert.deepEqual((await send("RenameClient")).patchClient, once, "the same key makes the edit again");
const late = (await send("RenameClient", { key: "another" })).patchClient;
assert.deepEqual([late.userErrors[0].code, late.conflict.currentVersion, late.conflict.changedPaths.includes("lastName")], ["VERSION_CONFLICT", 2, true]);
