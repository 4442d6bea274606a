// What the guides' code runs in: a page, a network that can be broken, and a server.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Window } from "happy-dom";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import WebSocket from "ws";

const { BASE, TOKEN, READER } = process.env as Record<string, string>;

export const url = `${BASE}/graphql`;
export const owner = () => TOKEN;
// reader is a client, who may not read tags.
export const reader = () => READER;
export const key = randomUUID;

const page = new Window({ url: BASE });
// React asks for these when it is loaded.
Object.assign(globalThis, { window: page, document: page.document });

const sockets = new Set<WebSocket>();

class Socket extends WebSocket {
  constructor(...args: ConstructorParameters<typeof WebSocket>) {
    super(...args);
    sockets.add(this);
    this.on("close", () => sockets.delete(this));
  }
}
Object.assign(globalThis, { WebSocket: Socket });

// streams ends the answers that are being read.
let streams = new AbortController();

// dropConnections ends every connection without a word.
export function dropConnections(): void {
  sockets.forEach((socket) => socket.terminate());
  streams.abort(new TypeError("terminated"));
  streams = new AbortController();
}

const { fetch: realFetch } = globalThis;
let toLose = 0;

// loseAnswers has the next requests done, and their answers lost.
export function loseAnswers(count: number): void {
  toLose = count;
}

globalThis.fetch = async (input, init) => {
  const signals = [streams.signal, ...(init?.signal ? [init.signal] : [])];
  const answer = await realFetch(input, { ...init, signal: AbortSignal.any(signals) });
  if (toLose > 0) {
    toLose--;
    await answer.arrayBuffer();
    throw new TypeError("fetch failed");
  }
  return answer;
};

// ask is somebody else, who changes things and looks them up.
export async function ask<T = any>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const answer = await realFetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data: T; errors?: unknown };
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

export interface Person {
  __typename: "Client";
  id: string;
  clientId: string;
  version: number;
  firstName: string;
  lastName: string;
  fullName: string;
  tags: string[] | null;
}

// group is a tag, and a filter for the clients that carry it.
export function group() {
  const tag = key();
  return { tag, filter: { tagsList: [tag] } };
}

// create makes a client that carries a tag, by which a test finds its own.
export async function create(tag: string, firstName: string): Promise<Person> {
  const { createClient } = await ask(
    `mutation ($input: CreateClientInput!) {
      createClient(input: $input) { client { __typename id clientId version firstName lastName fullName tags } userErrors { code } } }`,
    { input: { firstName, lastName: "Guide", emailAddress: "somebody@example.com", tags: [tag] } },
  );
  assert.deepEqual(createClient.userErrors, []);
  return createClient.client;
}

export async function rename(id: string, firstName: string): Promise<void> {
  const { patchClient } = await ask(
    "mutation ($id: ID!, $patch: ClientPatch!) { patchClient(clientId: $id, patch: $patch) { userErrors { code } } }",
    { id, patch: { firstName } },
  );
  assert.deepEqual(patchClient.userErrors, []);
}

// eventually waits until a check passes, and does something again before each.
export async function eventually(check: () => void, again: () => Promise<void> = async () => {}): Promise<void> {
  for (const end = Date.now() + 60_000; ; ) {
    await again();
    try {
      check();
      return;
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// writesFollowed has somebody else write, in many ways, to the clients of a filter, and
// looks after each write whether what is shown is the server's list.
export async function writesFollowed(tag: string, filter: object, first: number, shown: () => string[]): Promise<void> {
  const people: Person[] = [];
  const names = [..."NECKQAHDMBLFJGPI"].map((initial) => `${initial}a`);
  const followed = async (what: string) => {
    const { clientConnection } = await ask(
      "query ($filter: ClientReportFilter, $first: Int!) { clientConnection(filter: $filter, first: $first) { nodes { fullName tags } } }",
      { filter, first },
    );
    const list = clientConnection.nodes.map(({ fullName, tags }: Person) => `${fullName} ${tags!.join(", ")}`);
    await eventually(() => assert.deepEqual(shown(), list, what));
  };
  const patch = async (person: Person, values: object) => {
    const { patchClient } = await ask(
      "mutation ($id: ID!, $patch: ClientPatch!) { patchClient(clientId: $id, patch: $patch) { userErrors { code } } }",
      { id: person.id, patch: values },
    );
    assert.deepEqual(patchClient.userErrors, []);
  };
  for (const name of names.slice(0, first + 3)) {
    people.push(await create(tag, name));
    await followed(`${name} entered`);
  }
  for (const [n, person] of people.entries()) {
    await patch(person, { firstName: names[(5 * n + 2) % names.length] });
    await followed(`client ${n} moved`);
  }
  for (const [n, person] of people.entries()) {
    await patch(person, { tags: [tag, "noted"] });
    await followed(`client ${n} changed`);
  }
  for (const person of people.slice(0, 2)) {
    await patch(person, { tags: [] });
    await followed("one left");
    await patch(person, { tags: [tag] });
    await followed("and came back");
  }
  // Over a break, where the list is the same but for one, and where it is another.
  for (const change of [{ tags: [tag, "later"] }, { firstName: "Zoe" }, { firstName: "Abe" }]) {
    dropConnections();
    await patch(people[3]!, change);
    await followed("a break");
  }
  const [into, folded, gone] = people as [Person, Person, Person];
  await ask("mutation ($into: ID!, $ids: [ID!]!) { mergeClients(clientId: $into, clientIds: $ids) { userErrors { code } } }", { into: into.id, ids: [folded.id] });
  await followed("a merge");
  await ask("mutation ($id: ID!) { deleteClient(clientId: $id) { userErrors { code } } }", { id: gone.id });
  await followed("a deletion");
}

export interface Screen {
  items(): string[];
  text(): string;
  press(label: string): void;
  close(): void;
}

export function show(what: ReactNode): Screen {
  const container = page.document.createElement("div");
  page.document.body.append(container);
  const root = createRoot(container as unknown as Element);
  root.render(what);
  return {
    items: () => [...container.querySelectorAll("li")].map((item) => item.textContent!.trim()),
    text: () => container.textContent!,
    press: (label) => {
      const button = [...container.querySelectorAll("button")].find((one) => one.textContent === label);
      assert.ok(button, `there is a button ${label}`);
      (button as unknown as HTMLElement).click();
    },
    close: () => {
      root.unmount();
      container.remove();
    },
  };
}
