// Brings the clients of a file in: tried first, then for real with the same file.
import { useEffect, useId, useState } from "react";
import { useMutation } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { otherProblems, problemAt, type Problem } from "~/api/problems";
import { Button, Checkbox, Select, TextField } from "~/design/controls";
import { useText } from "~/i18n";
import type { ImportMatch } from "~/schema.generated";
import { ImportClientsDocument } from "~/screens/files/files.generated";
import { isOpen, type Jobs } from "~/screens/files/jobs";
import { JobNow } from "~/screens/files/JobStanding";
import { upload } from "~/screens/files/upload";
import { useSession } from "~/session";

const matches = ["EMAIL_ADDRESS", "EXTERNAL_USER_NAME", "CLIENT_ID", "NONE"] as const satisfies readonly ImportMatch[];

interface Draft {
  file: File | null;
  match: ImportMatch;
  dates: string;
  leaveOut: boolean;
}

// useImport makes the job and sends its file.
function useImport(draft: Draft, jobs: Jobs) {
  const t = useText();
  const { token } = useSession();
  const [made, setMade] = useState<string | null>(null);
  // How much of the file was sent, of 0 to 1; null where none is being sent.
  const [sent, setSent] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  // One key for one thing, until it is answered.
  const [key, setKey] = useState(newKey);
  const [, importClients] = useMutation(ImportClientsDocument);
  const sending = sent !== null;
  useEffect(() => {
    if (!sending) {
      return;
    }
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [sending]);

  const act = async (file: File, dryRun: boolean) => {
    setBusy(true);
    const input = {
      format: /\.(jsonl|ndjson)$/i.test(file.name) ? ("JSONL" as const) : ("CSV" as const),
      match: draft.match,
      dates: draft.dates || null,
      mapping: draft.leaveOut ? [{ header: "*" }] : null,
      dryRun,
    };
    const { data, error } = await importClients({ input, idempotencyKey: key });
    const answer = data?.importClients;
    if (answer) {
      setKey(newKey());
    }
    const trouble = troubleOf(error);
    setProblems(answer ? answer.userErrors : [{ code: "", message: trouble?.kind === "failed" ? trouble.message : t.states.offline }]);
    const job = answer?.job;
    if (job?.uploadPath) {
      setMade(job.jobId);
      jobs.again();
      setSent(0);
      const wrong = await upload({ path: job.uploadPath, file, token: token ?? "", onProgress: (bytes) => setSent(bytes / Math.max(1, file.size)) });
      setSent(null);
      if (wrong !== null) {
        setProblems([{ code: "", message: wrong || t.files.notSent }]);
      }
      jobs.again();
    }
    setBusy(false);
  };
  const forget = () => {
    setMade(null);
    setProblems([]);
    setKey(newKey());
  };
  return { job: jobs.jobs?.find((one) => one.jobId === made), sent, busy, problems, act, forget };
}

export function ImportCard({ jobs }: { jobs: Jobs }) {
  const t = useText();
  const id = useId();
  const [draft, setDraft] = useState<Draft>({ file: null, match: "EMAIL_ADDRESS", dates: "", leaveOut: false });
  const { job, sent, busy, problems, act, forget } = useImport(draft, jobs);
  // What was tried holds for the file and the choices it was tried with.
  const change = (changed: Partial<Draft>) => {
    setDraft({ ...draft, ...changed });
    forget();
  };
  const works = busy || (job !== undefined && isOpen(job));
  const tried = job?.dryRun && job.state === "DONE";
  const { file } = draft;
  return (
    <section className="card" aria-labelledby="file-import">
      <h2 id="file-import">{t.files.import}</h2>
      {otherProblems(problems, ["dates"]).map((problem) => (
        <div className="notice bad" role="alert" key={problem.message}>
          <p>{problem.message}</p>
        </div>
      ))}
      <fieldset className="card-fields file-choices" disabled={works}>
        <div className="field">
          <label className="label" htmlFor={id}>
            {t.files.file}
          </label>
          <input
            id={id}
            className="input"
            type="file"
            accept=".csv,.tsv,.txt,.jsonl,.ndjson"
            aria-describedby={`${id}-hint`}
            onChange={(event) => change({ file: event.target.files?.[0] ?? null })}
          />
          <span id={`${id}-hint`} className="field-hint">
            {t.files.fileHint}
          </span>
        </div>
        <Select
          label={t.files.match}
          choices={matches.map((match) => ({ id: match, label: t.files.matches[match] }))}
          value={draft.match}
          isDisabled={works}
          onChange={(match) => change({ match: match as ImportMatch })}
        />
        <TextField label={t.files.dates} value={draft.dates} onChange={(dates) => change({ dates })} error={problemAt(problems, "dates")} hint={t.files.datesHint} />
      </fieldset>
      <Checkbox isSelected={draft.leaveOut} isDisabled={works} onChange={(leaveOut) => change({ leaveOut })}>
        {t.files.leaveOut}
      </Checkbox>
      {sent !== null ? (
        <div className="file-now">
          <span role="status">{t.files.sending}</span>
          <progress aria-label={t.files.sending} max={1} value={sent} />
        </div>
      ) : job ? (
        <>
          {job.dryRun && job.state === "DONE" ? <p>{t.files.tried}</p> : null}
          <JobNow job={job} />
        </>
      ) : null}
      <div className="dialog-foot">
        <Button look={tried ? undefined : "primary"} isDisabled={!file || works} onPress={() => file && void act(file, true)}>
          {t.files.tryNow}
        </Button>
        {tried && file ? (
          <Button look="primary" isDisabled={works} onPress={() => void act(file, false)}>
            {t.files.importNow}
          </Button>
        ) : null}
      </div>
    </section>
  );
}
