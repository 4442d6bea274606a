// The editor of one value.
import { useState, type KeyboardEvent } from "react";
import { Badge, IconButton, Select, TextField, type Choice } from "~/design/controls";
import { useText } from "~/i18n";
import type { Messages } from "~/i18n/en";
import { fieldOf, isProperty, kindOf, type Client, type EditKey } from "~/screens/client/properties";

// useLabel is what a thing is called: as the business calls it where it has a
// field for it, else a property in the person's language.
export function useLabel(client?: Pick<Client, "fields">): (key: string) => string {
  const t = useText();
  return (key) => {
    const field = client && (fieldOf(client, key) ?? client.fields.find((one) => one.propertyCode === key));
    if (!field && isProperty(key)) {
      return t.client.property[key];
    }
    return field?.label ?? (key in t.client.path ? t.client.path[key as keyof typeof t.client.path] : key);
  };
}

export function Editor(props: {
  client: Client;
  editKey: EditKey;
  value: string;
  changed: boolean;
  problem: string | undefined;
  isReadOnly: boolean;
  onChange(text: string): void;
}) {
  const { client, editKey, value, problem, isReadOnly, onChange } = props;
  const t = useText();
  const label = useLabel(client)(editKey);
  const mark = (
    <>
      <bdi>{label}</bdi>
      {props.changed ? <span className="changed-mark">{t.client.edited}</span> : null}
    </>
  );
  const kind = kindOf(client, editKey);
  const choices = choicesOf(t, client, editKey, value);
  if (choices) {
    return <Select label={mark} value={value} onChange={onChange} isDisabled={isReadOnly} error={problem} choices={choices} />;
  }
  if (kind === "tags") {
    return <TagsEditor label={label} value={value} problem={problem} isReadOnly={isReadOnly} onChange={onChange} changed={props.changed} />;
  }
  return (
    <TextField
      label={mark}
      value={value}
      onChange={onChange}
      error={problem}
      isReadOnly={isReadOnly}
      multiline={kind === "long" || kind === "lines"}
      hint={kind === "lines" ? t.client.oneALine : undefined}
      type={kind === "email" || kind === "tel" || kind === "date" ? kind : "text"}
    />
  );
}

// choicesOf are the values that one chooses from; null where one writes.
function choicesOf(t: Messages, client: Client, key: EditKey, value: string): readonly Choice[] | null {
  switch (kindOf(client, key)) {
    case "yesno":
      return [
        ...(key === "blocked" ? [] : [{ id: "", label: t.client.unknown }]),
        { id: "true", label: t.filters.yes },
        { id: "false", label: t.filters.no },
      ];
    case "status":
      return [
        { id: "ACTIVE", label: t.clients.status.ACTIVE },
        { id: "BLACKLISTED", label: t.clients.status.BLACKLISTED },
      ];
    case "choice": {
      const choices = fieldOf(client, key)?.choices ?? [];
      // A value may be of a choice that was taken out since.
      const offered = value !== "" && !choices.includes(value) ? [...choices, value] : choices;
      return [{ id: "", label: t.client.none }, ...offered.map((choice) => ({ id: choice, label: choice }))];
    }
    default:
      return null;
  }
}

function TagsEditor(props: {
  label: string;
  value: string;
  changed: boolean;
  problem: string | undefined;
  isReadOnly: boolean;
  onChange(text: string): void;
}) {
  const t = useText();
  const [text, setText] = useState("");
  const tags = props.value.split("\n").filter(Boolean);
  const add = () => {
    const tag = text.trim();
    if (tag) {
      props.onChange([...tags, tag].join("\n"));
      setText("");
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && text.trim()) {
      event.preventDefault();
      add();
    }
  };
  return (
    <div className="field tags-editor" role="group" aria-label={props.label} onKeyDown={onKeyDown}>
      <span className="label">
        {props.label}
        {props.changed ? <span className="changed-mark">{t.client.edited}</span> : null}
      </span>
      {tags.length > 0 ? (
        <ul className="tags wrap">
          {tags.map((tag) => (
            <li key={tag} className="tag-edit">
              <Badge>{tag}</Badge>
              {props.isReadOnly ? null : (
                <IconButton
                  icon="close"
                  label={t.client.removeTag(tag)}
                  onPress={() => props.onChange(tags.filter((one) => one !== tag).join("\n"))}
                />
              )}
            </li>
          ))}
        </ul>
      ) : null}
      {props.isReadOnly ? null : <TextField label={t.client.newTag} value={text} onChange={setText} onBlur={add} error={props.problem} />}
    </div>
  );
}
