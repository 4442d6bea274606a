// Keeps a copy in a file, and says every few seconds how many clients it holds:
//
//   URL=http://127.0.0.1:8080/graphql TOKEN=... node out/src/main.js copy.sqlite
import { setTimeout as pause } from "node:timers/promises";
import { Api } from "./api.js";
import { Copy } from "./copy.js";
import { sync } from "./sync.js";

const { URL: url = "http://127.0.0.1:8080/graphql", TOKEN: token = "" } = process.env;
const copy = await Copy.open(process.argv[2] ?? "copy.sqlite");
const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString() || "{}") as { role?: string };
const api = new Api(url, () => ({ token, isClient: claims.role === "CLIENT" }));
for (;;) {
  try {
    await sync(api, copy);
    console.log(`${copy.ids().length} clients`);
  } catch (error) {
    console.error(`not in step: ${error instanceof Error ? error.message : String(error)}`);
  }
  await pause(5000);
}
