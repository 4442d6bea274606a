// The properties that a person edits, in groups, and how each is written. Values
// are held as text while they are edited: "" is none, lists are a line each.
import type { ClientPatch, FieldType } from "~/schema.generated";
import type { ClientDetailFragment } from "~/screens/client/client.generated";

export type Client = ClientDetailFragment;
export type Kind = "text" | "long" | "email" | "tel" | "date" | "number" | "yesno" | "lines" | "tags" | "status" | "choice";

export const groups = {
  person: ["firstName", "lastName", "fullName", "dateOfBirth", "sex", "spouseName", "companyName", "referredBy", "locale", "timeZone"],
  contact: ["emailAddress", "cellPhone", "homePhone", "businessPhone", "emergencyContact", "emergencyContactPhone"],
  address: ["address1", "address2", "city", "county", "state", "zip", "country"],
  notes: ["tags", "alertNotes", "notes"],
  standing: ["status", "blocked", "ssn"],
  consent: ["allowWaitListText", "invitationOptIn", "enrollee"],
  insurance: ["insuranceCo", "insuranceGroup", "insuranceNo", "insurancePlan"],
  systems: [
    "externalUserName",
    "enterpriseClientId",
    "stripeCustomerId",
    "squareCustomerId",
    "authnetCustomerId",
    "salesforceContactId",
    "salesforceAccountId",
    "infusionsoftContactId",
  ],
} as const satisfies Record<string, readonly (keyof ClientPatch & keyof Client)[]>;

export type Group = keyof typeof groups;
export type Property = (typeof groups)[Group][number];

export const allProperties: readonly Property[] = Object.values(groups).flat();

const kinds: Partial<Record<Property, Kind>> = {
  emailAddress: "email",
  cellPhone: "tel",
  homePhone: "tel",
  businessPhone: "tel",
  emergencyContactPhone: "tel",
  dateOfBirth: "date",
  blocked: "yesno",
  allowWaitListText: "yesno",
  invitationOptIn: "yesno",
  enrollee: "yesno",
  notes: "long",
  alertNotes: "lines",
  tags: "tags",
  status: "status",
};

const fieldKinds: Record<FieldType, Kind> = { TEXT: "text", NUMBER: "number", BOOLEAN: "yesno", DATE: "date", CHOICE: "choice" };

// A key names what is edited: a property, or "fields." and the id of a custom
// field that has values of its own. History and conflicts name things alike.
export type EditKey = Property | `fields.${string}`;

export function isProperty(key: string): key is Property {
  return (allProperties as readonly string[]).includes(key);
}

export function fieldOf(client: Pick<Client, "fields">, key: string) {
  return client.fields.find((field) => `fields.${field.schedulerPreferenceFieldDefnId}` === key);
}

export function kindOf(client: Client, key: EditKey): Kind {
  if (isProperty(key)) {
    return kinds[key] ?? "text";
  }
  return fieldKinds[fieldOf(client, key)?.type ?? "TEXT"];
}

// textOf is a value as it is edited.
export function textOf(client: Client, key: EditKey): string {
  const value = isProperty(key) ? client[key] : fieldOf(client, key)?.value;
  if (value === null || value === undefined) {
    return "";
  }
  if (key === "timeZone") {
    return client.timeZone?.timeZoneId ?? "";
  }
  return Array.isArray(value) ? value.join("\n") : String(value);
}

// valueOf is the text as the API takes it.
export function valueOf(kind: Kind, text: string): unknown {
  switch (kind) {
    case "yesno":
      return text === "" ? null : text === "true";
    case "number":
      return text.trim() === "" ? null : Number.isFinite(Number(text)) ? Number(text) : text;
    case "lines":
    case "tags":
      return text.split("\n").filter((line) => line.trim() !== "");
    default:
      return text === "" ? null : text;
  }
}

export type Draft = Readonly<Partial<Record<EditKey, string>>>;

export function changedKeys(client: Client, draft: Draft): readonly EditKey[] {
  return (Object.keys(draft) as EditKey[]).filter((key) => draft[key] !== textOf(client, key));
}

// patchOf holds what is changed, and nothing else.
export function patchOf(client: Client, draft: Draft): ClientPatch {
  const patch: Record<string, unknown> = {};
  const fields: { schedulerPreferenceFieldDefnId: string; value: unknown }[] = [];
  for (const key of changedKeys(client, draft)) {
    const value = valueOf(kindOf(client, key), draft[key] ?? "");
    if (isProperty(key)) {
      patch[key] = value;
    } else {
      fields.push({ schedulerPreferenceFieldDefnId: key.slice("fields.".length), value });
    }
  }
  return { ...patch, ...(fields.length > 0 ? { fields } : {}) } as ClientPatch;
}

// keyOfPath is what a userError's path means in that patch.
export function keyOfPath(patch: ClientPatch, path: readonly string[]): EditKey | null {
  const [, name, index] = path;
  if (name === "fields") {
    const field = patch.fields?.[Number(index)];
    return field ? `fields.${field.schedulerPreferenceFieldDefnId}` : null;
  }
  return name && isProperty(name) ? name : null;
}

// keyOfHistory is what a change of the history means, if it can be edited.
export function keyOfHistory(client: Client, path: string): EditKey | null {
  if (isProperty(path)) {
    return path;
  }
  return fieldOf(client, path) ? (path as EditKey) : null;
}

// draftOf is the text of a value that the history tells.
export function draftOf(value: unknown): string {
  if (value === null || value === undefined) {
    return "";
  }
  return Array.isArray(value) ? value.join("\n") : typeof value === "object" ? JSON.stringify(value) : String(value);
}
