// When a client comes and came, where, to whom, and what became of it.
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useApi } from "~/api/api";
import { Badge, Button, Skeleton } from "~/design/controls";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import type { AppointmentStatus } from "~/schema.generated";
import { useAppointments } from "~/screens/client/appointments";
import type { VisitFragment } from "~/screens/client/client.generated";
import type { Client } from "~/screens/client/properties";

const statuses = ["OPEN", "COMPLETED", "CANCELLED", "NO_SHOW"] as const satisfies readonly AppointmentStatus[];
const tones = { OPEN: "accent", COMPLETED: "good", CANCELLED: undefined, NO_SHOW: "warn" } as const;

export function AppointmentsTab({ client }: { client: Client }) {
  const t = useText();
  const formats = useFormats();
  const [params, setParams] = useSearchParams();
  const status = statuses.find((one) => one === params.get("status")) ?? null;
  const { found, trouble, ...read } = useAppointments(client.clientId, status, useTurns(client.id));
  const choose = (one: AppointmentStatus | null) => setParams({ tab: "appointments", ...(one ? { status: one } : {}) }, { replace: true });
  return (
    <div className="appointments">
      <div className="appointments-head">
        <div className="choices" role="group" aria-label={t.appointments.statuses}>
          {[null, ...statuses].map((one) => (
            <Button key={one} look={status === one ? undefined : "quiet"} aria-pressed={status === one} onPress={() => choose(one)}>
              {one ? t.appointments.status[one] : t.feed.all}
            </Button>
          ))}
        </div>
        <span className="soft small">{t.feed.zone(formats.zone)}</span>
      </div>
      {found ? (
        <Found found={found} status={status} {...read} />
      ) : trouble ? (
        <TroubleState trouble={trouble} retry={read.retry} />
      ) : (
        <AppointmentsSkeleton />
      )}
    </div>
  );
}

// useTurns counts what the feed tells of the client: the scheduler's changes too.
function useTurns(id: string): number {
  const { live } = useApi();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const next = () => setTurn((old) => old + 1);
    const stops = [live.onChange((change) => change.clientGlobalId === id && next()), live.onResync(next)];
    return () => stops.forEach((stop) => stop());
  }, [live, id]);
  return turn;
}

type Read = ReturnType<typeof useAppointments>;

function Found({ found, status, later, earlier }: { found: NonNullable<Read["found"]>; status: AppointmentStatus | null } & Pick<Read, "later" | "earlier">) {
  const t = useText();
  const { upcoming, past } = found;
  if (upcoming.visits.length === 0 && past.visits.length === 0) {
    return status ? (
      <State icon="calendar" title={t.appointments.noneOfStatus} />
    ) : (
      <State icon="calendar" title={t.appointments.none} hint={t.appointments.noneHint} />
    );
  }
  return (
    <>
      <Visits title={t.appointments.upcoming} empty={t.appointments.noUpcoming} visits={upcoming.visits}>
        {upcoming.hasMore ? <Button onPress={later}>{t.appointments.later}</Button> : null}
      </Visits>
      <Visits title={t.appointments.past} empty={t.appointments.noPast} visits={past.visits}>
        {past.next ? <Button onPress={earlier}>{t.appointments.earlier}</Button> : null}
      </Visits>
    </>
  );
}

function Visits({ title, empty, visits, children }: { title: string; empty: string; visits: readonly VisitFragment[]; children: React.ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      {visits.length === 0 ? (
        <p className="soft">{empty}</p>
      ) : (
        <ul className="person-list visits">
          {visits.map((visit) => (
            <VisitLine key={visit.appointmentId} visit={visit} />
          ))}
        </ul>
      )}
      {children}
    </section>
  );
}

// VisitLine names location, staff and reason by their ids, which is all that the
// API knows of them; each leads to the clients that have it too.
function VisitLine({ visit }: { visit: VisitFragment }) {
  const t = useText();
  const formats = useFormats();
  const parts = [
    visit.locationId ? { filter: "location", id: visit.locationId, text: t.filters.location } : null,
    visit.staffId ? { filter: "staff", id: visit.staffId, text: t.filters.staff } : null,
    visit.reasonId ? { filter: "reason", id: visit.reasonId, text: t.filters.reason } : null,
  ].filter((part) => part !== null);
  return (
    <li>
      <span className="two-lines grow">
        <time className="numbers" dateTime={visit.start}>
          {formats.instant(visit.start)}
        </time>
        <span className="soft small visit-parts">
          {parts.map((part) => (
            <Link key={part.filter} to={`/clients?${part.filter}=${encodeURIComponent(part.id)}`}>
              {part.text} {part.id}
            </Link>
          ))}
          <span className="numbers">#{visit.appointmentId}</span>
        </span>
      </span>
      <Badge tone={tones[visit.status]}>{t.appointments.status[visit.status]}</Badge>
    </li>
  );
}

function AppointmentsSkeleton() {
  const t = useText();
  return (
    <div className="card" role="status" aria-label={t.states.loading}>
      <ul className="person-list visits">
        {[180, 220, 200].map((width) => (
          <li key={width}>
            <Skeleton width={width} />
          </li>
        ))}
      </ul>
    </div>
  );
}
