// A look at one client beside the list.
import { Link } from "react-router";
import { useQuery } from "urql";
import { troubleOf } from "~/api/errors";
import { Avatar, Badge, IconButton, Skeleton } from "~/design/controls";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import { ClientPreviewDocument, type ClientPreviewQuery } from "~/screens/clients/clients.generated";
import { Standing } from "~/screens/clients/columns";
import { FieldValue } from "~/screens/client/FieldValue";

type Previewed = NonNullable<ClientPreviewQuery["client"]>;

export function Preview({ clientId, onClose }: { clientId: string; onClose(): void }) {
  const t = useText();
  const [{ data, error, fetching }, again] = useQuery({ query: ClientPreviewDocument, variables: { clientId } });
  const trouble = troubleOf(error, data);
  // While the next one is fetched, the former one is not shown as it.
  const client = data?.client?.clientId === clientId || !fetching ? data?.client : null;
  return (
    <aside className="preview" aria-label={t.clients.preview}>
      <div className="preview-bar">
        <Link className="button" to={`/clients/${clientId}`}>
          {t.clients.openClient}
        </Link>
        <IconButton icon="close" label={t.frame.close} onPress={onClose} />
      </div>
      {client ? (
        <Card client={client} />
      ) : trouble ? (
        <TroubleState trouble={trouble} retry={() => again({ requestPolicy: "network-only" })} />
      ) : fetching ? (
        <div className="preview-head" role="status" aria-label={t.states.loading}>
          <span className="avatar large skeleton" />
          <Skeleton width={140} />
        </div>
      ) : (
        <State icon="person" title={t.states.notFoundTitle} hint={t.states.notFound} />
      )}
    </aside>
  );
}

function Card({ client }: { client: Previewed }) {
  const t = useText();
  const formats = useFormats();
  const address = [client.address1, client.address2, client.city, client.state, client.zip, client.country].filter(Boolean).join(", ");
  const custom = client.fields.filter((field) => !field.propertyCode && field.value !== null);
  return (
    <>
      <div className="preview-head">
        <Avatar name={client.fullName ?? ""} large />
        <div className="grow">
          <h2 dir="auto">{client.fullName ?? t.clients.noName}</h2>
          <div className="tags">
            <Standing row={client} />
            <span className="soft small numbers">#{client.clientId}</span>
          </div>
        </div>
      </div>
      {(client.alertNotes ?? []).map((note, index) => (
        <div className="notice warn" key={index}>
          <p dir="auto">{note}</p>
        </div>
      ))}
      <dl className="facts">
        <Fact label={t.clients.column.email} value={client.emailAddress} />
        <Fact label={t.clients.column.phone} value={client.cellPhone ?? client.homePhone ?? client.businessPhone} />
        <Fact label={t.client.property.dateOfBirth} value={client.dateOfBirth ? formats.day(client.dateOfBirth) : null} />
        <Fact label={t.client.group.address} value={address} />
        <Fact label={t.client.property.notes} value={client.notes} />
        {custom.map((field) => (
          <div key={field.schedulerPreferenceFieldDefnId}>
            <dt dir="auto">{field.label}</dt>
            <dd>
              <FieldValue type={field.type} value={field.value} />
            </dd>
          </div>
        ))}
      </dl>
      {(client.tags ?? []).length > 0 ? (
        <div className="tags wrap">
          {(client.tags ?? []).map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </div>
      ) : null}
      <People title={t.clients.canSee} people={client.viewClients} />
      <People title={t.clients.seenBy} people={client.viewByClients} />
    </>
  );
}

function Fact({ label, value }: { label: string; value: string | null | undefined }) {
  return value ? (
    <div>
      <dt>{label}</dt>
      <dd dir="auto">{value}</dd>
    </div>
  ) : null;
}

function People({ title, people }: { title: string; people: Previewed["viewClients"] }) {
  return people.length > 0 ? (
    <section>
      <h3>{title}</h3>
      <ul>
        {people.map((person) => (
          <li key={person.id}>
            <Link to={`/clients/${person.clientId}`} dir="auto">
              {person.fullName ?? person.clientId}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  ) : null;
}
