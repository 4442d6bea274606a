// Runs what the guides for front ends show. Each fenced block of docs/guides names,
// behind its language, the file that it is:
//
//   BASE=http://127.0.0.1:8080 TOKEN=... READER=... node guides.mjs
//
// TOKEN is an owner's and READER that of a client, who may not read tags. The files
// are written below out/guides, have their types generated and checked, and are run
// by the tests of guides/. A block without a name, and a function that no test calls,
// fail.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import babel from "@babel/core";
import ts from "typescript";

const { BASE } = process.env;
const folder = import.meta.dirname;
const pages = join(folder, "../../docs/guides");
const [typed, compiled, coverage] = ["typed", "compiled", "coverage"].map((name) => join(folder, "out/guides", name));
// Read by generators before the tests run.
const configurations = /(^|\/)(codegen\.ts|relay\.config\.json)$/;
// Run by node, once they are compiled.
const code = /\.tsx?$/;

for (const made of [typed, compiled, coverage]) {
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
}

// extract writes the blocks of all pages, and returns the names of their files. A
// block of shell commands that installs packages may name those alone that are
// installed here; pages that another test reads have no file names.
function extract() {
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = new Set();
  for (const page of guides) {
    const text = readFileSync(join(pages, `${page}.md`), "utf8");
    for (const [, language, name, body] of text.matchAll(/^```(\S*) ?(.*)\n([^]*?)^```$/gm)) {
      if (language === "sh") {
        for (const [, wanted] of body.matchAll(/^npm install (.*)$/gm)) {
          const missing = wanted.split(" ").filter((word) => !word.startsWith("-") && !dependencies[word]);
          assert.deepEqual(missing, [], `${page}.md installs what is not tested`);
        }
        continue;
      }
      assert.match(name, new RegExp(`^${page}/[\\w./-]+$`), `a block of ${page}.md says of which file it is`);
      assert.ok(!files.has(name), `${name} is shown once`);
      files.add(name);
      mkdirSync(dirname(join(typed, name)), { recursive: true });
      writeFileSync(join(typed, name), body);
    }
  }
  return files;
}

// run runs a program that the packages brought, or node.
function run(program, args, { cwd = folder, env = {} } = {}) {
  const command = program === "node" ? program : join(folder, "node_modules/.bin", program);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env } });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (said += text));
    }
    child.on("error", reject);
    child.on("close", (status) => (status === 0 ? resolve(said) : reject(new Error(`${program} ${args.join(" ")}: exit code ${status}\n${said}`))));
  });
}

// compile makes CommonJS of every file, each by itself, so that what ran can be
// told of each.
function compile() {
  for (const entry of readdirSync(typed, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) {
      continue;
    }
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, jsx: ts.JsxEmit.ReactJSX, esModuleInterop: true };
    let { outputText: code } = ts.transpileModule(readFileSync(from, "utf8"), { compilerOptions });
    if (/\bgraphql\s*`/.test(code)) {
      // Relay's documents are what its compiler made of them.
      code = babel.transformSync(code, { filename: from, configFile: false, babelrc: false, plugins: [["relay", { eagerEsModules: true, artifactDirectory: undefined }]] }).code;
    }
    compilerOptions.module = ts.ModuleKind.CommonJS;
    ({ outputText: code } = ts.transpileModule(code, { compilerOptions }));
    const to = join(compiled, relative(typed, from).replace(/\.tsx?$/, ".js"));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, code);
  }
  writeFileSync(join(compiled, "package.json"), `{"type": "commonjs"}\n`);
}

// unused names the functions of the guides' files that were never called, and the
// files that were never loaded.
function unused(files) {
  const calls = new Map();
  for (const name of readdirSync(coverage)) {
    for (const { url, functions } of JSON.parse(readFileSync(join(coverage, name), "utf8")).result) {
      const file = url.startsWith("file:") ? relative(compiled, fileURLToPath(url)) : "";
      for (const { functionName, ranges } of functions) {
        const key = `${file} ${functionName} ${ranges[0].startOffset}`;
        calls.set(key, { file, functionName, count: ranges[0].count + (calls.get(key)?.count ?? 0) });
      }
    }
  }
  const problems = [];
  for (const name of files) {
    const file = name.replace(/\.tsx?$/, ".js");
    const known = [...calls.values()].filter((call) => call.file === file);
    if (known.length === 0 && code.test(name) && !configurations.test(name)) {
      problems.push(`${name} is never loaded`);
    }
    for (const { functionName, count } of known) {
      if (count === 0) {
        problems.push(`${name}: ${functionName || "a function without a name"} is never called`);
      }
    }
  }
  return problems;
}

// The pages that show code of a front end.
const guides = readdirSync(join(folder, "guides"), { withFileTypes: true })
  .filter((entry) => entry.name.endsWith(".test.tsx"))
  .map((entry) => entry.name.replace(".test.tsx", ""));

async function timed(name, step) {
  const began = performance.now();
  const answer = await step();
  console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s, ok`);
  return answer;
}

const files = await timed("the guides' blocks", extract);
cpSync(join(folder, "guides"), typed, { recursive: true });
writeFileSync(join(typed, "relay/schema.graphql"), await (await fetch(`${BASE}/schema.graphql`)).text());
await timed("their types are generated", () =>
  Promise.all([...files].filter((name) => configurations.test(name)).map((name) => {
    const cwd = join(typed, dirname(name));
    return name.endsWith(".ts")
      ? run("graphql-codegen", ["--config", "codegen.ts", "--silent"], { cwd, env: { SCHEMA_URL: `${BASE}/schema.graphql` } })
      : run("relay-compiler", ["relay.config.json"], { cwd });
  })),
);
await timed("they compile", () => Promise.all([run("tsc", ["-p", "out/guides/typed/tsconfig.json"]), compile()]));
console.log(await timed("they run", () => run("node", ["--test", "--test-reporter=spec", "--test-force-exit", "--test-timeout=180000", ...guides.map((name) => `${compiled}/${name}.test.js`)], { env: { NODE_V8_COVERAGE: coverage } })));
assert.deepEqual(unused(files), []);
