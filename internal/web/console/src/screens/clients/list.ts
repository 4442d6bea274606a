// A list of clients as it grows: parts by cursor, rows kept in step with what
// happens, new clients held back until somebody asks for them.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import type { Client } from "@urql/core";
import { useApi, type Api } from "~/api/api";
import { troubleOf, type Trouble } from "~/api/errors";
import type { Change } from "~/api/live";
import type { ClientChangeKind, ClientOrder, ClientReportFilter } from "~/schema.generated";
import { ClientPageDocument, ClientTotalDocument, SearchIdsDocument, type ClientRowFragment } from "~/screens/clients/clients.generated";
import { among } from "~/screens/clients/filters";

export type Row = ClientRowFragment;

export interface ListState {
  rows: readonly Row[];
  // loading: the first part is on its way; rows are then those of before.
  loading: boolean;
  loadingMore: boolean;
  hasMore: boolean;
  trouble: Trouble | null;
  total: number | null;
  // New clients that match and are not shown yet, by id.
  fresh: readonly string[];
  // How often each row was changed by somebody since it was loaded, by id.
  changes: ReadonlyMap<string, number>;
  // Rows whose client is in the list no more, by id, and why.
  gone: ReadonlyMap<string, ClientChangeKind>;
  // Whether a search found more than it answers.
  limited: boolean;
}

export interface Question {
  search: string;
  filter: ClientReportFilter;
  orderBy: ClientOrder;
}

export const partSize = 100;
// How long new clients are collected before the API is asked which of them the
// filter means, in milliseconds.
const collect = 400;

const nothing: ListState = {
  rows: [],
  loading: true,
  loadingMore: false,
  hasMore: false,
  trouble: null,
  total: null,
  fresh: [],
  changes: new Map(),
  gone: new Map(),
  limited: false,
};

export class ClientList {
  // Where the list was left, for who comes back to it.
  scroll = 0;
  active = "";
  private state: ListState = nothing;
  private readonly listeners = new Set<() => void>();
  private filter: ClientReportFilter;
  private cursor: string | null = null;
  // Rises with each beginning: answers to what was asked before are dropped.
  private turn = 0;
  // Whether it was the next part that could not be read, and not the first one.
  private failedAhead = false;
  private arrived: string[] = [];
  private timer = 0;
  private readonly unwatch: readonly (() => void)[];

