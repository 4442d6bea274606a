// Brings the clients of a file in: tried first, then for real with the same file.
import { useEffect, useId, useState, type DragEvent } from "react";
import { useMutation } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { otherProblems, problemAt, type Problem } from "~/api/problems";
import { Button, Checkbox, Select, TextField } from "~/design/controls";
import { useFirstWrong } from "~/design/firstwrong";
import { useText } from "~/i18n";
import type { ImportMatch } from "~/schema.generated";
import { inputOf, type Draft } from "~/screens/files/draft";
import { ImportClientsDocument } from "~/screens/files/files.generated";
import { isOpen, type Jobs } from "~/screens/files/jobs";
import { JobFindings } from "~/screens/files/Findings";
import { JobNow } from "~/screens/files/JobStanding";
import { PreviewTable } from "~/screens/files/PreviewTable";
import { usePreview } from "~/screens/files/preview";
import { upload } from "~/screens/files/upload";
import { useSession } from "~/session";

const matches = ["EMAIL_ADDRESS", "EXTERNAL_USER_NAME", "CLIENT_ID", "NONE"] as const satisfies readonly ImportMatch[];

// useImport makes the job and sends its file.
function useImport(draft: Draft, jobs: Jobs, refused: () => void) {
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
    const input = { ...inputOf(draft, file), dryRun };
    const { data, error } = await importClients({ input, idempotencyKey: key });
    const answer = data?.importClients;
    if (answer) {
      setKey(newKey());
    }
    const trouble = troubleOf(error);
    setProblems(answer ? answer.userErrors : [{ code: "", message: trouble?.kind === "failed" ? trouble.message : t.states.offline }]);
    if (!answer || answer.userErrors.length > 0) {
      refused();
    }
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

const noDraft: Draft = { file: null, match: "EMAIL_ADDRESS", dates: "", leaveOut: false, mapping: new Map() };

export function ImportCard({ jobs }: { jobs: Jobs }) {
  const t = useText();
  const [draft, setDraft] = useState(noDraft);
  const { form, refused } = useFirstWrong<HTMLElement>();
  const { job, sent, busy, problems, act, forget } = useImport(draft, jobs, refused);
  const previewed = usePreview(draft);
  // What was tried holds for the file and the choices it was tried with.
  const change = (changed: Partial<Draft>) => {
    setDraft({ ...draft, ...changed });
    forget();
  };
  const works = busy || (job !== undefined && isOpen(job));
  // Another file has other columns.
  const choose = (file: File | null) => change({ file, mapping: noDraft.mapping });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    if (file && !works) {
      choose(file);
    }
  };
  const tried = job?.dryRun && job.state === "DONE";
  const { file } = draft;
  const wrong = [...problems, ...previewed.problems];
  return (
    <section className="card" aria-labelledby="file-import" ref={form} onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <h2 id="file-import">{t.files.import}</h2>
      {otherProblems(wrong, ["dates"]).map((problem) => (
        <div className="notice bad" role="alert" key={problem.message}>
          <p>{problem.message}</p>
        </div>
      ))}
      <fieldset className="card-fields file-choices" disabled={works}>
        <FileField file={file} onChoose={choose} />
        <Select
          label={t.files.match}
          choices={matches.map((match) => ({ id: match, label: t.files.matches[match] }))}
          value={draft.match}
          isDisabled={works}
          onChange={(match) => change({ match: match as ImportMatch })}
        />
        <TextField label={t.files.dates} value={draft.dates} onChange={(dates) => change({ dates })} error={problemAt(wrong, "dates")} hint={t.files.datesHint} />
      </fieldset>
      <Checkbox isSelected={draft.leaveOut} isDisabled={works} onChange={(leaveOut) => change({ leaveOut })}>
        {t.files.leaveOut}
      </Checkbox>
      <div aria-busy={previewed.waits}>
        {previewed.preview ? (
          <PreviewTable
            preview={previewed.preview}
            mapping={draft.mapping}
            isDisabled={works}
            onMap={(header, column) => change({ mapping: new Map([...draft.mapping, [header, column]]) })}
          />
        ) : null}
      </div>
      {sent !== null ? (
        <div className="file-now">
          <span role="status">{t.files.sending}</span>
          <progress aria-label={t.files.sending} max={1} value={sent} />
        </div>
      ) : job ? (
        <>
          {tried ? <p>{t.files.tried}</p> : null}
          <JobNow job={job} />
          {job.result ? <JobFindings jobId={job.jobId} path={job.result.path} /> : null}
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

function FileField({ file, onChoose }: { file: File | null; onChoose(file: File | null): void }) {
  const t = useText();
  const id = useId();
  return (
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
        onChange={(event) => onChoose(event.target.files?.[0] ?? null)}
      />
      <span id={`${id}-hint`} className="field-hint">
        {file ? <bdi>{file.name}</bdi> : t.files.fileHint}
      </span>
    </div>
  );
}
