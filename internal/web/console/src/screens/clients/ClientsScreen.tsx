import { useEffect, useLayoutEffect, useMemo, useRef, useState, type CSSProperties } from "react";
import { Link } from "react-router";
import { useQuery } from "urql";
import { Button } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useNarrow } from "~/design/narrow";
import { Menu, MenuItem } from "~/design/overlays";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { load, save } from "~/storage";
import type { ClientOrder } from "~/schema.generated";
import { BulkBar } from "~/screens/clients/BulkBar";
import { ClientGrid, GridSkeleton } from "~/screens/clients/ClientGrid";
import { FilterChoicesDocument, type FilterChoicesQuery } from "~/screens/clients/clients.generated";
import { columnIds, fitting, readColumns, usualColumns, type ColumnId } from "~/screens/clients/columns";
import { CreateDialog } from "~/screens/clients/CreateDialog";
import { FilterBar } from "~/screens/clients/FilterBar";
import { apiFilter, isFiltered, sortBy, useFilters } from "~/screens/clients/filters";
import { useClientList, type Question } from "~/screens/clients/list";
import { Preview } from "~/screens/clients/Preview";
import { Views } from "~/screens/clients/Views";
import { useMay, useMe } from "~/screens/frame/me";
import "~/screens/clients/clients.css";

export type Choices = FilterChoicesQuery;

// How wide the preview is beside the list, in pixels.
const previewWidth = 360;

export function ClientsScreen() {
  const t = useText();
  const me = useMe();
  const mayCreate = useMay("WRITE") && me.role !== "CLIENT";
  const mayExport = useMay("EXPORT");
  const { filters, params, change } = useFilters();
  const [{ data: choices, fetching }] = useQuery({ query: FilterChoicesDocument });
  const question = useMemo((): Question | null => {
    // Values of custom fields are of their field's type, which comes first.
    if (filters.fields.size > 0 && !choices && fetching) {
      return null;
    }
    const types = new Map((choices?.fieldDefinitions ?? []).map((field) => [field.schedulerPreferenceFieldDefnId, field.type]));
    return { search: filters.search, filter: apiFilter(filters, types), orderBy: filters.order };
  }, [filters, choices, fetching]);
  const { list, state } = useClientList(question);
  const [columns, setColumns] = useColumns(params, change);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const preview = params.get("open") ?? "";
  const body = useRef<HTMLDivElement>(null);
  const shown = useFitting(columns, body, preview !== "");

  const sort = (field: ClientOrder["field"]) => change({ sort: sortBy(field, filters.order) });

  useEffect(() => {
    document.title = t.clients.title;
  }, [t]);

  const empty = list && !state.loading && !state.trouble && state.rows.length === 0;
  return (
    <div className="screen clients">
      <div className="screen-head">
        <h1>{t.clients.title}</h1>
        <span className="soft numbers count" aria-live="polite">
          {state.total === null ? "" : t.clients.count(state.total)}
        </span>
        <div className="actions">
          <Views params={params} />
          <ColumnsMenu columns={columns} onChange={setColumns} />
          {mayExport ? (
            <Link className="button icon quiet" to={`/files?${filtering(params)}`} aria-label={t.files.exportNow} title={t.files.exportNow}>
              <Icon name="files" />
            </Link>
          ) : null}
          {mayCreate ? (
            <Button look="primary" className="new-client" aria-label={t.clients.newClient} onPress={() => change({ new: "1" })}>
              <Icon name="plus" />
              <span>{t.clients.newClient}</span>
            </Button>
          ) : null}
        </div>
      </div>
      <FilterBar filters={filters} change={change} choices={choices} limited={state.limited} />
      <div className="clients-body" ref={body} style={{ "--preview": `${previewWidth}px` } as CSSProperties}>
        <div className="clients-list">
          {state.fresh.length > 0 ? (
            <Button className="fresh" look="primary" onPress={() => void list?.begin()} aria-label={t.clients.showFresh(state.fresh.length)}>
              <Icon name="up" />
              {t.clients.fresh(state.fresh.length)}
            </Button>
          ) : null}
          {!list || (state.loading && state.rows.length === 0) ? (
            <GridSkeleton columns={shown} />
          ) : state.trouble && state.rows.length === 0 ? (
            <TroubleState trouble={state.trouble} retry={() => void list.begin()} />
          ) : empty ? (
            <Empty filtered={isFiltered(filters)} onClear={() => change(clearing(params))} />
          ) : (
            <ClientGrid
              list={list}
              state={state}
              columns={shown}
              order={filters.order}
              onSort={sort}
              selected={selected}
              onSelect={setSelected}
              preview={preview}
              onPreview={(clientId) => change({ open: clientId || null })}
            />
          )}
          {selected.size > 0 ? <BulkBar rows={state.rows} selected={selected} onClear={() => setSelected(new Set())} choices={choices} /> : null}
        </div>
        {preview ? <Preview clientId={preview} onClose={() => change({ open: null })} /> : null}
      </div>
      {mayCreate ? <CreateDialog isOpen={params.has("new")} onClose={() => change({ new: null })} /> : null}
    </div>
  );
}

