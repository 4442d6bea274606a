// What a person has begun and not finished: edits that wait for the network, and
// changes that are not saved. Whoever signs in next at the same window neither
// sees nor sends them.
import { createContext, useContext, useMemo, type ReactNode } from "react";
import { Drafts } from "~/api/drafts";
import { Outbox } from "~/api/outbox";
import { useSession } from "~/session";

export interface Desk {
  outbox: Outbox;
  drafts: Drafts;
}

const Context = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(Context);
  if (!desk) {
    throw new Error("no desk above");
  }
  return desk;
}

// DeskProvider finds the person's desk as it was left, also by a sign-in that
// ended. who names the person, and the business.
export function DeskProvider({ who, children }: { who: string; children: ReactNode }) {
  const { desks } = useSession();
  const desk = useMemo(() => {
    const found = desks.get(who) ?? { outbox: new Outbox(who), drafts: new Drafts() };
    desks.set(who, found);
    return found;
  }, [desks, who]);
  return <Context.Provider value={desk}>{children}</Context.Provider>;
}
