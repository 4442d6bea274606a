// Who may see and book for whom: as a picture, and as two lists.
import { useEffect, useState } from "react";
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from "react-aria-components";
import { Link } from "react-router";
import { useMutation, useQuery } from "urql";
import { useApi } from "~/api/api";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { Avatar, Button, IconButton } from "~/design/controls";
import { useToast } from "~/design/overlays";
import { TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { AddViewersDocument, ClientViewersDocument, RemoveViewersDocument, type PersonFragment as Person } from "~/screens/client/client.generated";
import { useFurtherSubjects, useFurtherViewers, type Further } from "~/screens/client/further";
import type { Client } from "~/screens/client/properties";
import { ViewerGraph } from "~/screens/client/ViewerGraph";
import { FindClientsDocument, type FindClientsQuery } from "~/screens/frame/frame.generated";
import { useMay } from "~/screens/frame/me";

type Found = NonNullable<FindClientsQuery["filterClients"]>["clients"][number];

// How many are shown first, and how many more each time; and how many the API
// answers as a list of the client.
const partSize = 200;
const most = 1000;

// firstOf is how many to ask for: one more than are shown, to know of it.
function firstOf(parts: number): number {
  return Math.min(parts * partSize + 1, most);
}

// Part is the first of those that there are. more shows further ones; where it is
// null although hasMore, the API has no way to them.
export interface Part {
  people: readonly Person[];
  hasMore: boolean;
  more: (() => void) | null;
}

function partOf(people: readonly Person[], parts: number, further: Further, nextPart: () => void): Part {
  if (people.length < most || parts * partSize < most) {
    return { people: people.slice(0, parts * partSize), hasMore: people.length > parts * partSize, more: nextPart };
  }
  const { more } = further;
  const known = new Set(people.map((person) => person.id));
  return {
    people: [...people, ...further.people.filter((person) => !known.has(person.id))],
    hasMore: !further.isDone,
    more: more && (() => more(people)),
  };
}

export function Viewers({ client }: { client: Client }) {
  const t = useText();
  const mayWrite = useMay("WRITE") && !client.deleted;
  const [parts, setParts] = useState({ viewers: 1, subjects: 1 });
  const variables = { clientId: client.clientId, viewers: firstOf(parts.viewers), subjects: firstOf(parts.subjects) };
  const [{ data, error, fetching }, read] = useQuery({ query: ClientViewersDocument, variables });
  const again = () => read({ requestPolicy: "network-only" });
  // Another version may have other viewers.
  useEffect(() => {
    again();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client.version]);
  const change = useChangeViewers(again);
  const furtherViewers = useFurtherViewers(client);
  const furtherSubjects = useFurtherSubjects(client);

  const trouble = troubleOf(error, data);
  // What was shown stays while more is read.
  const [kept, setKept] = useState(data?.client);
  useEffect(() => {
    if (data?.client) {
      setKept(data.client);
    }
  }, [data?.client]);
  const shown = data?.client ?? kept;
  if (!shown) {
    return trouble ? <TroubleState trouble={trouble} retry={again} /> : <div className="panel-wait" aria-busy={fetching} />;
  }
  const name = client.fullName ?? client.clientId;
  const viewers = partOf(shown.viewByClients, parts.viewers, furtherViewers, () => setParts({ ...parts, viewers: parts.viewers + 1 }));
  const subjects = partOf(shown.viewClients, parts.subjects, furtherSubjects, () => setParts({ ...parts, subjects: parts.subjects + 1 }));
  return (
    <div className="viewers">
      <ViewerGraph name={name} viewers={viewers} subjects={subjects} />
      <div className="viewer-lists">
        <People
          title={t.viewers.viewers(name)}
          empty={t.viewers.noViewers}
          people={viewers}
          isReading={fetching || furtherViewers.isReading}
          addLabel={t.viewers.addViewer}
          editable={mayWrite}
          onAdd={(person) => void change(person.clientId, client.clientId, true)}
          onRemove={(person) => void change(person.clientId, client.clientId, false)}
        />
        <People
          title={t.viewers.subjects(name)}
          empty={t.viewers.noSubjects}
          people={subjects}
          isReading={fetching || furtherSubjects.isReading}
          addLabel={t.viewers.addSubject}
          editable={mayWrite}
          onAdd={(person) => void change(client.clientId, person.clientId, true)}
          onRemove={(person) => void change(client.clientId, person.clientId, false)}
        />
      </div>
    </div>
  );
}

// useChangeViewers lets one client see another, or ends it, and offers to undo it.
function useChangeViewers(again: () => void) {
  const t = useText();
  const say = useToast();
  const [, add] = useMutation(AddViewersDocument);
  const [, remove] = useMutation(RemoveViewersDocument);
  const change = async (viewer: string, subject: string, on: boolean): Promise<boolean> => {
    const variables = { clientId: subject, viewerClientIds: [viewer], idempotencyKey: newKey() };
    const errors = on
      ? (await add(variables)).data?.addClientViewers?.userErrors
      : (await remove(variables)).data?.removeClientViewers?.userErrors;
    again();
    if (!errors || errors.length > 0) {
      say(errors?.[0]?.message ?? t.states.offline);
      return false;
    }
    return true;
  };
  return async (viewer: string, subject: string, on: boolean) => {
    if (await change(viewer, subject, on)) {
      say(on ? t.viewers.added : t.viewers.removed, { label: t.clients.undo, run: () => void change(viewer, subject, !on) });
    }
  };
}

function People(props: {
  title: string;
  empty: string;
  people: Part;
  isReading: boolean;
  addLabel: string;
  editable: boolean;
  onAdd(person: Found): void;
  onRemove(person: Person): void;
}) {
  const t = useText();
  return (
    <section className="card">
      <h2 dir="auto">{props.title}</h2>
      {props.editable ? <FindPerson label={props.addLabel} onChoose={props.onAdd} /> : null}
      {props.people.people.length === 0 ? <p className="soft">{props.empty}</p> : null}
      <ul className="person-list">
        {props.people.people.map((person) => (
          <li key={person.id}>
            <Avatar name={person.fullName ?? ""} />
            <span className="grow two-lines">
              <Link to={`/clients/${person.clientId}?tab=viewers`} className="clip" dir="auto">
                {person.fullName ?? person.clientId}
              </Link>
              <span className="soft small clip" dir="auto">
                {person.emailAddress}
              </span>
            </span>
            {props.editable ? (
              <IconButton icon="close" label={t.viewers.remove(person.fullName ?? person.clientId)} onPress={() => props.onRemove(person)} />
            ) : null}
          </li>
        ))}
      </ul>
      {props.people.hasMore && props.people.more ? (
        <Button isDisabled={props.isReading} onPress={props.people.more}>
          {t.viewers.more}
        </Button>
      ) : null}
      {props.people.hasMore && !props.people.more ? <p className="soft small">{t.viewers.most(most)}</p> : null}
    </section>
  );
}

// How long typing must rest before the server is asked, in milliseconds.
const rest = 150;

// FindPerson is a typeahead over clients.
export function FindPerson({ label, onChoose }: { label: string; onChoose(person: Found): void }) {
  const t = useText();
  const { client } = useApi();
  const [text, setText] = useState("");
  // Another box after each choice: one that is empty and closed.
  const [chosen, setChosen] = useState(0);
  const [found, setFound] = useState<readonly Found[]>([]);
  useEffect(() => {
    if (text.trim() === "") {
      setFound([]);
      return;
    }
    let stale = false;
    const timer = window.setTimeout(() => {
      void client.query(FindClientsDocument, { search: text.trim(), first: 8 }, { requestPolicy: "network-only" }).then(({ data }) => {
        if (!stale) {
          setFound(data?.filterClients?.clients ?? []);
        }
      });
    }, rest);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [client, text]);
  return (
    <ComboBox
      key={chosen}
      className="field"
      items={found}
      inputValue={text}
      onInputChange={setText}
      selectedKey={null}
      allowsEmptyCollection
      menuTrigger="input"
      onSelectionChange={(key) => {
        const person = found.find((one) => one.id === key);
        if (person) {
          setText("");
          setChosen(chosen + 1);
          onChoose(person);
        }
      }}
    >
      <Label>{label}</Label>
      <Input className="input" dir="auto" placeholder={t.viewers.find} />
      <Popover className="popover">
        <ListBox className="options" renderEmptyState={() => <p className="palette-none">{t.palette.none}</p>}>
          {(person: Found) => (
            <ListBoxItem id={person.id} textValue={person.fullName ?? person.clientId} className="option">
              <Avatar name={person.fullName ?? ""} />
              <span className="grow two-lines">
                <span className="clip" dir="auto">
                  {person.fullName ?? person.clientId}
                </span>
                <span className="soft small clip" dir="auto">
                  {person.emailAddress}
                </span>
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
