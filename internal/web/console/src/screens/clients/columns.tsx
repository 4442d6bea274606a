// The columns of the table: which there are, how wide, what they show.
import type { CSSProperties, ReactNode } from "react";
import { Badge } from "~/design/controls";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import type { Row } from "~/screens/clients/list";

export const columnIds = ["email", "phone", "tags", "company", "city", "appointments", "created", "modified", "id"] as const;
export type ColumnId = (typeof columnIds)[number];

export const usualColumns: readonly ColumnId[] = ["email", "phone", "tags", "appointments", "created"];

// How wide a column is at least, in pixels, and its share of what is left.
const widths: Record<ColumnId, readonly [number, number]> = {
  email: [190, 1.6],
  phone: [152, 0.8],
  tags: [170, 1.9],
  company: [120, 1],
  city: [100, 0.8],
  appointments: [92, 0],
  created: [104, 0],
  modified: [104, 0],
  id: [84, 0],
};
const checkWidth = 28;
const nameWidth: readonly [number, number] = [200, 1.5];
const gap = 12;
const sides = 32;

function leastWidth(columns: readonly ColumnId[]): number {
  return checkWidth + sides + [nameWidth, ...columns.map((column) => widths[column])].reduce((sum, [width]) => sum + width + gap, 0);
}

// fitting is as many of the columns as a width in pixels has place for, from the first.
export function fitting(columns: readonly ColumnId[], width: number): readonly ColumnId[] {
  const count = columns.findIndex((_, index) => leastWidth(columns.slice(0, index + 1)) > width);
  return count < 0 ? columns : columns.slice(0, count);
}

// gridStyle lays out the head and each row alike.
export function gridStyle(columns: readonly ColumnId[]): CSSProperties {
  const all = [nameWidth, ...columns.map((column) => widths[column])];
  return {
    "--columns": [`${checkWidth}px`, ...all.map(([width, share]) => (share > 0 ? `minmax(${width}px, ${share}fr)` : `${width}px`))].join(" "),
    "--least": `${leastWidth(columns)}px`,
  } as CSSProperties;
}

export function readColumns(params: URLSearchParams, saved: readonly string[]): readonly ColumnId[] {
  const wanted = params.get("cols")?.split(",") ?? saved;
  return columnIds.filter((column) => wanted.includes(column));
}

export function Cell({ column, row }: { column: ColumnId; row: Row }): ReactNode {
  const formats = useFormats();
  switch (column) {
    case "email":
      return <span dir="auto">{row.emailAddress}</span>;
    case "phone":
      return <bdi className="numbers">{row.cellPhone ?? row.homePhone ?? row.businessPhone}</bdi>;
    case "tags":
      return <Tags tags={row.tags ?? []} />;
    case "company":
      return <span dir="auto">{row.companyName}</span>;
    case "city":
      return <span dir="auto">{row.city}</span>;
    case "appointments":
      return <span className="numbers">{row.activeAppointmentCount > 0 ? formats.number(row.activeAppointmentCount) : ""}</span>;
    case "created":
      return <span className="soft numbers">{row.createdDate ? formats.instantDay(row.createdDate) : ""}</span>;
    case "modified":
      return <span className="soft numbers">{row.modifiedDate ? formats.instantDay(row.modifiedDate) : ""}</span>;
    case "id":
      return <span className="soft numbers">{row.clientId}</span>;
  }
}

const shownTags = 2;

export function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className="tags">
      {tags.slice(0, shownTags).map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      {tags.length > shownTags ? <span className="soft small">+{tags.length - shownTags}</span> : null}
    </span>
  );
}

// Standing says what is out of the ordinary about a client, in words.
export function Standing({ row, gone }: { row: Pick<Row, "status" | "blocked" | "deleted">; gone?: string | undefined }) {
  const t = useText();
  return (
    <>
      {gone ? <Badge tone="warn">{gone === "MERGED" ? t.clients.merged : gone === "DELETED" ? t.clients.deleted : t.clients.gone}</Badge> : null}
      {row.deleted && !gone ? <Badge tone="warn">{t.clients.deleted}</Badge> : null}
      {row.status === "BLACKLISTED" ? <Badge tone="bad">{t.clients.status.BLACKLISTED}</Badge> : null}
      {row.blocked ? <Badge tone="warn">{t.clients.blocked}</Badge> : null}
    </>
  );
}
