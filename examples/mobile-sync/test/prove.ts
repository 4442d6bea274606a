// Proves that a copy is what the server has, field by field:
//
//   URL=... CALLERS='[{"name", "token", "isClient"}, ...]' ROUNDS=30 SEED=1 KEEP=ID node out/test/prove.js FILE
//
// KEEP is the client of a caller who is one.
//
// Each round an owner, the first caller, makes random writes, while the copy syncs
// over a network that loses requests and answers, is closed and opened again from
// its file, and now and then is given to another caller, who sees other clients.
// Then the network is well, the copy syncs, and is compared. FILE may hold the copy
// of an earlier run.
import { isDeepStrictEqual } from "node:util";
import { Api, type Caller } from "../src/api.js";
import { Copy } from "../src/copy.js";
import { clientSelection, type ClientRecord } from "../src/operations.js";
import { sync } from "../src/sync.js";
import { Chance } from "./chance.js";
import { Writer } from "./writes.js";

const { URL: url = "", CALLERS: people = "[]", ROUNDS: rounds = "30", SEED: seed = "1", KEEP: keep = "" } = process.env;
const file = process.argv[2] ?? "copy.sqlite";
const callers = JSON.parse(people) as (Caller & { name: string })[];
const chance = new Chance(Number(seed));

class Disconnected extends Error {}

// troubled loses a third of all requests on their way there, or back.
const troubled: typeof fetch = async (...request) => {
  if (chance.percent(15)) {
    throw new Disconnected("lost on the way there");
  }
  const response = await fetch(...request);
  if (chance.percent(15)) {
    await response.text();
    throw new Disconnected("lost on the way back");
  }
  return response;
};

// everything is what a caller sees now, by the id of each client.
async function everything(api: Api): Promise<Map<string, ClientRecord>> {
  const all = new Map<string, ClientRecord>();
  const query = `query ($after: String, $isClient: Boolean!) {
    clientConnection(first: 100, after: $after) { nodes { ${clientSelection} } pageInfo { hasNextPage endCursor } }
  }`;
  for (let after: string | null = null; ; ) {
    const { clientConnection: page }: any = await api.ask(query, { after });
    for (const client of page.nodes as ClientRecord[]) {
      all.set(client.clientId, client);
    }
    if (!page.pageInfo.hasNextPage) {
      return all;
    }
    after = page.pageInfo.endCursor;
  }
}

// differences are what the copy has otherwise than the server, a line each.
function differences(copy: Copy, server: Map<string, ClientRecord>): string[] {
  const found: string[] = [];
  for (const id of copy.ids().filter((held) => !server.has(held))) {
    found.push(`${id}: held, and not seen`);
  }
  for (const [id, wanted] of server) {
    const held = copy.client(id);
    if (held === null) {
      found.push(`${id}: seen, and not held`);
      continue;
    }
    if (!isDeepStrictEqual(Object.keys(held).sort(), Object.keys(wanted).sort())) {
      found.push(`${id}: has the fields ${Object.keys(held)}, and not ${Object.keys(wanted)}`);
    }
    for (const [name, value] of Object.entries(wanted)) {
      if (!isDeepStrictEqual(ordered(name, held[name]), ordered(name, value))) {
        found.push(`${id}.${name}: ${JSON.stringify(held[name])}, and not ${JSON.stringify(value)}`);
      }
    }
  }
  return found;
}

// ordered puts relations, which are sets, in one order.
function ordered(name: string, value: unknown): unknown {
  if (name === "clientIdsClientCanView") {
    return [...(value as string[])].sort();
  }
  return name === "viewByClients" ? (value as { clientId: string }[]).map((one) => one.clientId).sort() : value;
}

let now = callers[0] as Caller & { name: string };
const owner = callers[0] as Caller;
const writing = new Api(url, () => owner);
const well = new Api(url, () => now);
const ill = new Api(url, () => now, troubled);
const known = [...(await everything(writing)).keys()].sort((a, b) => Number(a) - Number(b)).slice(0, 40);
const writer = new Writer(writing, chance, known, keep, seed);
const met = { disconnects: 0, restarts: 0, callers: 0, clients: 0, pairs: 0 };

let copy = await Copy.open(file);
for (let round = 1; round <= Number(rounds); round++) {
  if (chance.percent(40)) {
    now = chance.of(callers);
    met.callers++;
  }
  for (let step = 0; step < 4; step++) {
    // Writes and the copy's reading at the same time.
    await Promise.all([
      (async () => {
        for (let i = 0; i < 3; i++) {
          await writer.write();
        }
      })(),
      sync(ill, copy).catch((error: unknown) => {
        if (!(error instanceof Disconnected)) {
          throw error;
        }
        met.disconnects++;
      }),
    ]);
    if (chance.percent(30)) {
      copy = await Copy.open(file); // What was not in the file is gone.
      met.restarts++;
    }
  }
  await sync(well, copy);
  const server = await everything(well);
  const found = differences(copy, server);
  if (found.length > 0) {
    console.error(`seed ${seed}, round ${round}, as ${now.name}: ${found.length} differences\n${found.slice(0, 10).join("\n")}`);
    process.exit(1);
  }
  met.clients += server.size;
  met.pairs += [...server.values()].reduce((sum, one) => sum + one.clientIdsClientCanView.length + one.viewByClients.length, 0);
}
console.log(JSON.stringify({ rounds: Number(rounds), seed, ...met, writes: Object.fromEntries(writer.done) }));
