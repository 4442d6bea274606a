// Clients who look like one person, likeliest first in sight: to merge, or to
// tell apart.
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { useMutation } from "urql";
import { useApi } from "~/api/api";
import { troubleOf, type Trouble } from "~/api/errors";
import { newKey } from "~/api/key";
import { Avatar, Badge, Button, Skeleton } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useToast } from "~/design/overlays";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import { DismissDuplicatesDocument, DuplicatesDocument, UndismissDuplicatesDocument, type DuplicatesQuery } from "~/screens/duplicates/duplicates.generated";
import "~/screens/duplicates/duplicates.css";

type Group = NonNullable<DuplicatesQuery["duplicateClients"]>["nodes"][number];

const partSize = 30;

interface Inbox {
  groups: readonly Group[] | null;
  total: number;
  cursor: string | null;
  hasMore: boolean;
  trouble: Trouble | null;
}

export default function DuplicatesScreen() {
  const t = useText();
  const { inbox, read, drop, putBack } = useInbox();
  useEffect(() => {
    document.title = t.nav.duplicates;
  }, [t]);
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t.nav.duplicates}</h1>
        <span className="soft numbers" aria-live="polite">
          {inbox.groups ? t.duplicates.count(inbox.total) : ""}
        </span>
      </div>
      <div className="inbox">
        {inbox.trouble ? (
          <TroubleState trouble={inbox.trouble} retry={() => void read(null)} />
        ) : !inbox.groups ? (
          <InboxSkeleton />
        ) : inbox.groups.length === 0 ? (
          <State icon="check" title={t.duplicates.none} hint={t.duplicates.noneHint} />
        ) : (
          <>
            <ul className="groups">
              {inbox.groups.map((group) => (
                <GroupCard key={keyOf(group)} group={group} onDismissed={() => drop(group)} onUndone={() => putBack(group)} />
              ))}
            </ul>
            {inbox.hasMore ? <Button onPress={() => void read(inbox.cursor)}>{t.duplicates.more}</Button> : null}
          </>
        )}
      </div>
    </div>
  );
}

function keyOf(group: Group): string {
  return group.clients.map((client) => client.clientId).join("-");
}

function lowestOf(group: Group): number {
  return Math.min(...group.clients.map((client) => Number(client.clientId)));
}

function useInbox() {
  const { client } = useApi();
  const [inbox, setInbox] = useState<Inbox>({ groups: null, total: 0, cursor: null, hasMore: false, trouble: null });
  const read = async (after: string | null) => {
    const { data, error } = await client.query(DuplicatesDocument, { first: partSize, after }, { requestPolicy: "network-only" });
    const part = data?.duplicateClients;
    if (!part) {
      setInbox((old) => ({ ...old, trouble: troubleOf(error) ?? { kind: "denied" } }));
      return;
    }
    setInbox((old) => ({
      groups: after ? [...(old.groups ?? []), ...part.nodes] : part.nodes,
      total: part.totalCount,
      cursor: part.pageInfo.endCursor ?? null,
      hasMore: part.pageInfo.hasNextPage,
      trouble: null,
    }));
  };
  useEffect(() => {
    void read(null);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client]);
  const drop = (group: Group) =>
    setInbox((old) => ({ ...old, total: old.total - 1, groups: (old.groups ?? []).filter((one) => one !== group) }));
  // A group is where its lowest client's number puts it.
  const putBack = (group: Group) =>
    setInbox((old) => ({ ...old, total: old.total + 1, groups: [...(old.groups ?? []), group].sort((a, b) => lowestOf(a) - lowestOf(b)) }));
  return { inbox, read, drop, putBack };
}

function GroupCard({ group, onDismissed, onUndone }: { group: Group; onDismissed(): void; onUndone(): void }) {
  const t = useText();
  const say = useToast();
  const formats = useFormats();
  const { client } = useApi();
  const [{ fetching }, dismiss] = useMutation(DismissDuplicatesDocument);
  const ids = group.clients.map((client) => client.clientId);
  const reasons = [...new Set(group.pairs.flatMap((pair) => pair.reasons))];
  const names = group.clients.map((client) => client.fullName ?? client.clientId).join(", ");

  const tellApart = async () => {
    const { data } = await dismiss({ clientIds: ids, idempotencyKey: newKey() });
    const answer = data?.dismissDuplicates;
    if (!answer || answer.userErrors.length > 0) {
      say(answer?.userErrors[0]?.message ?? t.states.offline);
      return;
    }
    say(t.duplicates.dismissed(names), { label: t.clients.undo, run: () => void undo() });
    onDismissed();
  };
  // The card is gone by then: what it asks by is not.
  const undo = async () => {
    const { data } = await client.mutation(UndismissDuplicatesDocument, { clientIds: ids, idempotencyKey: newKey() }).toPromise();
    const answer = data?.undismissDuplicates;
    if (!answer || answer.userErrors.length > 0) {
      say(answer?.userErrors[0]?.message ?? t.states.offline);
      return;
    }
    say(t.duplicates.undismissed(names));
    onUndone();
  };
  return (
    <li className="card group" aria-label={names}>
      <div className="group-head">
        <strong className="numbers">{t.duplicates.score(Math.round(group.score * 100))}</strong>
        {reasons.map((reason) => (
          <Badge key={reason} tone="accent">
            {t.duplicates.reason[reason]}
          </Badge>
        ))}
      </div>
      <ul className="group-people">
        {group.clients.map((client) => (
          <li key={client.id}>
            <Avatar name={client.fullName ?? ""} />
            <span className="two-lines grow">
              <Link to={`/clients/${client.clientId}`} className="clip" dir="auto">
                {client.fullName ?? t.clients.noName}
              </Link>
              <span className="soft small clip" dir="auto">
                {[client.emailAddress, client.cellPhone ?? client.homePhone, client.dateOfBirth && formats.day(client.dateOfBirth)]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
            <span className="soft small numbers">#{client.clientId}</span>
          </li>
        ))}
      </ul>
      <div className="dialog-foot">
        <Button onPress={() => void tellApart()} isDisabled={fetching}>
          {t.duplicates.dismiss}
        </Button>
        <Link className="button" to={`/duplicates/merge?ids=${ids.join(",")}`}>
          <Icon name="merge" />
          {t.duplicates.compare}
        </Link>
      </div>
    </li>
  );
}

function InboxSkeleton() {
  const t = useText();
  return (
    <ul className="groups" role="status" aria-label={t.states.loading}>
      {[0, 1, 2].map((index) => (
        <li className="card group" key={index}>
          <div className="group-head">
            <Skeleton width={160} />
          </div>
          <ul className="group-people">
            {[0, 1].map((line) => (
              <li key={line}>
                <span className="avatar skeleton" />
                <Skeleton width={180} />
              </li>
            ))}
          </ul>
          <div className="dialog-foot">
            <span className="button" />
          </div>
        </li>
      ))}
    </ul>
  );
}
