// What happened to a client, latest first: who, when, what it was and became.
import { useEffect, useState } from "react";
import { Link } from "react-router";
import type { OperationResult } from "urql";
import { useApi } from "~/api/api";
import { troubleOf, type Trouble } from "~/api/errors";
import { newKey } from "~/api/key";
import { Badge, Button, Skeleton } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useToast } from "~/design/overlays";
import { TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import { ClientHistoryDocument, type ClientHistoryQuery } from "~/screens/client/client.generated";
import { useLabel } from "~/screens/client/Editor";
import { draftOf, keyOfHistory, patchOf, textOf, type Client } from "~/screens/client/properties";
import { useReadable } from "~/screens/client/readable";
import { sendPatch } from "~/screens/client/send";
import { useMay } from "~/screens/frame/me";
import { RoleName } from "~/screens/frame/roles";

type History = NonNullable<NonNullable<ClientHistoryQuery["client"]>["history"]>;
type Entry = History["nodes"][number];
type Change = Entry["changes"][number];

// How many entries are shown before one asks for more.
const shownAtFirst = 50;

export function HistoryTab({ client, again }: { client: Client; again(): void }) {
  const t = useText();
  const { entries, trouble, retry } = useHistory(client);
  const [shown, setShown] = useState(shownAtFirst);
  if (trouble) {
    return <TroubleState trouble={trouble} retry={retry} />;
  }
  if (!entries) {
    return <HistorySkeleton />;
  }
  return (
    <>
      <ol className="history">
        {entries.slice(0, shown).map((entry) => (
          <HistoryItem key={entry.version} entry={entry} client={client} again={again} />
        ))}
      </ol>
      {entries.length > shown ? (
        <Button onPress={() => setShown(shown + shownAtFirst)}>{t.history.earlier(entries.length - shown)}</Button>
      ) : null}
    </>
  );
}

// useHistory reads the whole history, which the API tells from its beginning, and
// turns it round.
function useHistory(client: Client) {
  const { client: api } = useApi();
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<{ entries: readonly Entry[] | null; trouble: Trouble | null }>({ entries: null, trouble: null });
  useEffect(() => {
    let stale = false;
    const read = async () => {
      const entries: Entry[] = [];
      let after: string | null = null;
      for (;;) {
        const answer: OperationResult<ClientHistoryQuery> = await api.query(
          ClientHistoryDocument,
          { clientId: client.clientId, after },
          { requestPolicy: "network-only" },
        );
        const part: History | null | undefined = answer.data?.client?.history;
        if (stale) {
          return;
        }
        if (!part) {
          setState({ entries: null, trouble: troubleOf(answer.error) ?? { kind: "denied" } });
          return;
        }
        entries.push(...part.nodes);
        if (!part.pageInfo.hasNextPage) {
          break;
        }
        after = part.pageInfo.endCursor ?? null;
      }
      setState({ entries: entries.reverse(), trouble: null });
    };
    void read();
    return () => {
      stale = true;
    };
  }, [api, client.clientId, client.version, turn]);
  return { ...state, retry: () => setTurn((old) => old + 1) };
}

function HistoryItem({ entry, client, again }: { entry: Entry; client: Client; again(): void }) {
  const t = useText();
  const formats = useFormats();
  return (
    <li className="history-entry" aria-label={t.history.version(entry.version)}>
      <div className="history-head">
        <Badge tone={entry.operation === "MERGE" || entry.operation === "UNMERGE" ? "accent" : entry.operation === "DELETE" ? "warn" : undefined}>
          {t.history.operation[entry.operation]}
        </Badge>
        <strong dir="auto">{entry.user}</strong>
        <span className="soft small">
          <RoleName role={entry.role} />
        </span>
        <time className="soft small numbers" dateTime={entry.at} title={formats.zone}>
          {formats.instant(entry.at)}
        </time>
        <span className="soft small numbers">{t.history.version(entry.version)}</span>
      </div>
      {entry.changes.length > 0 ? (
        <ul className="changes">
          {entry.changes.map((change) => (
            <ChangeLine key={change.path} change={change} client={client} again={again} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}

function ChangeLine({ change, client, again }: { change: Change; client: Client; again(): void }) {
  const t = useText();
  const label = useLabel(client);
  const readable = useReadable(client);
  const restore = useRestore(client, again);
  const key = keyOfHistory(client, change.path);
  const mayRestore =
    useMay("WRITE") && !client.deleted && key !== null && key !== "ssn" && draftOf(change.before) !== textOf(client, key) && change.before !== null;
  const [edge, other] = change.path.split(".");
  if (other && (edge === "viewByClients" || edge === "clientIdsClientCanView")) {
    return (
      <li>
        <span className="change-name">{edge === "viewByClients" ? t.history.viewer : t.history.subject}</span>
        <span>
          {change.after === null ? t.history.ended : t.history.began}{" "}
          <Link to={`/clients/${other}`} className="numbers">
            #{other}
          </Link>
        </span>
      </li>
    );
  }
  return (
    <li>
      <span className="change-name" dir="auto">
        {label(change.path)}
      </span>
      <span className="change-values">
        {change.before === null || change.before === undefined ? null : (
          <>
            <del dir="auto">{readable(change.path, change.before)}</del>
            <Icon name="forward" />
          </>
        )}
        <ins dir="auto">{change.after === null || change.after === undefined ? t.history.cleared : readable(change.path, change.after)}</ins>
      </span>
      {mayRestore && key ? (
        <Button look="quiet" className="restore" aria-label={t.history.restoreValue(label(change.path))} onPress={() => void restore(key, draftOf(change.before))}>
          <Icon name="undo" />
          {t.history.restore}
        </Button>
      ) : null}
    </li>
  );
}

// useRestore writes a value of before, for the version that is looked at.
function useRestore(client: Client, again: () => void) {
  const t = useText();
  const say = useToast();
  const { client: api } = useApi();
  return async (key: Parameters<typeof textOf>[1], text: string) => {
    const answer = await sendPatch(api, {
      clientId: client.clientId,
      patch: patchOf(client, { [key]: text }),
      expectedVersion: client.version,
      idempotencyKey: newKey(),
    });
    if (!answer || answer.userErrors.length > 0) {
      say(answer?.userErrors[0]?.message ?? t.states.offline);
      return;
    }
    say(t.history.restored);
    again();
  };
}

function HistorySkeleton() {
  const t = useText();
  return (
    <div className="history" role="status" aria-label={t.states.loading}>
      {[160, 220, 190].map((width) => (
        <div className="history-entry" key={width}>
          <Skeleton width={width} />
        </div>
      ))}
    </div>
  );
}
