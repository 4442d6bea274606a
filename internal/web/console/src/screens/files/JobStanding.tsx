// How far a job is, what became of its rows, and its file.
import { Badge } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import { isOpen } from "~/screens/files/jobs";
import type { FileJobFragment } from "~/screens/files/files.generated";

const tones = { WAITING: "accent", QUEUED: "accent", RUNNING: "accent", DONE: "good", FAILED: "bad", CANCELLED: undefined } as const;

export function JobStanding({ job }: { job: FileJobFragment }) {
  const t = useText();
  return <Badge tone={tones[job.state]}>{t.files.state[job.state]}</Badge>;
}

export function JobCounts({ job }: { job: FileJobFragment }) {
  const t = useText();
  const { counts } = job;
  const parts =
    job.kind === "EXPORT_CLIENTS"
      ? [t.files.written(Number(counts.rows))]
      : [
          t.files.created(Number(counts.created)),
          t.files.changed(Number(counts.changed)),
          t.files.unchanged(Number(counts.unchanged)),
          t.files.failed(Number(counts.failed)),
        ];
  return <span className="small numbers">{parts.join(" · ")}</span>;
}

// JobNow is a job that somebody waits for.
export function JobNow({ job }: { job: FileJobFragment }) {
  const t = useText();
  const total = Number(job.totalRows ?? 0);
  return (
    <div className="file-now">
      <span className="file-now" role="status">
        <JobStanding job={job} />
        {isOpen(job) ? null : <JobCounts job={job} />}
      </span>
      {isOpen(job) ? (
        <progress aria-label={t.files.progress} {...(total > 0 ? { max: total, value: Math.min(total, Number(job.counts.rows)) } : {})} />
      ) : null}
      <JobResult job={job} />
      <JobNotes job={job} />
    </div>
  );
}

// JobNotes is what else there is to say of how it ended.
export function JobNotes({ job }: { job: FileJobFragment }) {
  const t = useText();
  return (
    <>
      {job.failure ? <span className="small file-failed">{t.files.failure[job.failure]}</span> : null}
      {job.importedBefore ? <span className="small">{t.files.importedBefore}</span> : null}
      {job.removedByErasure ? <span className="small">{t.files.removedByErasure}</span> : null}
    </>
  );
}

export function JobResult({ job }: { job: FileJobFragment }) {
  const t = useText();
  const formats = useFormats();
  if (!job.result) {
    return null;
  }
  return (
    <span className="two-lines">
      <a className="button" href={job.result.path} download={job.result.fileName}>
        <Icon name="down" />
        {job.kind === "EXPORT_CLIENTS" ? t.files.download : t.files.errors}
      </a>
      <span className="soft small">{t.files.goodUntil(formats.instant(job.result.expires))}</span>
    </span>
  );
}
