// What a merge will do, as the API tells it.
import { useText } from "~/i18n";
import { useLabel } from "~/screens/client/Editor";
import { draftOf, type Client } from "~/screens/client/properties";
import type { MergeOutcomeFragment } from "~/screens/duplicates/duplicates.generated";

export function MergeSummary({ report, clients }: { report: MergeOutcomeFragment; clients: readonly Client[] }) {
  const t = useText();
  const label = useLabel(clients[0]);
  const nameOf = (id: string) => {
    const client = clients.find((one) => one.clientId === id);
    return client?.fullName ? `${client.fullName} (#${id})` : `#${id}`;
  };
  return (
    <section className="card" aria-labelledby="merge-outcome">
      <h2 id="merge-outcome">{t.merge.outcome}</h2>
      <div className="outcome">
        <Part title={t.merge.moves} empty={t.merge.nothing}>
          {report.moves.map((move) => (
            <li key={move.field + move.fromClientId}>
              <span dir="auto">{label(move.field)}</span>: {t.merge.entries(move.count)}
              {move.values && move.values.length > 0 ? (
                <>
                  {" "}
                  (<bdi>{move.values.map(draftOf).join(", ")}</bdi>)
                </>
              ) : null}{" "}
              <span className="soft small" dir="auto">
                {nameOf(move.fromClientId)}
              </span>
            </li>
          ))}
        </Part>
        <Part title={t.merge.fills} empty={t.merge.nothing}>
          {report.fills.map((fill) => (
            <li key={fill.field}>
              <span dir="auto">{label(fill.field)}</span>: <bdi>{draftOf(fill.value) || t.merge.secret}</bdi>{" "}
              <span className="soft small" dir="auto">
                {nameOf(fill.fromClientId)}
              </span>
            </li>
          ))}
        </Part>
        <Part title={t.merge.aliases} empty={t.merge.nothing}>
          {report.aliases.map((alias) => (
            <li key={alias.field + alias.value + alias.clientId}>
              <span dir="auto">{label(alias.field)}</span>: <bdi>{alias.value}</bdi>
            </li>
          ))}
        </Part>
      </div>
      <p className="soft small">{t.merge.undoable}</p>
    </section>
  );
}

function Part({ title, empty, children }: { title: string; empty: string; children: React.ReactNode[] }) {
  return (
    <div>
      <h3>{title}</h3>
      {children.length > 0 ? <ul>{children}</ul> : <p className="soft">{empty}</p>}
    </div>
  );
}
