// The editor of one filter.
import { useState, type FormEvent } from "react";
import { Button, Checkbox, Select, TextField } from "~/design/controls";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import type { Choices } from "~/screens/clients/ClientsScreen";
import { valuesOf, type FilterName } from "~/screens/clients/FilterBar";
import type { Change, Filters } from "~/screens/clients/filters";

export interface EditorProps {
  name: FilterName;
  filters: Filters;
  choices: Choices | undefined;
  change(change: Change): void;
  onDone(): void;
}

interface Option {
  value: string;
  label: string;
  note?: string;
}

export function FilterEditor(props: EditorProps) {
  const { name, filters, change, onDone } = props;
  const t = useText();
  const options = useOptions(props);
  if (name === "created") {
    return (
      <div className="form">
        <TextField label={t.filters.from} type="date" value={filters.from} onChange={(from) => change({ from: from || null })} />
        <TextField label={t.filters.to} type="date" value={filters.to} onChange={(to) => change({ to: to || null })} />
        <Button onPress={onDone}>{t.filters.done}</Button>
      </div>
    );
  }
  if (name === "birthday") {
    return <BirthdayEditor {...props} />;
  }
  if (name === "term") {
    return <TextEditor label={t.filters.termHint} value={filters.term} onSave={(term) => change({ term: term || null })} onDone={onDone} />;
  }
  if (options) {
    return <OptionsEditor options={options} chosen={valuesOf(filters, name)} onChange={(values) => change({ [name]: values })} onDone={onDone} />;
  }
  const isField = name.startsWith("field.");
  return (
    <TextEditor
      label={isField ? t.filters.value : t.filters.ids}
      value={valuesOf(filters, name).join(isField ? "" : ", ")}
      onSave={(text) => change({ [name]: isField ? [text.trim()] : text.split(/[\s,،]+/u).filter(Boolean) })}
      onDone={onDone}
    />
  );
}

// useOptions are the values that a filter can have, where they are known.
function useOptions({ name, choices }: EditorProps): readonly Option[] | null {
  const t = useText();
  if (name === "status") {
    return [
      { value: "ACTIVE", label: t.clients.status.ACTIVE },
      { value: "BLACKLISTED", label: t.clients.status.BLACKLISTED },
    ];
  }
  if (name === "tag") {
    return (choices?.tagUsage ?? []).map((usage) => ({ value: usage.tag, label: usage.tag, note: t.filters.carried(usage.count) }));
  }
  if (name === "group") {
    return (choices?.locationGroups ?? []).map((group) => ({ value: group.locationGroupId, label: group.name }));
  }
  const field = choices?.fieldDefinitions?.find((one) => `field.${one.schedulerPreferenceFieldDefnId}` === name);
  if (field?.type === "CHOICE") {
    return field.choices.map((choice) => ({ value: choice, label: choice }));
  }
  if (field?.type === "BOOLEAN") {
    return [
      { value: "true", label: t.filters.yes },
      { value: "false", label: t.filters.no },
    ];
  }
  return null;
}

// How many options are shown without a search among them.
const few = 8;

function OptionsEditor(props: { options: readonly Option[]; chosen: readonly string[]; onChange(values: readonly string[]): void; onDone(): void }) {
  const t = useText();
  const [search, setSearch] = useState("");
  const offered = props.options.filter((option) => option.label.toLocaleLowerCase().includes(search.trim().toLocaleLowerCase()));
  const toggle = (value: string, on: boolean) =>
    props.onChange(on ? [...props.chosen, value] : props.chosen.filter((one) => one !== value));
  return (
    <div className="form">
      {props.options.length > few ? <TextField label={t.frame.searchShort} value={search} onChange={setSearch} autoFocus /> : null}
      <div className="filter-options" role="group" aria-label={t.filters.anyOf}>
        {offered.length === 0 ? <p className="soft">{t.filters.noTags}</p> : null}
        {offered.map((option) => (
          <Checkbox key={option.value} isSelected={props.chosen.includes(option.value)} onChange={(on) => toggle(option.value, on)}>
            <span className="grow clip" dir="auto">
              {option.label}
            </span>
            {option.note ? <span className="soft small numbers">{option.note}</span> : null}
          </Checkbox>
        ))}
      </div>
      <Button onPress={props.onDone}>{t.filters.done}</Button>
    </div>
  );
}

function TextEditor(props: { label: string; value: string; onSave(text: string): void; onDone(): void }) {
  const t = useText();
  const [text, setText] = useState(props.value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onSave(text);
    props.onDone();
  };
  return (
    <form noValidate className="form" onSubmit={submit}>
      <TextField label={props.label} value={text} onChange={setText} autoFocus />
      <Button type="submit">{t.filters.done}</Button>
    </form>
  );
}

// BirthdayEditor takes days of the year: over the end of one where the first day
// comes after the last.
function BirthdayEditor({ filters, change, onDone }: EditorProps) {
  const t = useText();
  const { from, to } = filters.birthday;
  return (
    <div className="form">
      <DayOfYear label={t.filters.from} value={from} onChange={(day) => change({ bornFrom: day || null })} />
      <DayOfYear label={t.filters.to} value={to} onChange={(day) => change({ bornTo: day || null })} />
      <Button onPress={onDone}>{t.filters.done}</Button>
    </div>
  );
}

function DayOfYear({ label, value, onChange }: { label: string; value: string; onChange(day: string): void }) {
  const t = useText();
  const formats = useFormats();
  const [month = "", day = ""] = value.split("-");
  const months = [{ id: "", label: "" }, ...Array.from({ length: 12 }, (_, index) => ({ id: two(index + 1), label: formats.month(index) }))];
  // Of a leap year: 29 February is a day of its own.
  const length = month === "" ? 31 : new Date(Date.UTC(2024, Number(month), 0)).getUTCDate();
  const days = Array.from({ length }, (_, index) => ({ id: two(index + 1), label: formats.number(index + 1) }));
  const set = (newMonth: string, newDay: string) => {
    const last = new Date(Date.UTC(2024, Number(newMonth), 0)).getUTCDate();
    onChange(newMonth === "" ? "" : `${newMonth}-${Number(newDay) > last ? two(last) : newDay || "01"}`);
  };
  return (
    <div className="day-of-year" role="group" aria-label={label}>
      <Select label={`${label}: ${t.filters.month}`} choices={months} value={month} onChange={(chosen) => set(chosen, day)} />
      <Select label={t.filters.day} choices={days} value={day || null} onChange={(chosen) => set(month, chosen)} isDisabled={month === ""} />
    </div>
  );
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
