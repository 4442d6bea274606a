// Values as a person reads them: days and instants of the business, yes and no.
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import { draftOf, fieldOf, isProperty, kindOf, type Client, type EditKey } from "~/screens/client/properties";

// Of properties that nobody edits, history tells instants as the API writes them.
const instant = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

// useReadable tells a value by what it is a value of: the text of an edit, or what
// history has.
export function useReadable(client: Client | undefined): (key: string, value: unknown) => string {
  const t = useText();
  const formats = useFormats();
  const yesOrNo = (on: boolean) => (on ? t.filters.yes : t.filters.no);
  return (key, value) => {
    if (typeof value === "boolean") {
      return yesOrNo(value);
    }
    const text = draftOf(value);
    const isEdited = client && (isProperty(key) || fieldOf(client, key));
    switch (isEdited && text !== "" ? kindOf(client, key as EditKey) : null) {
      case "yesno":
        return yesOrNo(text === "true");
      case "date":
        return formats.day(text);
      case "status":
        return text in t.clients.status ? t.clients.status[text as keyof typeof t.clients.status] : text;
      case null:
        return instant.test(text) ? formats.instant(text) : text;
      default:
        return text;
    }
  };
}
