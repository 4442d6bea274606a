// What happens now, as the feed tells it: latest first, since the console was
// opened.
import { useEffect } from "react";
import { Link, useSearchParams } from "react-router";
import { useApi } from "~/api/api";
import { useChanges, useLiveState, type Change } from "~/api/live";
import { Badge, Button } from "~/design/controls";
import { State } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import type { ClientChangeKind } from "~/schema.generated";
import { useLabel } from "~/screens/client/Editor";
import "~/screens/feed/feed.css";

const kinds: readonly ClientChangeKind[] = ["UPSERTED", "DELETED", "RESTORED", "MERGED", "UNMERGED", "ERASED", "REMOVED"];

export default function FeedScreen() {
  const t = useText();
  const formats = useFormats();
  const { live } = useApi();
  const state = useLiveState(live);
  const changes = useChanges(live);
  const [params, setParams] = useSearchParams();
  const kind = params.get("kind");
  const shown = changes.filter((change) => !kind || change.kind === kind);
  useEffect(() => {
    document.title = t.nav.feed;
  }, [t]);
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t.nav.feed}</h1>
        <span className="soft small">{t.feed.zone(formats.zone)}</span>
      </div>
      <div className="feed-kinds" role="group" aria-label={t.feed.kinds}>
        <Button look={kind ? "quiet" : undefined} aria-pressed={!kind} onPress={() => setParams({}, { replace: true })}>
          {t.feed.all}
        </Button>
        {kinds.map((one) => (
          <Button
            key={one}
            look={kind === one ? undefined : "quiet"}
            aria-pressed={kind === one}
            onPress={() => setParams({ kind: one }, { replace: true })}
          >
            {t.feed.kind[one]}
          </Button>
        ))}
      </div>
      {shown.length === 0 ? (
        <State icon="feed" title={t.feed.quiet} hint={state === "live" ? t.feed.quietHint : t.states.offline} />
      ) : (
        <ol className="feed" aria-label={t.nav.feed}>
          {shown.map((change) => (
            <FeedLine key={change.cursor} change={change} />
          ))}
        </ol>
      )}
    </div>
  );
}

const tones = { UPSERTED: "good", DELETED: "warn", RESTORED: "good", MERGED: "accent", UNMERGED: "accent", ERASED: "bad", REMOVED: "warn" } as const;

function FeedLine({ change }: { change: Change }) {
  const t = useText();
  const formats = useFormats();
  const label = useLabel();
  const isNew = change.kind === "UPSERTED" && (change.changedFields.length === 0 || change.client?.version === 1);
  return (
    <li className="feed-line">
      <time className="soft numbers" dateTime={change.at.toISOString()}>
        {formats.time(change.at)}
      </time>
      <Badge tone={tones[change.kind]}>{isNew ? t.feed.isNew : t.feed.kind[change.kind]}</Badge>
      <span className="two-lines grow">
        <Link to={`/clients/${change.mergedIntoClientId ?? change.clientId}`} className="clip" dir="auto">
          {change.client?.fullName ?? `#${change.clientId}`}
        </Link>
        <span className="soft small clip" dir="auto">
          {change.changedFields.map(label).join(", ")}
        </span>
      </span>
    </li>
  );
}
