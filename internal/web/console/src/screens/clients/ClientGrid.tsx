// The table of clients: however long it is, only the rows in sight exist. Focus
// is the table's; the row that keys act on is told by aria-activedescendant.
import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { Link, useNavigate } from "react-router";
import type { Trouble } from "~/api/errors";
import { useRetry } from "~/api/retry";
import { Avatar, Button, Checkbox, Skeleton } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useNarrow } from "~/design/narrow";
import { useText } from "~/i18n";
import type { ClientOrder } from "~/schema.generated";
import { Cell, gridStyle, Standing, Tags, type ColumnId } from "~/screens/clients/columns";
import { isByDate } from "~/screens/clients/filters";
import type { ClientList, ListState, Row } from "~/screens/clients/list";

const rowHeight = 44;
const cardHeight = 68;
// How many rows before the loaded end the next part is asked for.
const ahead = 40;

// The columns that the API orders by, beside the name.
const sortFields: Partial<Record<ColumnId, ClientOrder["field"]>> = { email: "EMAIL_ADDRESS", created: "CREATED_DATE", modified: "MODIFIED_DATE" };

export interface GridProps {
  list: ClientList;
  state: ListState;
  columns: readonly ColumnId[];
  order: ClientOrder;
  onSort(field: ClientOrder["field"]): void;
  selected: ReadonlySet<string>;
  onSelect(selected: ReadonlySet<string>): void;
  // The client that is previewed; "" for none.
  preview: string;
  onPreview(clientId: string): void;
}

export function ClientGrid(props: GridProps) {
  const { list, state, columns, selected, preview } = props;
  const t = useText();
  const narrow = useNarrow();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows } = state;
  const [active, setActive] = useState(() => Math.max(0, rows.findIndex((row) => row.clientId === list.active)));

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (narrow ? cardHeight : rowHeight),
    overscan: 10,
    initialOffset: list.scroll,
    scrollPaddingStart: narrow ? 0 : rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  useEffect(() => virtual.measure(), [virtual, narrow]);

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const waits = state.loading || state.loadingMore || state.trouble !== null;
  useEffect(() => {
    if (!waits && last >= rows.length - ahead) {
      void list.more();
    }
  }, [waits, last, rows.length, list]);

  const move = (index: number) => {
    const to = Math.max(0, Math.min(rows.length - 1, index));
    setActive(to);
    list.active = rows[to]?.clientId ?? "";
    virtual.scrollToIndex(to);
    if (preview) {
      props.onPreview(list.active);
    }
  };
  const toggle = (clientId: string) => {
    const next = new Set(selected);
    if (!next.delete(clientId)) {
      next.add(clientId);
    }
    props.onSelect(next);
  };
  const onKeyDown = useGridKeys({ props, active, move, toggle });
  useMoveKeys(scroller, (by) => move(active + by));

  const current = rows[active];
  const all = rows.length > 0 && rows.every((row) => selected.has(row.clientId));
  return (
    <div
      ref={scroller}
      className={state.loading ? "grid dim" : "grid"}
      role="grid"
      aria-label={t.clients.table}
      aria-rowcount={(state.total ?? rows.length) + 1}
      aria-colcount={columns.length + 2}
      aria-multiselectable="true"
      aria-busy={state.loading}
      aria-activedescendant={current && items.some((item) => item.index === active) ? rowId(current) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => (list.scroll = event.currentTarget.scrollTop)}
      style={gridStyle(columns)}
    >
      <div className="grid-head" role="row" aria-rowindex={1}>
        <span role="columnheader" aria-colindex={1}>
          <Checkbox
            aria-label={t.clients.selectAll}
            isSelected={all}
            isIndeterminate={!all && selected.size > 0}
            onChange={(on) => props.onSelect(on ? new Set(rows.map((row) => row.clientId)) : new Set())}
          />
        </span>
        <SortHeader field="FULL_NAME" label={t.clients.column.name} index={2} {...props} />
        {columns.map((column, index) => {
          const field = sortFields[column];
          return field ? (
            <SortHeader key={column} field={field} label={t.clients.column[column]} index={index + 3} {...props} />
          ) : (
            <span key={column} role="columnheader" aria-colindex={index + 3} className="clip">
              {t.clients.column[column]}
            </span>
          );
        })}
      </div>
      <div className="grid-body" role="rowgroup" style={{ blockSize: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          return row ? (
            <GridRow
              key={item.key}
              row={row}
              item={item}
              columns={columns}
              narrow={narrow}
              isActive={item.index === active}
              isSelected={selected.has(row.clientId)}
              isPreviewed={preview === row.clientId}
              changes={state.changes.get(row.id) ?? 0}
              gone={state.gone.get(row.id)}
              onToggle={toggle}
              onActivate={() => {
                setActive(item.index);
                list.active = row.clientId;
              }}
            />
          ) : null;
        })}
      </div>
      {state.trouble ? <MoreTrouble trouble={state.trouble} retry={() => void list.retry()} /> : null}
      {state.loadingMore ? <p className="grid-end">{t.clients.more}</p> : null}
      {!state.hasMore && !state.loading && rows.length > 20 ? <p className="grid-end">{t.clients.end}</p> : null}
    </div>
  );
}

