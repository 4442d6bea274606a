// What happens to clients while the console is open: one subscription for all
// screens, which goes on behind the last event after a break.
import { useSyncExternalStore } from "react";
import { stringifyDocument, type TypedDocumentNode } from "@urql/core";
import { createClient, type Client as SocketClient } from "graphql-ws";
import type { OperationLog } from "~/api/operations";
import { ClientChangedDocument, type ClientChangedSubscription } from "~/screens/frame/frame.generated";

export type Change = NonNullable<ClientChangedSubscription["clientChanged"]> & { at: Date };

export type LiveState = "connecting" | "live" | "offline";

// How long to wait before the next attempt, in milliseconds.
const firstWait = 500;
const longestWait = 15_000;
const keptChanges = 300;

export class Live {
  private socket: SocketClient | null = null;
  private cancel: () => void = () => {};
  private timer = 0;
  private wait = firstWait;
  private stopped = true;
  private wasLive = false;
  private cursor: string | null = null;
  private state: LiveState = "connecting";
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly resyncs = new Set<() => void>();
  private readonly watchers = new Set<() => void>();
  // The latest changes, newest first.
  private latest: readonly Change[] = [];

  constructor(
    private readonly endpoint: string,
    private readonly token: string,
    private readonly log: OperationLog,
  ) {}

  start() {
    this.stopped = false;
    window.addEventListener("online", this.retryNow);
    window.addEventListener("offline", this.goOffline);
    this.connect();
  }

  stop() {
    this.stopped = true;
    window.removeEventListener("online", this.retryNow);
    window.removeEventListener("offline", this.goOffline);
    window.clearTimeout(this.timer);
    this.hangUp();
    this.socket = null;
  }

  private hangUp() {
    this.cancel();
    // A socket that never opened says so once more, to nobody.
    Promise.resolve(this.socket?.dispose()).catch(() => undefined);
  }

  // onChange is told of every change, in order.
  onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  // onResync is told when changes were missed for good: read everything again.
  onResync(listener: () => void): () => void {
    this.resyncs.add(listener);
    return () => this.resyncs.delete(listener);
  }

  readonly watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  readonly currentState = () => this.state;
  readonly changes = () => this.latest;

  private readonly retryNow = () => {
    this.wait = firstWait;
    this.reconnect(0);
  };

  private readonly goOffline = () => this.setState("offline");

  private setState(state: LiveState) {
    this.state = state;
    this.watchers.forEach((watcher) => watcher());
  }

  private reconnect(wait: number) {
    window.clearTimeout(this.timer);
    if (this.stopped) {
      return;
    }
    this.timer = window.setTimeout(() => this.connect(), wait);
  }

  private connect() {
    this.hangUp();
    const url = new URL(this.endpoint, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = createClient({
      url: url.href,
      retryAttempts: 0,
      connectionParams: { Authorization: `Bearer ${this.token}` },
      on: {
        connected: () => {
          this.wait = firstWait;
          if (this.wasLive && this.cursor === null) {
            // Nobody knows what was missed: there is no event to go on behind.
            this.readAgain();
          }
          this.wasLive = true;
          this.setState("live");
        },
      },
    });
    this.socket = socket;
    const variables = { after: this.cursor };
    this.log.remember("subscription", ClientChangedDocument, variables);
    const lost = () => {
      if (this.socket !== socket || this.stopped) {
        return;
      }
      this.setState(navigator.onLine ? "connecting" : "offline");
      this.reconnect(this.wait);
      this.wait = Math.min(longestWait, this.wait * 2);
    };
    this.cancel = socket.subscribe<ClientChangedSubscription>(
      { query: stringifyDocument(ClientChangedDocument), operationName: "ClientChanged", variables },
      {
        next: (answer) => {
          if (this.socket !== socket) {
            return;
          }
          const change = answer.data?.clientChanged;
          if (change) {
            this.tell({ ...change, at: new Date() });
          } else if (answer.errors?.some((error) => error.extensions?.["code"] === "RESYNC_REQUIRED")) {
            this.resync();
          }
        },
        error: (reason) => {
          if (Array.isArray(reason) && reason.some((error) => error?.extensions?.code === "RESYNC_REQUIRED")) {
            this.resync();
          }
          lost();
        },
        complete: lost,
      },
    );
  }

  // follow subscribes to something else beside, as long as this connection lasts,
  // and returns what ends it. ended is called once nothing more comes, for whatever
  // reason, but not of who ended it.
  follow<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    name: string,
    variables: Variables,
    { told, ended }: { told(data: Data): void; ended(): void },
  ): () => void {
    if (!this.socket || this.state !== "live") {
      ended();
      return () => undefined;
    }
    let over = false;
    const end = () => {
      if (!over) {
        over = true;
        ended();
      }
    };
    this.log.remember("subscription", document, variables);
    const cancel = this.socket.subscribe<Data>(
      { query: stringifyDocument(document), operationName: name, variables },
      {
        next: ({ data }) => {
          if (data && !over) {
            told(data);
          }
        },
        error: end,
        complete: end,
      },
    );
    return () => {
      over = true;
      cancel();
    };
  }

  private resync() {
    this.cursor = null;
    this.readAgain();
  }

  // readAgain has everything that is shown read again.
  readAgain() {
    this.resyncs.forEach((listener) => listener());
  }

  private tell(change: Change) {
    this.cursor = change.cursor;
    this.latest = [change, ...this.latest].slice(0, keptChanges);
    this.listeners.forEach((listener) => listener(change));
    this.watchers.forEach((watcher) => watcher());
  }
}

export function useLiveState(live: Live): LiveState {
  return useSyncExternalStore(live.watch, live.currentState);
}

export function useChanges(live: Live): readonly Change[] {
  return useSyncExternalStore(live.watch, live.changes);
}
