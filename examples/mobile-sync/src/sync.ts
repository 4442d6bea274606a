// Keeping the copy in step with the server.
import { Api, ApiError } from "./api.js";
import type { Copy } from "./copy.js";
import { changesQuery, definitionsQuery, valuesQuery, viewersQuery } from "./operations.js";
import type { Changes, ClientRecord, Definition, FieldValue } from "./operations.js";

// Lists of viewers end here; the rest is read page by page.
const mostViewers = 1000;
const viewersPage = 500;
// As many ids as a connection answers at once.
const rereadAtOnce = 100;

// [sync]
// sync brings the copy to where the server is now. What it throws leaves the copy
// whole, as it was after the last part that was taken in: call it again later.
export async function sync(api: Api, copy: Copy): Promise<void> {
  for (;;) {
    const since = copy.place()?.cursor ?? null;
    let part: Changes;
    try {
      part = (await api.ask<{ clientChanges: Changes }>(changesQuery, { since })).clientChanges;
    } catch (error) {
      if (error instanceof ApiError && error.code === "RESYNC_REQUIRED") {
        copy.forgetAll();
        continue;
      }
      throw error;
    }
    for (const { client } of part.changes) {
      await completeViewers(api, client);
    }
    copy.take(part);
    if (part.fieldDefinitionsVersion !== copy.place()?.definitionsVersion) {
      await readDefinitions(api, copy, part.fieldDefinitionsVersion);
    }
    if (!part.hasMore) {
      return;
    }
  }
}
// [/sync]

// completeViewers reads the viewers of a client who has more than a list holds.
async function completeViewers(api: Api, client: ClientRecord | null): Promise<void> {
  if (client === null || client.clientAccountId === null || client.viewByClients.length < mostViewers) {
    return;
  }
  const all: { clientId: string }[] = [];
  for (let page = 1; ; page++) {
    const { clientsCanViewedBy } = await api.ask<{ clientsCanViewedBy: { clientId: string }[] | null }>(viewersQuery, {
      account: client.clientAccountId,
      page,
    });
    all.push(...(clientsCanViewedBy ?? []));
    if ((clientsCanViewedBy ?? []).length < viewersPage) {
      client.viewByClients = all;
      return;
    }
  }
}

// [definitions]
// readDefinitions reads the custom fields of the business. When a choice may have
// been renamed, it reads the values of the clients anew too: the feed does not tell
// of that. The version is that of the feed: what changes meanwhile has a later one.
async function readDefinitions(api: Api, copy: Copy, version: number): Promise<void> {
  const { fieldDefinitions } = await api.ask<{ fieldDefinitions: Definition[] }>(definitionsQuery);
  const held = new Map(copy.definitions().map((one) => [one.schedulerPreferenceFieldDefnId, one]));
  const renamed = fieldDefinitions.some((one) => {
    const before = held.get(one.schedulerPreferenceFieldDefnId);
    return one.type === "CHOICE" && one.version !== before?.version;
  });
  copy.takeDefinitions(version, fieldDefinitions, renamed ? await readValues(api, copy.ids()) : []);
}
// [/definitions]

async function readValues(api: Api, ids: string[]): Promise<{ clientId: string; fields: FieldValue[] }[]> {
  const read: { clientId: string; fields: FieldValue[] }[] = [];
  for (let at = 0; at < ids.length; at += rereadAtOnce) {
    const { clientConnection } = await api.ask<{ clientConnection: { nodes: { clientId: string; fields: FieldValue[] }[] } }>(valuesQuery, {
      ids: ids.slice(at, at + rereadAtOnce),
    });
    read.push(...clientConnection.nodes);
  }
  return read;
}
