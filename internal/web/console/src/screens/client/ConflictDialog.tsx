// Somebody else changed the client meanwhile: what they wrote and what you wrote
// side by side, for you to choose. Nothing is lost.
import { useState } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { Button } from "~/design/controls";
import { ModalDialog } from "~/design/overlays";
import { useText } from "~/i18n";
import { useLabel } from "~/screens/client/Editor";
import { useReadable } from "~/screens/client/readable";
import { allProperties, changedKeys, textOf, type Client, type Draft, type EditKey } from "~/screens/client/properties";

export interface Conflict {
  // The client as it was when the person began to edit.
  base: Client;
  // The client as it is.
  theirs: Client;
  // What the person wrote.
  draft: Draft;
}

type Side = "theirs" | "mine";

export function ConflictDialog(props: { conflict: Conflict; onResolve(draft: Draft): void; onClose(): void }) {
  const { base, theirs, draft } = props.conflict;
  const t = useText();
  const label = useLabel(theirs);
  const readable = useReadable(theirs);
  const mine = changedKeys(base, draft);
  // Both changed it, to different values.
  const contested = mine.filter((key) => textOf(theirs, key) !== textOf(base, key) && textOf(theirs, key) !== draft[key]);
  const fieldKeys = theirs.fields.map((field): EditKey => `fields.${field.schedulerPreferenceFieldDefnId}`);
  const others = [...allProperties, ...fieldKeys.filter((key) => !isMapped(theirs, key))].filter(
    (key) => textOf(theirs, key) !== textOf(base, key) && !mine.includes(key),
  );
  const [sides, setSides] = useState<Readonly<Partial<Record<EditKey, Side>>>>({});
  const decided = contested.every((key) => sides[key]);

  const resolve = () => {
    const chosen: Partial<Record<EditKey, string>> = {};
    for (const key of mine) {
      chosen[key] = sides[key] === "theirs" ? textOf(theirs, key) : (draft[key] ?? "");
    }
    props.onResolve(chosen);
  };
  return (
    <ModalDialog title={t.conflict.title} wide isOpen onClose={props.onClose}>
      <p className="soft">{t.conflict.intro(theirs.modifiedUser ?? "")}</p>
      {contested.map((key) => (
        <RadioGroup
          key={key}
          className="contest"
          aria-label={label(key)}
          value={sides[key] ?? null}
          onChange={(side) => setSides({ ...sides, [key]: side as Side })}
        >
          <div className="contest-head">
            <h3 dir="auto">{label(key)}</h3>
            <span className="soft small">
              {t.conflict.was} <bdi>{readable(key, textOf(base, key)) || "—"}</bdi>
            </span>
          </div>
          <Radio className="contest-side" value="theirs">
            <span className="soft small">{t.conflict.theirs}</span>
            <span dir="auto">{readable(key, textOf(theirs, key)) || "—"}</span>
          </Radio>
          <Radio className="contest-side" value="mine">
            <span className="soft small">{t.conflict.mine}</span>
            <span dir="auto">{readable(key, draft[key]) || "—"}</span>
          </Radio>
        </RadioGroup>
      ))}
      {contested.length === 0 ? <p>{t.conflict.apart}</p> : null}
      {others.length > 0 ? (
        <p className="soft small">
          {t.conflict.others} {others.map(label).join(", ")}
        </p>
      ) : null}
      <div className="dialog-foot">
        <Button onPress={props.onClose}>{t.conflict.back}</Button>
        <Button look="primary" isDisabled={!decided} onPress={resolve}>
          {t.conflict.save}
        </Button>
      </div>
    </ModalDialog>
  );
}

function isMapped(client: Client, key: EditKey): boolean {
  return client.fields.some((field) => `fields.${field.schedulerPreferenceFieldDefnId}` === key && field.propertyCode);
}