  constructor(
    private readonly client: Client,
    live: Api["live"],
    private readonly question: Question,
  ) {
    this.filter = question.filter;
    this.unwatch = [live.onChange((change) => this.take(change)), live.onResync(() => void this.refresh())];
    void this.begin();
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = () => this.state;

  dispose() {
    this.unwatch.forEach((stop) => stop());
    window.clearTimeout(this.timer);
    this.turn++;
  }

  private set(change: Partial<ListState>) {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }

  // begin reads the first part anew, and how many there are in all.
  readonly begin = async () => {
    const turn = ++this.turn;
    this.arrived = [];
    this.failedAhead = false;
    this.set({ loading: true, trouble: null });
    let limited = false;
    if (this.question.search !== "") {
      const found = await this.client.query(
        SearchIdsDocument,
        { search: this.question.search, first: partSize },
        { requestPolicy: "network-only" },
      );
      if (turn !== this.turn) {
        return;
      }
      const trouble = troubleOf(found.error, found.data);
      if (trouble) {
        this.set({ loading: false, trouble });
        return;
      }
      const ids = found.data?.filterClients?.clients.map((one) => one.clientId) ?? [];
      limited = ids.length === partSize;
      this.filter = among(this.question.filter, ids);
    }
    const part = await this.read(null);
    if (turn !== this.turn) {
      return;
    }
    if ("trouble" in part) {
      this.set({ loading: false, trouble: part.trouble });
      return;
    }
    this.cursor = part.cursor;
    this.set({
      ...nothing,
      rows: part.rows,
      loading: false,
      hasMore: part.hasMore,
      limited,
      total: part.hasMore ? this.state.total : part.rows.length,
    });
    if (part.hasMore) {
      const { data } = await this.client.query(ClientTotalDocument, { filter: this.filter }, { requestPolicy: "network-only" });
      if (turn === this.turn) {
        this.set({ total: data?.clientReportCount ?? null });
      }
    }
  };

  // more reads the next part, once at a time.
  readonly more = async () => {
    if (this.state.loading || this.state.loadingMore || !this.state.hasMore) {
      return;
    }
    const turn = this.turn;
    this.set({ loadingMore: true });
    const part = await this.read(this.cursor);
    if (turn !== this.turn) {
      return;
    }
    if ("trouble" in part) {
      this.failedAhead = true;
      this.set({ loadingMore: false, trouble: part.trouble });
      return;
    }
    this.cursor = part.cursor;
    const known = new Set(this.state.rows.map((row) => row.id));
    this.set({
      rows: [...this.state.rows, ...part.rows.filter((row) => !known.has(row.id))],
      loadingMore: false,
      hasMore: part.hasMore,
      trouble: null,
    });
  };

  // refresh reads again as much as there is, and leaves who scrolled where they are.
  private async refresh() {
    const wanted = this.state.rows.length;
    if (this.state.loading || wanted <= partSize || this.question.search !== "") {
      return this.begin();
    }
    const turn = ++this.turn;
    this.arrived = [];
    this.set({ loadingMore: true });
    const rows = new Map<string, Row>();
    let cursor: string | null = null;
    let hasMore = true;
    while (hasMore && rows.size < wanted) {
      const part: Awaited<ReturnType<typeof this.read>> = await this.read(cursor);
      if (turn !== this.turn) {
        return;
      }
      if ("trouble" in part) {
        this.failedAhead = false;
        this.set({ loadingMore: false, trouble: part.trouble });
        return;
      }
      part.rows.forEach((row) => rows.set(row.id, row));
      ({ cursor, hasMore } = part);
    }
    this.cursor = cursor;
    this.set({ ...nothing, rows: [...rows.values()], loading: false, hasMore, total: hasMore ? this.state.total : rows.size });
  }

  // retry reads again what could not be read.
  readonly retry = () => (this.failedAhead ? this.more() : this.begin());

  private async read(after: string | null) {
    const { data, error } = await this.client.query(
      ClientPageDocument,
      { filter: this.filter, orderBy: this.question.orderBy, first: partSize, after },
      { requestPolicy: "network-only" },
    );
    const trouble = troubleOf(error, data);
    const connection = data?.clientConnection;
    if (!connection) {
      return { trouble: trouble ?? ({ kind: "denied" } as const) };
    }
    return {
      rows: connection.nodes,
      cursor: connection.pageInfo.endCursor ?? null,
      hasMore: connection.pageInfo.hasNextPage,
    };
  }

  private take(change: Change) {
    const id = change.clientGlobalId;
    const index = this.state.rows.findIndex((row) => row.id === id);
    if (index >= 0) {
      const changes = new Map(this.state.changes).set(id, (this.state.changes.get(id) ?? 0) + 1);
      const gone = new Map(this.state.gone);
      if (change.client) {
        const rows = [...this.state.rows];
        rows[index] = change.client;
        gone.delete(id);
        this.set({ rows, changes, gone });
      } else {
        this.set({ changes, gone: gone.set(id, change.kind) });
      }
      return;
    }
    // Empty changedFields: the whole client is new to the caller.
    const isNew = change.client && (change.client.version === 1 || change.changedFields.length === 0 || change.kind !== "UPSERTED");
    if (isNew && this.question.search === "" && !this.state.loading) {
      this.arrived.push(change.clientId);
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.sift(), collect);
    }
  }

  // sift asks which of the clients that came are meant by the filter.
  private async sift() {
    const turn = this.turn;
    const ids = this.arrived.splice(0, partSize);
    const { data } = await this.client.query(
      ClientPageDocument,
      { filter: among(this.filter, ids), orderBy: this.question.orderBy, first: partSize, after: null },
      { requestPolicy: "network-only" },
    );
    if (turn !== this.turn) {
      return;
    }
    const known = new Set([...this.state.rows.map((row) => row.id), ...this.state.fresh]);
    const fresh = (data?.clientConnection?.nodes ?? []).map((row) => row.id).filter((id) => !known.has(id));
    if (fresh.length > 0) {
      this.set({ fresh: [...this.state.fresh, ...fresh] });
    }
  }
}

// How many lists are kept for who goes back to them.
const keptLists = 5;
const listsOf = new WeakMap<Client, Map<string, ClientList>>();

// useClientList is the list of a question, kept while one is elsewhere.
export function useClientList(question: Question | null): { list: ClientList | null; state: ListState } {
  const { client, live } = useApi();
  const key = question && JSON.stringify(question);
  const list = useMemo(() => {
    if (!key) {
      return null;
    }
    const lists = listsOf.get(client) ?? new Map<string, ClientList>();
    listsOf.set(client, lists);
    const found = lists.get(key) ?? new ClientList(client, live, JSON.parse(key) as Question);
    lists.delete(key);
    lists.set(key, found);
    return found;
  }, [client, live, key]);
  useEffect(() => {
    const lists = listsOf.get(client);
    while (lists && lists.size > keptLists) {
      const [oldest, dropped] = lists.entries().next().value ?? [];
      if (oldest === undefined) {
        break;
      }
      lists.delete(oldest);
      dropped?.dispose();
    }
  }, [client, list]);
  const state = useSyncExternalStore(
    list ? list.subscribe : () => () => {},
    () => (list ? list.current() : nothing),
  );
  return { list, state };
}
