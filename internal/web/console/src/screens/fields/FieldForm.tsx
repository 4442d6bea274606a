// The form of one field: a new one, or the label and the choices of one that is
// there. A choice that is renamed takes the clients' values along.
import { useState, type FormEvent } from "react";
import { useMutation } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import type { Problem } from "~/api/problems";
import { Button, IconButton, Select, TextField } from "~/design/controls";
import { useToast } from "~/design/overlays";
import { useFirstWrong } from "~/design/firstwrong";
import { useText } from "~/i18n";
import type { FieldType } from "~/schema.generated";
import { CreateFieldDocument, UpdateFieldDocument, type DefinitionFragment } from "~/screens/fields/fields.generated";

const types: readonly FieldType[] = ["TEXT", "NUMBER", "BOOLEAN", "DATE", "CHOICE"];

interface Choice {
  // What it is called in the definition; null for a new one.
  from: string | null;
  to: string;
}

export function FieldForm({ definition, onDone }: { definition: DefinitionFragment | null; onDone(): void }) {
  const t = useText();
  const say = useToast();
  const [label, setLabel] = useState(definition?.label ?? "");
  const [type, setType] = useState<FieldType>(definition?.type ?? "TEXT");
  const [propertyCode, setPropertyCode] = useState("");
  const [choices, setChoices] = useState<readonly Choice[]>(
    definition ? definition.choices.map((choice) => ({ from: choice, to: choice })) : [{ from: null, to: "" }],
  );
  const { form, refused } = useFirstWrong();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  // One key for one thing, however often it is sent: a new one once the server
  // said what is wrong.
  const [key, setKey] = useState(newKey);
  const [{ fetching: creating }, create] = useMutation(CreateFieldDocument);
  const [{ fetching: updating }, update] = useMutation(UpdateFieldDocument);

  const send = async () => {
    const names = choices.map((choice) => choice.to).filter((name) => name.trim() !== "");
    if (!definition) {
      const { data, error } = await create({
        input: { label, type, propertyCode: propertyCode.trim() || null, ...(type === "CHOICE" ? { choices: names } : {}) },
        idempotencyKey: key,
      });
      return { answer: data?.createFieldDefinition, error };
    }
    const renamed = choices.filter((choice) => choice.from !== null && choice.to.trim() !== "" && choice.from !== choice.to);
    const { data, error } = await update({
      id: definition.schedulerPreferenceFieldDefnId,
      input: {
        label,
        ...(type === "CHOICE" ? { choices: names, renameChoices: renamed.map(({ from, to }) => ({ from: from ?? "", to })) } : {}),
      },
      expectedVersion: definition.version,
      idempotencyKey: key,
    });
    return { answer: data?.updateFieldDefinition, error };
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { answer, error } = await send();
    if (!answer) {
      const trouble = troubleOf(error);
      setProblems([{ code: "", message: trouble?.kind === "failed" ? trouble.message : t.states.offline }]);
      return;
    }
    setKey(newKey());
    setProblems(answer.userErrors);
    if (answer.userErrors.length > 0) {
      refused();
    } else {
      say(t.client.saved);
      onDone();
    }
  };
  const at = (name: string) => problems.find((problem) => problem.field?.[1] === name)?.message;
  return (
    <form ref={form} noValidate className="form" onSubmit={(event) => void submit(event)}>
      {problems
        .filter((problem) => !["label", "type", "propertyCode"].includes(problem.field?.[1] ?? ""))
        .map((problem) => (
          <div className="notice bad" role="alert" key={problem.message}>
            <p>{problem.message}</p>
          </div>
        ))}
      <TextField label={t.fields.label} value={label} onChange={setLabel} error={at("label")} autoFocus />
      <Select
        label={t.fields.typeLabel}
        choices={types.map((one) => ({ id: one, label: t.fields.type[one] }))}
        value={type}
        onChange={(value) => setType(value as FieldType)}
        error={at("type")}
        isDisabled={definition !== null}
      />
      {definition || type === "CHOICE" ? null : (
        <TextField label={t.fields.property} value={propertyCode} onChange={setPropertyCode} error={at("propertyCode")} hint={t.fields.propertyHint} />
      )}
      {type === "CHOICE" ? <ChoicesEditor choices={choices} onChange={setChoices} /> : null}
      <div className="dialog-foot">
        <Button look="primary" type="submit" isDisabled={creating || updating}>
          {t.client.save}
        </Button>
      </div>
    </form>
  );
}

function ChoicesEditor({ choices, onChange }: { choices: readonly Choice[]; onChange(choices: readonly Choice[]): void }) {
  const t = useText();
  const move = (index: number) => {
    const next = [...choices];
    const [moved] = next.splice(index, 1);
    if (moved) {
      next.splice(index - 1, 0, moved);
    }
    onChange(next);
  };
  return (
    <div className="field" role="group" aria-label={t.fields.choices}>
      <span className="label">{t.fields.choices}</span>
      {choices.map((choice, index) => (
        <div className="choice-line" key={index}>
          <TextField
            label={t.fields.choice(index + 1)}
            value={choice.to}
            onChange={(to) => onChange(choices.map((one, at) => (at === index ? { ...one, to } : one)))}
          />
          <IconButton icon="up" label={t.fields.moveUp(choice.to)} isDisabled={index === 0} onPress={() => move(index)} />
          <IconButton icon="close" label={t.fields.removeChoice(choice.to)} onPress={() => onChange(choices.filter((_, at) => at !== index))} />
        </div>
      ))}
      <Button onPress={() => onChange([...choices, { from: null, to: "" }])}>{t.fields.addChoice}</Button>
    </div>
  );
}
