// What the business wants to know of each client, and how that is asked for.
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { useMutation, useQuery } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { Badge, Button, IconButton, Select, Skeleton, TextField } from "~/design/controls";
import { Icon } from "~/design/icons";
import { Menu, MenuItem, ModalDialog, useToast } from "~/design/overlays";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { FieldForm } from "~/screens/fields/FieldForm";
import { FieldDefinitionsDocument, RetireFieldDocument, type DefinitionFragment } from "~/screens/fields/fields.generated";
import { useMay } from "~/screens/frame/me";
import "~/screens/client/client.css";
import "~/screens/fields/fields.css";

export default function FieldsScreen() {
  const t = useText();
  const mayChange = useMay("ADMIN");
  const [params, setParams] = useSearchParams();
  const [{ data, error }, read] = useQuery({ query: FieldDefinitionsDocument });
  const again = () => read({ requestPolicy: "network-only" });
  const trouble = troubleOf(error, data);
  const definitions = data?.fieldDefinitions;
  const inUse = definitions?.filter((one) => !one.retired) ?? [];
  const edited = params.get("field");
  const close = () => setParams({}, { replace: true });
  useEffect(() => {
    document.title = t.nav.fields;
  }, [t]);
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t.nav.fields}</h1>
        {mayChange ? (
          <div className="actions">
            <Button look="primary" onPress={() => setParams({ field: "new" }, { replace: true })}>
              <Icon name="plus" />
              {t.fields.add}
            </Button>
          </div>
        ) : null}
      </div>
      {!definitions ? (
        trouble ? (
          <TroubleState trouble={trouble} retry={again} />
        ) : (
          <FieldsSkeleton />
        )
      ) : (
        <div className="fields-screen">
          {definitions.length === 0 ? (
            <State icon="fields" title={t.fields.none} hint={t.fields.noneHint} />
          ) : (
            <ul className="card person-list" aria-label={t.nav.fields}>
              {[...inUse, ...definitions.filter((one) => one.retired)].map((definition) => (
                <DefinitionLine
                  key={definition.id}
                  definition={definition}
                  mayChange={mayChange}
                  onEdit={() => setParams({ field: definition.schedulerPreferenceFieldDefnId }, { replace: true })}
                  onDone={again}
                />
              ))}
            </ul>
          )}
          <SampleForm definitions={inUse} />
        </div>
      )}
      <ModalDialog title={edited === "new" ? t.fields.add : t.fields.edit} isOpen={mayChange && edited !== null && definitions !== undefined} onClose={close}>
        <FieldForm
          definition={inUse.find((one) => one.schedulerPreferenceFieldDefnId === edited) ?? null}
          onDone={() => {
            close();
            again();
          }}
        />
      </ModalDialog>
    </div>
  );
}

function DefinitionLine(props: { definition: DefinitionFragment; mayChange: boolean; onEdit(): void; onDone(): void }) {
  const { definition } = props;
  const t = useText();
  const say = useToast();
  const [retiring, setRetiring] = useState(false);
  const [{ fetching }, retire] = useMutation(RetireFieldDocument);
  const act = async () => {
    const { data } = await retire({
      id: definition.schedulerPreferenceFieldDefnId,
      expectedVersion: definition.version,
      idempotencyKey: newKey(),
    });
    const problem = data?.retireFieldDefinition ? data.retireFieldDefinition.userErrors[0]?.message : t.states.offline;
    say(problem ?? t.fields.retiredNow(definition.label));
    setRetiring(false);
    props.onDone();
  };
  return (
    <li>
      <span className="two-lines grow">
        <span className="clip" dir="auto">
          {definition.label}
        </span>
        <span className="soft small clip" dir="auto">
          {definition.propertyCode ? t.fields.standsFor(definition.propertyCode) : definition.choices.join(", ")}
        </span>
      </span>
      <Badge>{t.fields.type[definition.type]}</Badge>
      {definition.retired ? <Badge tone="warn">{t.fields.retired}</Badge> : null}
      {props.mayChange && !definition.retired ? (
        <Menu
          label={t.fields.actions(definition.label)}
          onAction={(key) => (key === "edit" ? props.onEdit() : setRetiring(true))}
          trigger={<IconButton icon="more" label={t.fields.actions(definition.label)} />}
        >
          <MenuItem id="edit" textValue={t.fields.edit}>
            {t.fields.edit}
          </MenuItem>
          <MenuItem id="retire" textValue={t.fields.retire}>
            {t.fields.retire}…
          </MenuItem>
        </Menu>
      ) : (
        <span className="button quiet icon" aria-hidden="true" />
      )}
      <ModalDialog title={t.fields.retire} isOpen={retiring} onClose={() => setRetiring(false)}>
        <p dir="auto">{t.fields.retireWarning(definition.label)}</p>
        <div className="dialog-foot">
          <Button onPress={() => setRetiring(false)}>{t.clients.cancel}</Button>
          <Button look="danger" isDisabled={fetching} onPress={() => void act()}>
            {t.fields.retire}
          </Button>
        </div>
      </ModalDialog>
    </li>
  );
}

// SampleForm shows the fields as those who book would meet them.
function SampleForm({ definitions }: { definitions: readonly DefinitionFragment[] }) {
  const t = useText();
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  return (
    <section className="card" aria-labelledby="sample-form">
      <h2 id="sample-form">{t.fields.sample}</h2>
      <p className="soft">{t.fields.sampleHint}</p>
      {definitions.map((definition) => {
        const value = values[definition.id] ?? "";
        const onChange = (text: string) => setValues({ ...values, [definition.id]: text });
        const label = <bdi>{definition.label}</bdi>;
        const choices =
          definition.type === "BOOLEAN"
            ? [
                { id: "true", label: t.filters.yes },
                { id: "false", label: t.filters.no },
              ]
            : definition.choices.map((choice) => ({ id: choice, label: choice }));
        return definition.type === "BOOLEAN" || definition.type === "CHOICE" ? (
          <Select key={definition.id} label={label} choices={choices} value={value || null} onChange={onChange} />
        ) : (
          <TextField
            key={definition.id}
            label={label}
            value={value}
            onChange={onChange}
            type={definition.type === "DATE" ? "date" : "text"}
          />
        );
      })}
    </section>
  );
}

function FieldsSkeleton() {
  const t = useText();
  return (
    <div className="fields-screen" role="status" aria-label={t.states.loading}>
      <ul className="card person-list">
        {[120, 160, 140, 180, 130].map((width) => (
          <li key={width}>
            <Skeleton width={width} />
          </li>
        ))}
      </ul>
      <div className="card" />
    </div>
  );
}
