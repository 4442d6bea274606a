// What the address says of a list: which clients, in which order, which columns.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { ClientOrder, ClientReportFilter, ClientStatus, FieldType } from "~/schema.generated";

// lists are the filters of several values, by their name in the address.
export const lists = ["status", "tag", "group", "location", "staff", "reason"] as const;
export type ListName = (typeof lists)[number];

export interface Filters {
  search: string;
  values: Record<ListName, readonly string[]>;
  from: string;
  to: string;
  // The first and the last day of birthdays, MM-DD; "" for none.
  birthday: { from: string; to: string };
  term: string;
  deleted: boolean;
  // Ids of clients that were selected by hand; none is no condition.
  chosen: readonly string[];
  // Values of custom fields, by the field's id.
  fields: ReadonlyMap<string, readonly string[]>;
  order: ClientOrder;
}

const fieldPrefix = "field.";

export function readFilters(params: URLSearchParams): Filters {
  const fields = new Map<string, readonly string[]>();
  for (const name of new Set(params.keys())) {
    if (name.startsWith(fieldPrefix)) {
      fields.set(name.slice(fieldPrefix.length), params.getAll(name));
    }
  }
  return {
    search: params.get("q") ?? "",
    values: {
      status: params.getAll("status"),
      tag: params.getAll("tag"),
      group: params.getAll("group"),
      location: params.getAll("location"),
      staff: params.getAll("staff"),
      reason: params.getAll("reason"),
    },
    from: params.get("from") ?? "",
    to: params.get("to") ?? "",
    birthday: { from: params.get("bornFrom") ?? "", to: params.get("bornTo") ?? "" },
    term: params.get("term") ?? "",
    deleted: params.has("deleted"),
    chosen: (params.get("chosen") ?? "").split(",").filter(Boolean),
    fields,
    order: orderOf(params.get("sort") ?? ""),
  };
}

// What the address calls each order; "-" before it turns it round.
const orders = { name: "FULL_NAME", email: "EMAIL_ADDRESS", created: "CREATED_DATE", modified: "MODIFIED_DATE" } as const satisfies Record<
  string,
  ClientOrder["field"]
>;

function orderOf(sort: string): ClientOrder {
  const name = sort.replace(/^-/, "");
  return { field: Object.hasOwn(orders, name) ? orders[name as keyof typeof orders] : "FULL_NAME", direction: sort.startsWith("-") ? "DESC" : "ASC" };
}

export function isByDate(field: ClientOrder["field"]): boolean {
  return field === "CREATED_DATE" || field === "MODIFIED_DATE";
}

// sortBy is what the address says once somebody chooses a column to sort by: dates
// begin with the newest, and who chooses the same again turns it round. Null is the
// usual order.
export function sortBy(field: ClientOrder["field"], now: ClientOrder): string | null {
  const name = Object.entries(orders).find(([, order]) => order === field)?.[0] ?? "name";
  const down = now.field === field ? now.direction === "ASC" : isByDate(field);
  return down ? `-${name}` : name === "name" ? null : name;
}

// apiFilter is the filter as the API takes it. types tells what the values of
// custom fields are; a field that is not in it is not in use, and matches nobody.
export function apiFilter(filters: Filters, types: ReadonlyMap<string, FieldType>): ClientReportFilter {
  const { values } = filters;
  return {
    ...(values.status.length > 0 ? { statusList: values.status as ClientStatus[] } : {}),
    ...(values.tag.length > 0 ? { tagsList: [...values.tag] } : {}),
    ...(values.group.length > 0 ? { locationGroupIdList: [...values.group] } : {}),
    ...(values.location.length > 0 ? { locationIdList: [...values.location] } : {}),
    ...(values.staff.length > 0 ? { staffIdList: [...values.staff] } : {}),
    ...(values.reason.length > 0 ? { reasonIdList: [...values.reason] } : {}),
    ...(filters.from ? { startDate: filters.from } : {}),
    ...(filters.to ? { endDate: filters.to } : {}),
    ...(hasBirthday(filters) ? { birthday: birthdayOf(filters) } : {}),
    ...(filters.term ? { searchTerm: filters.term } : {}),
    ...(filters.chosen.length > 0 ? { clientIdList: [...filters.chosen] } : {}),
    ...(filters.deleted ? { includeDeleted: true } : {}),
    ...(filters.fields.size > 0
      ? {
          fieldFilters: [...filters.fields].map(([id, texts]) => ({
            schedulerPreferenceFieldDefnId: id,
            values: texts.map((text) => valueOf(types.get(id) ?? "TEXT", text)),
          })),
        }
      : {}),
  };
}

// among is the filter, of these clients alone.
export function among(filter: ClientReportFilter, ids: readonly string[]): ClientReportFilter {
  const chosen = filter.clientIdList && new Set(filter.clientIdList);
  return { ...filter, clientIdList: chosen ? ids.filter((id) => chosen.has(id)) : [...ids] };
}

export function hasBirthday({ birthday }: Filters): boolean {
  return birthday.from !== "" || birthday.to !== "";
}

// birthdayOf is a single day where only one end is given.
function birthdayOf({ birthday: { from, to } }: Filters) {
  return { from: from || to, to: to || from };
}

function valueOf(type: FieldType, text: string): unknown {
  switch (type) {
    case "NUMBER":
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case "BOOLEAN":
      return text === "true";
    default:
      return text;
  }
}

export type Change = Record<string, string | readonly string[] | null>;

// useFilters reads the address; change sets parameters of it, null takes them out.
export function useFilters(): { filters: Filters; params: URLSearchParams; change(change: Change): void } {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => readFilters(params), [params]);
  const change = useCallback(
    (wanted: Change) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(wanted)) {
            next.delete(name);
            for (const one of value === null ? [] : typeof value === "string" ? [value] : value) {
              if (one !== "") {
                next.append(name, one);
              }
            }
          }
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  return { filters, params, change };
}

export function isFiltered(filters: Filters): boolean {
  return (
    filters.search !== "" ||
    filters.from !== "" ||
    filters.to !== "" ||
    hasBirthday(filters) ||
    filters.term !== "" ||
    filters.deleted ||
    filters.chosen.length > 0 ||
    filters.fields.size > 0 ||
    lists.some((name) => filters.values[name].length > 0)
  );
}
