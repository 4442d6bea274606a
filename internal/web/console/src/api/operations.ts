// The operations that the screens sent last, for developers who want to see
// what is behind a screen.
import { useSyncExternalStore } from "react";
import { mapExchange, stringifyDocument, type Operation } from "@urql/core";

export interface SentOperation {
  name: string;
  kind: string;
  text: string;
  variables: string;
}

const kept = 12;

export class OperationLog {
  private sent: readonly SentOperation[] = [];
  private readonly listeners = new Set<() => void>();

  // exchange remembers each operation that passes.
  readonly exchange = mapExchange({
    onOperation: (operation) => {
      if (operation.kind !== "teardown") {
        this.remember(operation.kind, operation.query, operation.variables);
      }
    },
  });

  remember(kind: string, document: Operation["query"], variables: unknown) {
    const text = stringifyDocument(document).replace(/^#.*\n/, "");
    const name = /^(?:query|mutation|subscription)\s+(\w+)/m.exec(text)?.[1] ?? kind;
    const sent = { name, kind, text, variables: JSON.stringify(variables ?? {}, null, 2) };
    this.sent = [sent, ...this.sent.filter((one) => one.name !== name)].slice(0, kept);
    this.listeners.forEach((listener) => listener());
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = () => this.sent;
}

export function useSentOperations(log: OperationLog): readonly SentOperation[] {
  return useSyncExternalStore(log.subscribe, log.current);
}
