// Takes clients out: those of the list that one came from, or all.
import { useState } from "react";
import { Link } from "react-router";
import { useMutation } from "urql";
import { useApi } from "~/api/api";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import type { Problem } from "~/api/problems";
import { Button, Select } from "~/design/controls";
import { useText } from "~/i18n";
import type { ClientFileFormat, ClientReportFilter } from "~/schema.generated";
import { FilterChoicesDocument, SearchIdsDocument } from "~/screens/clients/clients.generated";
import { among, apiFilter, isFiltered, useFilters, type Filters } from "~/screens/clients/filters";
import { partSize } from "~/screens/clients/list";
import { ExportClientsDocument } from "~/screens/files/files.generated";
import type { Jobs } from "~/screens/files/jobs";
import { JobNow } from "~/screens/files/JobStanding";

export function ExportCard({ jobs }: { jobs: Jobs }) {
  const t = useText();
  const { filters, params } = useFilters();
  const [format, setFormat] = useState<ClientFileFormat>("CSV");
  const [made, setMade] = useState<string | null>(null);
  const [problems, setProblems] = useState<readonly Pick<Problem, "message">[]>([]);
  const [busy, setBusy] = useState(false);
  // One key for one thing, until it is answered.
  const [key, setKey] = useState({ of: "", key: "" });
  const [, exportClients] = useMutation(ExportClientsDocument);
  const filterOf = useFilterOf();
  const filtered = isFiltered(filters);
  const job = jobs.jobs?.find((one) => one.jobId === made);

  const act = async () => {
    setBusy(true);
    const filter = await filterOf(filters);
    const of = JSON.stringify({ format, filter });
    const once = key.of === of ? key : { of, key: newKey() };
    setKey(once);
    const result = filter ? await exportClients({ input: { format, filter }, idempotencyKey: once.key }) : null;
    setBusy(false);
    const answer = result?.data?.exportClients;
    const trouble = troubleOf(result?.error);
    setProblems(answer ? answer.userErrors : [{ message: trouble?.kind === "failed" ? trouble.message : t.states.offline }]);
    if (answer) {
      setKey({ of: "", key: "" });
    }
    if (answer?.job) {
      setMade(answer.job.jobId);
      jobs.again();
    }
  };
  return (
    <section className="card" aria-labelledby="file-export">
      <h2 id="file-export">{t.files.export}</h2>
      {problems.map((problem) => (
        <div className="notice bad" role="alert" key={problem.message}>
          <p>{problem.message}</p>
        </div>
      ))}
      <p>
        {filtered ? t.files.exportFiltered : t.files.exportAll} {filtered ? <Link to={`/clients?${params}`}>{t.files.toList}</Link> : null}
      </p>
      {filters.search ? <p className="soft small">{t.clients.searchLimit(partSize)}</p> : null}
      <div className="card-fields">
        <Select
          label={t.files.format}
          choices={[
            { id: "CSV", label: t.files.csv },
            { id: "JSONL", label: t.files.jsonl },
          ]}
          value={format}
          onChange={(value) => setFormat(value as ClientFileFormat)}
        />
      </div>
      {job ? <JobNow job={job} /> : null}
      <div className="dialog-foot">
        <Button look="primary" isDisabled={busy} onPress={() => void act()}>
          {t.files.exportNow}
        </Button>
      </div>
    </section>
  );
}

// useFilterOf is what the list means, as the API takes it; null where it could
// not be asked.
function useFilterOf(): (filters: Filters) => Promise<ClientReportFilter | null> {
  const { client } = useApi();
  return async (filters) => {
    const { data: choices } = filters.fields.size > 0 ? await client.query(FilterChoicesDocument, {}) : { data: undefined };
    if (filters.fields.size > 0 && !choices?.fieldDefinitions) {
      return null;
    }
    const filter = apiFilter(filters, new Map((choices?.fieldDefinitions ?? []).map((field) => [field.schedulerPreferenceFieldDefnId, field.type])));
    if (filters.search === "") {
      return filter;
    }
    const { data } = await client.query(SearchIdsDocument, { search: filters.search, first: partSize }, { requestPolicy: "network-only" });
    return data?.filterClients ? among(filter, data.filterClients.clients.map((one) => one.clientId)) : null;
  };
}