// MoreTrouble says below the rows that there are, why there are no more of them.
function MoreTrouble({ trouble, retry }: { trouble: Trouble; retry(): void }) {
  const t = useText();
  useRetry(trouble, retry);
  return (
    <div className="grid-end" role="alert">
      {trouble.kind === "failed" ? trouble.message : t.states.offlineTitle}{" "}
      {trouble.kind === "failed" && trouble.id ? t.states.errorId(trouble.id) : null} <Button onPress={retry}>{t.states.retry}</Button>
    </div>
  );
}

function rowId(row: Row): string {
  return `row-${row.clientId}`;
}

function SortHeader(props: {
  field: ClientOrder["field"];
  label: string;
  index: number;
  order: ClientOrder;
  onSort(field: ClientOrder["field"]): void;
}) {
  const t = useText();
  const sorted = props.order.field === props.field;
  const down = props.order.direction === "DESC";
  return (
    <span role="columnheader" aria-colindex={props.index} aria-sort={sorted ? (down ? "descending" : "ascending") : "none"}>
      <button
        type="button"
        className="sort"
        onClick={() => props.onSort(props.field)}
        title={sorted ? t.clients.sortedBy(props.label, down, isByDate(props.field)) : t.clients.sortBy(props.label)}
      >
        {props.label}
        {sorted ? <Icon name={down ? "down" : "up"} /> : null}
      </button>
    </span>
  );
}

interface RowProps {
  row: Row;
  item: VirtualItem;
  columns: readonly ColumnId[];
  narrow: boolean;
  isActive: boolean;
  isSelected: boolean;
  isPreviewed: boolean;
  changes: number;
  gone: string | undefined;
  onToggle(clientId: string): void;
  onActivate(): void;
}

function GridRow(props: RowProps) {
  const { row, item, narrow } = props;
  const t = useText();
  const navigate = useNavigate();
  const name = row.fullName ?? t.clients.noName;
  const open = (event: MouseEvent) => {
    props.onActivate();
    if (!(event.target as HTMLElement).closest("a, label, button, input")) {
      void navigate(`/clients/${row.clientId}`);
    }
  };
  return (
    <div
      id={rowId(row)}
      role="row"
      aria-rowindex={item.index + 2}
      aria-selected={props.isSelected}
      className={`grid-row${props.isActive ? " active" : ""}${props.isPreviewed ? " previewed" : ""}${props.gone || row.deleted ? " gone" : ""}`}
      style={{ transform: `translateY(${item.start}px)`, blockSize: item.size }}
      onClick={open}
    >
      {props.changes > 0 ? <span className="glow" key={props.changes} aria-hidden="true" /> : null}
      <span role="gridcell" aria-colindex={1} className="grid-check">
        <Checkbox
          aria-label={t.clients.select(name)}
          isSelected={props.isSelected}
          onChange={() => props.onToggle(row.clientId)}
          excludeFromTabOrder
        />
      </span>
      <span role="gridcell" aria-colindex={2} className="grid-name">
        <Avatar name={row.fullName ?? ""} />
        <span className={narrow ? "two-lines grow" : "clip"}>
          <Link to={`/clients/${row.clientId}`} tabIndex={-1} className="clip name" dir="auto">
            {name}
          </Link>
          {narrow ? (
            <span className="clip soft small" dir="auto">
              {[row.emailAddress, row.cellPhone ?? row.homePhone].filter(Boolean).join(" · ")}
            </span>
          ) : null}
        </span>
        <Standing row={row} gone={props.gone} />
        {narrow ? <Tags tags={(row.tags ?? []).slice(0, 1)} /> : null}
      </span>
      {narrow
        ? null
        : props.columns.map((column, index) => (
            <span key={column} role="gridcell" aria-colindex={index + 3} className="clip">
              <Cell column={column} row={row} />
            </span>
          ))}
    </div>
  );
}

