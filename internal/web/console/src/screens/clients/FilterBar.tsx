// Which clients: the search while one types, and each filter as a chip.
import { useEffect, useRef, useState } from "react";
import { Dialog, Header, Input, MenuSection, Popover, SearchField } from "react-aria-components";
import { Button, IconButton } from "~/design/controls";
import { Icon } from "~/design/icons";
import { Menu, MenuItem } from "~/design/overlays";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import type { Messages } from "~/i18n/en";
import type { Choices } from "~/screens/clients/ClientsScreen";
import { FilterEditor } from "~/screens/clients/FilterEditor";
import { hasBirthday, lists, type Change, type Filters, type ListName } from "~/screens/clients/filters";
import { partSize } from "~/screens/clients/list";
import { useMe } from "~/screens/frame/me";

// How long typing must rest before the server is asked, in milliseconds.
const rest = 150;

// A filter's name: one of these, or "field." and the id of a custom field.
export type FilterName = ListName | "created" | "birthday" | "term" | "deleted" | "chosen" | `field.${string}`;

interface BarProps {
  filters: Filters;
  change(change: Change): void;
  choices: Choices | undefined;
  limited: boolean;
}

export function FilterBar({ filters, change, choices, limited }: BarProps) {
  const t = useText();
  const me = useMe();
  // The filter whose editor is open; it has a chip though it may be empty yet.
  const [editing, setEditing] = useState<FilterName | null>(null);
  const fields = choices?.fieldDefinitions ?? [];
  const names: readonly FilterName[] = [
    ...lists.filter((name) => (name !== "tag" || me.role !== "CLIENT") && (name !== "group" || (choices?.locationGroups ?? []).length > 0)),
    "created",
    "birthday",
    "term",
    "deleted",
  ];
  const used = [...names, "chosen" as const, ...[...filters.fields.keys()].map((id): FilterName => `field.${id}`)].filter((name) => isUsed(filters, name));
  const shown = editing && !used.includes(editing) ? [...used, editing] : used;

  const add = (key: string) => {
    if (key === "deleted") {
      change({ deleted: "1" });
    } else {
      setEditing(key as FilterName);
    }
  };
  return (
    <div className="filters">
      <Search value={filters.search} onChange={(search) => change({ q: search || null })} />
      {shown.map((name) => (
        <Chip
          key={name}
          name={name}
          filters={filters}
          choices={choices}
          change={change}
          isOpen={editing === name}
          onOpen={(open) => setEditing(open ? name : null)}
        />
      ))}
      <Menu
        label={t.filters.add}
        onAction={add}
        trigger={
          <Button look="quiet">
            <Icon name="filter" />
            {t.filters.add}
          </Button>
        }
      >
        <MenuSection>
          {names.map((name) => (
            <MenuItem key={name} id={name} textValue={nameOf(name, t, choices)}>
              {nameOf(name, t, choices)}
            </MenuItem>
          ))}
        </MenuSection>
        {fields.length > 0 ? (
          <MenuSection>
            <Header className="menu-heading">{t.filters.field}</Header>
            {fields.map((field) => (
              <MenuItem key={field.id} id={`field.${field.schedulerPreferenceFieldDefnId}`} textValue={field.label}>
                <bdi>{field.label}</bdi>
              </MenuItem>
            ))}
          </MenuSection>
        ) : null}
      </Menu>
      {limited ? <span className="soft small">{t.clients.searchLimit(partSize)}</span> : null}
    </div>
  );
}

function Search({ value, onChange }: { value: string; onChange(value: string): void }) {
  const t = useText();
  const [text, setText] = useState(value);
  const timer = useRef(0);
  // Set from elsewhere: a view, the way back.
  useEffect(() => setText(value), [value]);
  const type = (typed: string) => {
    setText(typed);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => onChange(typed.trim()), rest);
  };
  return (
    <SearchField className="find" aria-label={t.clients.find} value={text} onChange={type}>
      <Icon name="search" />
      <Input className="input" placeholder={t.clients.find} dir="auto" />
    </SearchField>
  );
}

