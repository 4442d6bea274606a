// The appointments of a client: those to come, soonest first, and those that were,
// latest first. The API tells all by their beginning, earliest first: what was is
// therefore read in reaches, each farther back.
import { useCallback, useEffect, useState } from "react";
import type { Client } from "@urql/core";
import { useApi } from "~/api/api";
import { troubleOf, type Trouble } from "~/api/errors";
import type { AppointmentStatus } from "~/schema.generated";
import { PastAppointmentsDocument, UpcomingAppointmentsDocument, type VisitFragment } from "~/screens/client/client.generated";

// How far back each reach goes, in days; the last one goes to the beginning.
const reaches = [365, 5 * 365, Infinity] as const;
const day = 24 * 60 * 60 * 1000;

export interface Upcoming {
  visits: readonly VisitFragment[];
  cursor: string | null;
  hasMore: boolean;
}

export interface Past {
  visits: readonly VisitFragment[];
  // Where the next reach ends, and which it is; null when there is nothing before.
  next: { to: string; reach: number } | null;
}

// Asked is whose appointments are asked for, from what instant on, and in which state.
interface Asked {
  clientId: string;
  now: string;
  status: AppointmentStatus[] | null;
}

// Failed is thrown up to where the screen shows it.
class Failed extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.kind);
  }
}

const fresh = { requestPolicy: "network-only" } as const;

async function readUpcoming(api: Client, asked: Asked, after: string | null): Promise<Upcoming> {
  const { data, error } = await api.query(UpcomingAppointmentsDocument, { ...asked, after }, fresh);
  const part = data?.client?.appointments;
  if (!part) {
    throw new Failed(troubleOf(error, data) ?? { kind: "denied" });
  }
  return { visits: part.nodes, cursor: part.pageInfo.endCursor ?? null, hasMore: part.pageInfo.hasNextPage };
}

// readPast reads reaches from that one on, until there is something in one.
async function readPast(api: Client, { now, ...asked }: Asked, to: string, first: number): Promise<Past> {
  for (let reach = first; ; reach++) {
    const days = reaches[reach] ?? Infinity;
    const from = Number.isFinite(days) ? new Date(Date.parse(now) - days * day).toISOString() : null;
    const visits: VisitFragment[] = [];
    let hasEarlier = false;
    for (let after: string | null = null, more = true; more; ) {
      const { data, error }: Awaited<ReturnType<typeof pastPart>> = await pastPart(api, { ...asked, from, to, after });
      if (!data?.client) {
        throw new Failed(troubleOf(error, data) ?? { kind: "denied" });
      }
      const { appointments, earlier } = data.client;
      visits.push(...appointments.nodes);
      hasEarlier = from !== null && earlier.nodes.length > 0;
      more = appointments.pageInfo.hasNextPage;
      after = appointments.pageInfo.endCursor ?? null;
    }
    if (visits.length > 0 || !hasEarlier) {
      return { visits: visits.reverse(), next: hasEarlier && from ? { to: from, reach: reach + 1 } : null };
    }
  }
}

function pastPart(api: Client, variables: { clientId: string; from: string | null; to: string; status: AppointmentStatus[] | null; after: string | null }) {
  return api.query(PastAppointmentsDocument, variables, fresh);
}

export interface Appointments {
  upcoming: Upcoming;
  past: Past;
}

// useAppointments reads them anew whenever turn is another number.
export function useAppointments(clientId: string, status: AppointmentStatus | null, turn: number) {
  const { client: api } = useApi();
  const [state, setState] = useState<{ found: Appointments | null; trouble: Trouble | null; of: string }>({ found: null, trouble: null, of: "" });
  const [asked, setAsked] = useState<Asked | null>(null);
  const [again, setAgain] = useState(0);
  const of = `${clientId} ${status ?? ""}`;

  // keep shows what comes of a read, unless another one has begun meanwhile.
  const keep = useCallback(async (read: () => Promise<Appointments>, isStale: () => boolean, what: string) => {
    try {
      const found = await read();
      if (!isStale()) {
        setState({ found, trouble: null, of: what });
      }
    } catch (error) {
      if (!(error instanceof Failed)) {
        throw error;
      }
      const { trouble } = error;
      if (!isStale()) {
        // What is shown stays, where it is of the same question.
        setState((old) => ({ found: old.of === what ? old.found : null, trouble, of: what }));
      }
    }
  }, []);

  useEffect(() => {
    let stale = false;
    const next: Asked = { clientId, now: new Date().toISOString(), status: status ? [status] : null };
    setAsked(next);
    const read = async () => {
      const [upcoming, past] = await Promise.all([readUpcoming(api, next, null), readPast(api, next, next.now, 0)]);
      return { upcoming, past };
    };
    void keep(read, () => stale, of);
    return () => {
      stale = true;
    };
  }, [api, clientId, status, turn, again, keep, of]);

  const found = state.of === of ? state.found : null;
  return {
    found,
    trouble: state.of === of ? state.trouble : null,
    retry: () => setAgain((old) => old + 1),
    later() {
      if (found && asked) {
        void keep(
          async () => {
            const part = await readUpcoming(api, asked, found.upcoming.cursor);
            return { ...found, upcoming: { ...part, visits: [...found.upcoming.visits, ...part.visits] } };
          },
          () => false,
          of,
        );
      }
    },
    earlier() {
      const next = found?.past.next;
      if (found && asked && next) {
        void keep(
          async () => {
            const part = await readPast(api, asked, next.to, next.reach);
            return { ...found, past: { ...part, visits: [...found.past.visits, ...part.visits] } };
          },
          () => false,
          of,
        );
      }
    },
  };
}