function useGridKeys(keys: { props: GridProps; active: number; move(index: number): void; toggle(clientId: string): void }) {
  const navigate = useNavigate();
  const { props, active, move, toggle } = keys;
  return (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget || event.altKey) {
      return;
    }
    const { rows } = props.state;
    const row = rows[active];
    const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / rowHeight) - 2);
    const combined = event.ctrlKey || event.metaKey;
    const actions: Record<string, () => void> = {
      ArrowDown: () => move(active + 1),
      ArrowUp: () => move(active - 1),
      PageDown: () => move(active + page),
      PageUp: () => move(active - page),
      Home: () => move(0),
      End: () => move(rows.length - 1),
      Enter: () => row && void navigate(`/clients/${row.clientId}`),
      " ": () => row && props.onPreview(props.preview === row.clientId ? "" : row.clientId),
      x: () => row && toggle(row.clientId),
      Escape: () => (props.preview ? props.onPreview("") : props.onSelect(new Set())),
    };
    const action = combined ? undefined : actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    } else if (combined && event.key === "a") {
      event.preventDefault();
      props.onSelect(new Set(rows.map((one) => one.clientId)));
    }
  };
}

// useMoveKeys lets J and K move from anywhere where nobody types.
function useMoveKeys(scroller: { current: HTMLElement | null }, move: (by: number) => void) {
  const moving = useRef(move);
  moving.current = move;
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const by = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      const target = event.target as HTMLElement;
      const busy = target.closest("input, textarea, select, [role=dialog], [role=menu], [role=listbox]");
      if (by === 0 || event.ctrlKey || event.metaKey || event.altKey || busy) {
        return;
      }
      event.preventDefault();
      // The first key only takes the focus: it shows which row is meant.
      if (document.activeElement === scroller.current) {
        moving.current(by);
      } else {
        scroller.current?.focus();
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [scroller]);
}

// GridSkeleton has the size of the table that it stands for.
export function GridSkeleton({ columns }: { columns: readonly ColumnId[] }) {
  const t = useText();
  const narrow = useNarrow();
  const height = narrow ? cardHeight : rowHeight;
  return (
    <div className="grid" role="status" aria-label={t.states.loading} style={gridStyle(columns)}>
      <div className="grid-head">
        <span />
        <span>{t.clients.column.name}</span>
        {columns.map((column) => (
          <span key={column} className="clip">
            {t.clients.column[column]}
          </span>
        ))}
      </div>
      <div className="grid-body">
        {Array.from({ length: 14 }, (_, index) => (
          <div key={index} className="grid-row" style={{ transform: `translateY(${index * height}px)`, blockSize: height }}>
            <span className="grid-check" />
            <span className="grid-name">
              <span className="avatar skeleton" />
              <Skeleton width={90 + ((index * 37) % 70)} />
            </span>
            {narrow
              ? null
              : columns.map((column) => (
                  <span key={column}>
                    <Skeleton width={60 + ((index * 23) % 40)} />
                  </span>
                ))}
          </div>
        ))}
      </div>
    </div>
  );
}
