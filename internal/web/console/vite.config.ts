import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const dist = new URL("./dist/", import.meta.url).pathname;

// firstScreenLimit is what a browser may have to fetch before the list of
// clients is there, in bytes as gzip sends them.
const firstScreenLimit = 300_000;

// The server embeds dist, all of it but .gitkeep built here. The manifest is
// written last and removed first: a dist with a manifest is a whole one. It
// names what the page loads; a first screen that is too large fails the build.
function serverManifest(): Plugin {
  return {
    name: "server-manifest",
    apply: "build",
    async buildStart() {
      await rm(join(dist, "manifest.json"), { force: true });
      for (const name of await readdir(dist)) {
        if (name !== ".gitkeep") {
          await rm(join(dist, name), { recursive: true });
        }
      }
    },
    async writeBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const entry = chunks.find((chunk) => chunk.isEntry);
      const style = Object.keys(bundle).find((name) => name.endsWith(".css"));
      if (!entry || !style) {
        throw new Error("the build made no script or no style");
      }
      const first = new Set<string>([style]);
      const add = (name: string) => {
        const chunk = bundle[name];
        if (first.has(name) || chunk?.type !== "chunk") {
          return;
        }
        first.add(name);
        chunk.imports.forEach(add);
      };
      add(entry.fileName);
      for (const chunk of chunks) {
        if (chunk.facadeModuleId?.endsWith("screens/clients/ClientsScreen.tsx")) {
          add(chunk.fileName);
        }
      }
      let size = 0;
      for (const name of first) {
        const output = bundle[name];
        size += gzipSync(output?.type === "chunk" ? output.code : (output?.source ?? "")).length;
      }
      if (size > firstScreenLimit) {
        throw new Error(`the first screen takes ${size} bytes gzipped, more than ${firstScreenLimit}`);
      }
      console.log(`console: the first screen takes ${size} bytes gzipped, of ${firstScreenLimit} that it may`);
      const manifest = { script: entry.fileName, style };
      await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
      await stat(join(dist, "manifest.json"));
    },
  };
}

// server is the clientgraph that `npm run dev` stands before.
const server = process.env["CLIENTGRAPH_URL"] ?? "http://127.0.0.1:8080";

// Of the server's page, `npm run dev` keeps what it is told, and loads the
// sources instead of the bundle.
function serverPage(): Plugin {
  return {
    name: "server-page",
    apply: "serve",
    configureServer(dev) {
      dev.middlewares.use((request, response, next) => {
        const url = request.url ?? "/";
        if (!/^\/console(\/(?!assets\/)|$|\?)/.test(url)) {
          next();
          return;
        }
        const answer = async () => {
          const page = await (await fetch(`${server}/console`)).text();
          const config = /data-config="[^"]*"/.exec(page)?.[0] ?? "";
          const html = `<!doctype html><title>Console</title><div id="console" ${config}></div><script type="module" src="/console/assets/src/main.tsx"></script>`;
          response.setHeader("Content-Type", "text/html; charset=utf-8");
          response.end(await dev.transformIndexHtml(url, html));
        };
        answer().catch(next);
      });
    },
  };
}

export default defineConfig({
  base: "/console/assets/",
  plugins: [react(), serverManifest(), serverPage()],
  resolve: { alias: { "~": new URL("./src", import.meta.url).pathname } },
  publicDir: false,
  server: { proxy: { "/graphql": { target: server, ws: true } } },
  build: {
    outDir: "dist",
    assetsDir: "",
    emptyOutDir: false,
    cssCodeSplit: false,
    // The policy of the page takes no data: scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome123", "firefox120", "safari17.5"],
    rollupOptions: { input: "src/main.tsx" },
  },
});
