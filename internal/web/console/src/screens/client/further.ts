// The viewers and the subjects behind the first 1,000, which the API answers by
// pages, ordered by name.
import { useEffect, useState } from "react";
import { useApi } from "~/api/api";
import { FurtherSubjectsDocument, FurtherViewersDocument, type PersonFragment } from "~/screens/client/client.generated";
import type { Client } from "~/screens/client/properties";

const pageSize = 500;

type Page = readonly PersonFragment[] | null | undefined;

interface State {
  people: readonly PersonFragment[];
  // How many pages were read; the pages begin with the first client of all.
  pages: number;
  isDone: boolean;
  isReading: boolean;
}

const none: State = { people: [], pages: 0, isDone: false, isReading: false };

export interface Further {
  people: readonly PersonFragment[];
  // Whether these are all.
  isDone: boolean;
  // Null where nothing further can be asked for.
  more: ((known: readonly PersonFragment[]) => void) | null;
  isReading: boolean;
}

// useFurther reads a page more each time, until it has somebody who is not known.
function useFurther(version: number, read: ((page: number) => Promise<Page>) | null): Further {
  const [state, setState] = useState(none);
  // Another version may have others.
  useEffect(() => setState(none), [version]);
  const more = async (known: readonly PersonFragment[]) => {
    setState({ ...state, isReading: true });
    const ids = new Set([...known, ...state.people].map((person) => person.id));
    const people = [...state.people];
    let { pages, isDone } = state;
    while (read && !isDone && people.length === state.people.length) {
      const page = await read(pages + 1);
      if (!page) {
        break;
      }
      pages++;
      isDone = page.length < pageSize;
      people.push(...page.filter((person) => !ids.has(person.id)));
    }
    setState({ people, pages, isDone, isReading: false });
  };
  return { ...state, more: read && !state.isDone ? (known) => void more(known) : null };
}

export function useFurtherSubjects({ clientId, version }: Client): Further {
  const { client: api } = useApi();
  return useFurther(version, async (page) => {
    const { data } = await api.query(FurtherSubjectsDocument, { clientId, page, size: pageSize }, { requestPolicy: "network-only" });
    return data?.clientsCanView;
  });
}

// useFurtherViewers reads the viewers of a client with a login: the API lists them
// by the account.
export function useFurtherViewers({ clientAccountId, version }: Client): Further {
  const { client: api } = useApi();
  const read = async (account: string, page: number) => {
    const { data } = await api.query(FurtherViewersDocument, { clientAccountId: account, page, size: pageSize }, { requestPolicy: "network-only" });
    return data?.clientsCanViewedBy;
  };
  return useFurther(version, clientAccountId ? (page) => read(clientAccountId, page) : null);
}