// clearing takes out what filters, and leaves order and columns.
function clearing(params: URLSearchParams) {
  const kept = new Set(["sort", "cols"]);
  return Object.fromEntries([...params.keys()].filter((name) => !kept.has(name)).map((name) => [name, null]));
}

// filtering is what of the address says which clients.
function filtering(params: URLSearchParams): URLSearchParams {
  const others = new Set(["sort", "cols", "open", "new"]);
  return new URLSearchParams([...params].filter(([name]) => !others.has(name)));
}

function Empty({ filtered, onClear }: { filtered: boolean; onClear(): void }) {
  const t = useText();
  return filtered ? (
    <State icon="search" title={t.clients.noMatch} hint={t.clients.noMatchHint}>
      <Button onPress={onClear}>{t.clients.clearFilters}</Button>
    </State>
  ) : (
    <State icon="clients" title={t.clients.empty} hint={t.clients.emptyHint} />
  );
}

// useColumns keeps the columns in the address, and for the next time.
function useColumns(params: URLSearchParams, change: (change: { cols: string | null }) => void) {
  const saved = load<readonly string[]>("local", "columns", usualColumns);
  const columns = readColumns(params, saved);
  const set = (wanted: readonly ColumnId[]) => {
    save("local", "columns", wanted);
    change({ cols: wanted.join(",") || "none" });
  };
  return [columns, set] as const;
}

// useFitting leaves out the last columns while there is a preview beside the list
// that has them all: none is cut through.
function useFitting(columns: readonly ColumnId[], body: { current: HTMLElement | null }, previewed: boolean): readonly ColumnId[] {
  const narrow = useNarrow();
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = body.current;
    if (!element) {
      return undefined;
    }
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [body]);
  return useMemo(() => (previewed && !narrow ? fitting(columns, width - previewWidth) : columns), [columns, width, previewed, narrow]);
}

function ColumnsMenu({ columns, onChange }: { columns: readonly ColumnId[]; onChange(columns: readonly ColumnId[]): void }) {
  const t = useText();
  const toggle = (column: ColumnId) =>
    onChange(columnIds.filter((one) => (one === column ? !columns.includes(one) : columns.includes(one))));
  return (
    <Menu
      label={t.clients.columns}
      onAction={(key) => toggle(key as ColumnId)}
      trigger={
        <Button className="wide-only">
          <Icon name="columns" />
          {t.clients.columns}
        </Button>
      }
    >
      {columnIds.map((column) => (
        <MenuItem key={column} id={column} textValue={t.clients.column[column]} checked={columns.includes(column)}>
          {t.clients.column[column]}
        </MenuItem>
      ))}
    </Menu>
  );
}
