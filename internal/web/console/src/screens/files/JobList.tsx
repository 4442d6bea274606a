// What was brought in and taken out, latest first.
import { useMutation } from "urql";
import { newKey } from "~/api/key";
import { Button, Skeleton } from "~/design/controls";
import { useToast } from "~/design/overlays";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import { CancelJobDocument, type FileJobFragment } from "~/screens/files/files.generated";
import { isOpen, type Jobs } from "~/screens/files/jobs";
import { JobCounts, JobNotes, JobResult, JobStanding } from "~/screens/files/JobStanding";

export function JobList({ jobs, hasMore, trouble, again, more }: Jobs) {
  const t = useText();
  return (
    <section className="file-list" aria-labelledby="file-jobs">
      <h2 id="file-jobs">{t.files.list}</h2>
      {!jobs ? (
        trouble ? (
          <TroubleState trouble={trouble} retry={again} />
        ) : (
          <ListSkeleton />
        )
      ) : jobs.length === 0 ? (
        <State icon="files" title={t.files.none} hint={t.files.noneHint} />
      ) : (
        <>
          <ul className="files" aria-label={t.files.list}>
            {jobs.map((job) => (
              <JobLine key={job.id} job={job} again={again} />
            ))}
          </ul>
          {hasMore ? <Button onPress={more}>{t.duplicates.more}</Button> : null}
        </>
      )}
    </section>
  );
}

function JobLine({ job, again }: { job: FileJobFragment; again(): void }) {
  const t = useText();
  const formats = useFormats();
  const say = useToast();
  const [{ fetching }, cancel] = useMutation(CancelJobDocument);
  const what = `${job.dryRun ? t.files.trial : t.files.kind[job.kind]} ${job.jobId}`;
  const end = async () => {
    const { data } = await cancel({ jobId: job.jobId, idempotencyKey: newKey() });
    const answer = data?.cancelJob;
    say(answer?.job ? t.files.cancelled : (answer?.userErrors[0]?.message ?? t.states.offline));
    again();
  };
  return (
    <li className="file-job" aria-label={what}>
      <span className="two-lines grow">
        <span>{what}</span>
        <span className="soft small">
          <bdi>{job.createdUser}</bdi> ·{" "}
          <time className="numbers" dateTime={job.createdDate} title={formats.zone}>
            {formats.instant(job.createdDate)}
          </time>
        </span>
        <JobCounts job={job} />
        <JobNotes job={job} />
      </span>
      <JobStanding job={job} />
      <JobResult job={job} />
      {isOpen(job) ? (
        <Button look="quiet" isDisabled={fetching} aria-label={t.files.cancelOf(what)} onPress={() => void end()}>
          {t.clients.cancel}
        </Button>
      ) : null}
    </li>
  );
}

function ListSkeleton() {
  const t = useText();
  return (
    <ul className="files" role="status" aria-label={t.states.loading}>
      {[220, 260, 200].map((width) => (
        <li className="file-job" key={width}>
          <Skeleton width={width} />
        </li>
      ))}
    </ul>
  );
}
