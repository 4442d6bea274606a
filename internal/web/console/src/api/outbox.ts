// Edits that could not be sent. Each is kept with the idempotency key that it
// was made with and sent again when the network is back: however often that is,
// it is done once.
import { useSyncExternalStore } from "react";
import { load, save } from "~/storage";
import type { PatchClientMutation, PatchClientMutationVariables } from "~/screens/client/client.generated";

export interface WaitingEdit {
  clientId: string;
  // What the client is called, for people.
  name: string;
  variables: PatchClientMutationVariables;
  // What the server said when the edit was sent again and refused.
  refused: NonNullable<PatchClientMutation["patchClient"]> | null;
}

// A sender sends an edit. null: the network is not there, try later.
export type Sender = (variables: PatchClientMutationVariables) => Promise<PatchClientMutation["patchClient"] | null>;

// Under this name, the edits of each person, by who it is.
const name = "outbox";
type Kept = Record<string, readonly WaitingEdit[]>;

export class Outbox {
  private edits: readonly WaitingEdit[];
  private readonly listeners = new Set<() => void>();
  private sending = false;

  // who is whose edits these are: nobody else's token may send them.
  constructor(private readonly who: string) {
    this.edits = load<Kept>("session", name, {})[who] ?? [];
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = () => this.edits;

  private set(edits: readonly WaitingEdit[]) {
    this.edits = edits;
    const { [this.who]: _, ...others } = load<Kept>("session", name, {});
    const kept = edits.length > 0 ? { ...others, [this.who]: edits } : others;
    save("session", name, Object.keys(kept).length > 0 ? kept : null);
    this.listeners.forEach((listener) => listener());
  }

  keep(edit: WaitingEdit) {
    this.set([...this.edits.filter((one) => one.variables.idempotencyKey !== edit.variables.idempotencyKey), edit]);
  }

  drop(edit: WaitingEdit) {
    this.set(this.edits.filter((one) => one !== edit));
  }

  // flush sends what waits, in order, until the network fails again. It answers
  // the edits that were taken.
  async flush(send: Sender): Promise<WaitingEdit[]> {
    const taken: WaitingEdit[] = [];
    if (this.sending) {
      return taken;
    }
    this.sending = true;
    try {
      for (const edit of this.edits) {
        if (edit.refused) {
          continue;
        }
        const answer = await send(edit.variables);
        if (!answer) {
          break;
        }
        if (answer.userErrors.length > 0) {
          this.set(this.edits.map((one) => (one === edit ? { ...edit, refused: answer } : one)));
        } else {
          this.drop(edit);
          taken.push(edit);
        }
      }
    } finally {
      this.sending = false;
    }
    return taken;
  }
}

export function useOutbox(outbox: Outbox): readonly WaitingEdit[] {
  return useSyncExternalStore(outbox.subscribe, outbox.current);
}