function Chip(props: {
  name: FilterName;
  filters: Filters;
  choices: Choices | undefined;
  change(change: Change): void;
  isOpen: boolean;
  onOpen(open: boolean): void;
}) {
  const t = useText();
  const trigger = useRef<HTMLButtonElement>(null);
  const label = nameOf(props.name, t, props.choices);
  const value = useValueText(props.name, props.filters, props.choices);
  const remove = () => {
    props.onOpen(false);
    props.change(without(props.name));
  };
  return (
    <span className="chip">
      {props.name === "deleted" || props.name === "chosen" ? (
        <span className="chip-text">
          {label} <bdi className="soft numbers">{value}</bdi>
        </span>
      ) : (
        <Button ref={trigger} look="quiet" onPress={() => props.onOpen(true)} aria-haspopup="dialog">
          <bdi className="soft">{label}</bdi> <bdi className="clip chip-value">{value}</bdi>
        </Button>
      )}
      <IconButton icon="close" label={t.filters.remove(label)} onPress={remove} />
      <Popover className="popover" triggerRef={trigger} isOpen={props.isOpen} onOpenChange={props.onOpen} placement="bottom start">
        <Dialog className="filter-editor" aria-label={label}>
          <FilterEditor
            name={props.name}
            filters={props.filters}
            choices={props.choices}
            change={props.change}
            onDone={() => props.onOpen(false)}
          />
        </Dialog>
      </Popover>
    </span>
  );
}

function isUsed(filters: Filters, name: FilterName): boolean {
  switch (name) {
    case "created":
      return filters.from !== "" || filters.to !== "";
    case "birthday":
      return hasBirthday(filters);
    case "term":
      return filters.term !== "";
    case "deleted":
      return filters.deleted;
    case "chosen":
      return filters.chosen.length > 0;
    default:
      return valuesOf(filters, name).length > 0;
  }
}

export function valuesOf(filters: Filters, name: FilterName): readonly string[] {
  if (name.startsWith("field.")) {
    return filters.fields.get(name.slice("field.".length)) ?? [];
  }
  return filters.values[name as ListName] ?? [];
}

function without(name: FilterName): Change {
  if (name === "birthday") {
    return { bornFrom: null, bornTo: null };
  }
  return name === "created" ? { from: null, to: null } : { [name]: null };
}

function nameOf(name: FilterName, t: Messages, choices: Choices | undefined): string {
  if (name.startsWith("field.")) {
    const id = name.slice("field.".length);
    return choices?.fieldDefinitions?.find((field) => field.schedulerPreferenceFieldDefnId === id)?.label ?? id;
  }
  return name === "group" ? t.filters.locationGroup : t.filters[name as Exclude<FilterName, "group" | `field.${string}`>];
}

function useValueText(name: FilterName, filters: Filters, choices: Choices | undefined): string {
  const t = useText();
  const formats = useFormats();
  if (name === "created") {
    return [filters.from && t.filters.since(formats.day(filters.from)), filters.to && t.filters.until(formats.day(filters.to))]
      .filter(Boolean)
      .join(" ");
  }
  if (name === "birthday") {
    const { from, to } = filters.birthday;
    return [...new Set([from || to, to || from])].map((day) => formats.dayOfYear(day)).join(" – ");
  }
  if (name === "term") {
    return filters.term;
  }
  if (name === "chosen") {
    return formats.number(filters.chosen.length);
  }
  return valuesOf(filters, name)
    .map((value) => {
      if (name === "status") {
        return value in t.clients.status ? t.clients.status[value as keyof typeof t.clients.status] : value;
      }
      if (name === "group") {
        return choices?.locationGroups?.find((group) => group.locationGroupId === value)?.name ?? value;
      }
      return value === "true" ? t.filters.yes : value === "false" ? t.filters.no : value;
    })
    .join(", ");
}
