// A value of a custom field, for reading.
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import type { FieldType } from "~/schema.generated";

export function FieldValue({ type, value }: { type: FieldType; value: unknown }) {
  const t = useText();
  const formats = useFormats();
  if (value === null || value === undefined) {
    return <span className="soft">—</span>;
  }
  switch (type) {
    case "BOOLEAN":
      return <>{value ? t.filters.yes : t.filters.no}</>;
    case "DATE":
      return <span className="numbers">{formats.day(String(value))}</span>;
    case "NUMBER":
      return <bdi className="numbers">{typeof value === "number" ? formats.number(value) : String(value)}</bdi>;
    default:
      return <span dir="auto">{String(value)}</span>;
  }
}
