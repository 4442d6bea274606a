// Changes that people have not saved yet. They outlast the screen that they were
// made on: who looks up another client meanwhile finds them again. They are kept
// by the open page alone; the browser asks before it closes it.
import { useSyncExternalStore } from "react";
import type { Client, Draft } from "~/screens/client/properties";

export interface Kept {
  // The client as it was when the first change was made.
  base: Client;
  draft: Draft;
}

export class Drafts {
  private kept: ReadonlyMap<string, Kept> = new Map();
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = () => this.kept;

  get(clientId: string): Kept | undefined {
    return this.kept.get(clientId);
  }

  // keep holds what differs from base; null lets it go.
  keep(clientId: string, changes: Kept | null) {
    if (!changes && !this.kept.has(clientId)) {
      return;
    }
    const next = new Map(this.kept);
    if (changes) {
      next.set(clientId, changes);
    } else {
      next.delete(clientId);
    }
    this.kept = next;
    this.listeners.forEach((listener) => listener());
  }
}

export function useDrafts(drafts: Drafts): ReadonlyMap<string, Kept> {
  return useSyncExternalStore(drafts.subscribe, drafts.current);
}
