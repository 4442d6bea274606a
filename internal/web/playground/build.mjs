// Bundles GraphiQL into ../dist, which the server embeds. The manifest is
// written last and removed first: a dist with a manifest is a whole one.
import { readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "dist");
const manifest = join(dist, "manifest.json");

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  target: ["chrome111", "firefox114", "safari16.4"],
  outdir: dist,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".ttf": "file" },
  define: { "process.env.NODE_ENV": '"production"' },
  // The licences of what is bundled stay with it.
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
};

// outputOf returns the file name that an entry point was bundled into.
function outputOf(result, entry) {
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    if (output.entryPoint?.endsWith(entry)) {
      return { script: basename(path), style: output.cssBundle && basename(output.cssBundle) };
    }
  }
  throw new Error(`esbuild made no output for ${entry}`);
}

await rm(manifest, { force: true });
for (const name of await readdir(dist)) {
  if (name !== ".gitkeep") {
    await rm(join(dist, name), { recursive: true });
  }
}

const workerEntries = {
  editor: "monaco-editor/esm/vs/editor/editor.worker.js",
  json: "monaco-editor/esm/vs/language/json/json.worker.js",
  graphql: "monaco-graphql/esm/graphql.worker.js",
};
const workers = await build({
  ...common,
  entryPoints: Object.values(workerEntries),
  format: "iife",
});
const workerNames = Object.fromEntries(
  Object.entries(workerEntries).map(([label, entry]) => [label, `./${outputOf(workers, entry).script}`]),
);

const page = await build({
  ...common,
  entryPoints: ["src/main.js"],
  format: "esm",
  splitting: true,
  define: { ...common.define, WORKERS: JSON.stringify(workerNames) },
});

const { script, style } = outputOf(page, "src/main.js");
await writeFile(manifest, `${JSON.stringify({ script, style }, null, 2)}\n`);
