// The clients side by side. What contradicts is marked and, where the API lets one
// choose, chosen.
import { Avatar, Badge } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useText } from "~/i18n";
import { useLabel } from "~/screens/client/Editor";
import { allProperties, textOf, type Client, type EditKey } from "~/screens/client/properties";
import { useReadable } from "~/screens/client/readable";
import type { MergeOutcomeFragment } from "~/screens/duplicates/duplicates.generated";

interface TableProps {
  clients: readonly Client[];
  report: MergeOutcomeFragment | null;
  everything: boolean;
  survivorId: string;
  choices: readonly { field: string; fromClientId: string }[];
  onSurvivor(clientId: string): void;
  onChoose(field: string, clientId: string): void;
}

export function MergeTable(props: TableProps) {
  const { clients, report } = props;
  const t = useText();
  const first = clients[0];
  const label = useLabel(first);
  if (!first) {
    return null;
  }
  const ownFields = first.fields.filter((field) => !field.propertyCode).map((field): EditKey => `fields.${field.schedulerPreferenceFieldDefnId}`);
  const keys = [...allProperties, ...ownFields].filter((key) => clients.some((client) => textOf(client, key) !== ""));
  const differs = (key: EditKey) => clients.some((client) => textOf(client, key) !== textOf(first, key));
  const shown = props.everything ? keys : keys.filter(differs);
  return (
    <div className="merge-scroll" tabIndex={0} role="region" aria-label={t.merge.table}>
      <table className="merge-table">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t.merge.property}</span>
            </th>
            {clients.map((client) => (
              <th key={client.id} scope="col" className={client.clientId === props.survivorId ? "survivor" : ""}>
                <label className="survivor-choice">
                  <input
                    type="radio"
                    name="survivor"
                    checked={client.clientId === props.survivorId}
                    onChange={() => props.onSurvivor(client.clientId)}
                    aria-label={t.merge.keep(client.fullName ?? "", client.clientId)}
                  />
                  <Avatar name={client.fullName ?? ""} />
                  <span className="two-lines">
                    <span dir="auto">{client.fullName ?? t.clients.noName}</span>
                    <span className="soft small numbers">
                      #{client.clientId} {client.clientId === props.survivorId ? `· ${t.merge.survivor}` : ""}
                    </span>
                  </span>
                </label>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((key) => (
            <Line key={key} editKey={key} label={label(key)} {...props} report={report} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line(props: TableProps & { editKey: EditKey; label: string }) {
  const { clients, report, editKey } = props;
  const t = useText();
  const readable = useReadable(clients[0]);
  // What only one of them has contradicts nothing: it fills.
  const contradicts = new Set(clients.map((client) => textOf(client, editKey)).filter(Boolean)).size > 1;
  const conflict = report?.conflicts.find((one) => one.field === editKey);
  // What was chosen shows at once; the API's report follows.
  const winner = props.choices.find((one) => one.field === editKey)?.fromClientId ?? conflict?.winnerClientId;
  const fill = report?.fills.find((one) => one.field === editKey);
  return (
    <tr>
      <th scope="row">
        <span dir="auto">{props.label}</span>
        {contradicts ? (
          <span className="differs-mark" title={t.merge.differs}>
            <Icon name="warning" />
            <span className="visually-hidden">{t.merge.differs}</span>
          </span>
        ) : null}
        {conflict && !conflict.choosable ? <Badge>{t.merge.strictest}</Badge> : null}
      </th>
      {clients.map((client) => {
        const text = readable(editKey, textOf(client, editKey));
        const wins = winner === client.clientId || fill?.fromClientId === client.clientId;
        const value = (
          <span dir="auto" className="merge-value">
            {text || <span className="soft">—</span>}
          </span>
        );
        return (
          <td key={client.id} className={wins ? "wins" : ""}>
            {conflict?.choosable && text !== "" ? (
              <label className="merge-choice">
                <input
                  type="radio"
                  name={editKey}
                  checked={wins}
                  onChange={() => props.onChoose(editKey, client.clientId)}
                  aria-label={t.merge.take(props.label, text)}
                />
                {value}
              </label>
            ) : (
              value
            )}
          </td>
        );
      })}
    </tr>
  );
}
