// How a file is to be read, as a person chooses it.
import type { ImportClientsInput, ImportMatch } from "~/schema.generated";

export interface Draft {
  file: File | null;
  match: ImportMatch;
  dates: string;
  // Columns that nothing is known of are left out.
  leaveOut: boolean;
  // What a person said of headers: the column, "" for one that is left out.
  mapping: ReadonlyMap<string, string>;
}

export function inputOf(draft: Draft, file: File): ImportClientsInput {
  const mapping = [...draft.mapping].map(([header, column]) => ({ header, column: column || null }));
  if (draft.leaveOut) {
    mapping.push({ header: "*", column: null });
  }
  return {
    format: /\.(jsonl|ndjson)$/i.test(file.name) ? "JSONL" : "CSV",
    match: draft.match,
    dates: draft.dates || null,
    mapping,
  };
}
