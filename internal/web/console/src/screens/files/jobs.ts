// The jobs that the caller sees, latest first. Those that go on tell by
// subscriptions how far they are; where there is no live connection, they are read
// again each second.
import { useCallback, useEffect, useState } from "react";
import { useApi } from "~/api/api";
import { troubleOf, type Trouble } from "~/api/errors";
import { useLiveState } from "~/api/live";
import { FileJobsDocument, JobChangedDocument, type FileJobFragment } from "~/screens/files/files.generated";

const partSize = 20;
const mostJobs = 100;

// How many jobs are followed at most: a connection has room for few subscriptions.
const mostFollowed = 5;

// How often they are read again, in milliseconds: while some go on that do not tell
// of themselves, and else, for links that are good for an hour.
const soon = 1000;
const later = 20 * 60_000;

export interface Jobs {
  jobs: readonly FileJobFragment[] | null;
  hasMore: boolean;
  trouble: Trouble | null;
  again(): void;
  more(): void;
}

export function isOpen(job: FileJobFragment): boolean {
  return job.state === "WAITING" || job.state === "QUEUED" || job.state === "RUNNING";
}

export function useJobs(): Jobs {
  const { client } = useApi();
  const [first, setFirst] = useState(partSize);
  const [jobs, setJobs] = useState<readonly FileJobFragment[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const read = useCallback(async () => {
    const { data, error } = await client.query(FileJobsDocument, { first }, { requestPolicy: "network-only" });
    if (data?.jobs) {
      setJobs(data.jobs.nodes);
      setHasMore(data.jobs.pageInfo.hasNextPage && first < mostJobs);
      setTrouble(null);
    } else {
      setTrouble(troubleOf(error, data) ?? { kind: "denied" });
    }
  }, [client, first]);
  useEffect(() => void read(), [read]);
  const told = useCallback((job: FileJobFragment) => {
    setJobs((known) => known?.map((one) => (one.jobId === job.jobId ? job : one)) ?? null);
  }, []);
  const goOn = (jobs ?? []).filter(isOpen).map((job) => job.jobId);
  const mustAsk = useFollowed(goOn, told);
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) {
        void read();
      }
    }, mustAsk ? soon : later);
    // Who comes back to the page may find links that are good no more.
    const look = () => void (document.hidden || read());
    document.addEventListener("visibilitychange", look);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [mustAsk, read]);
  return { jobs, hasMore, trouble, again: () => void read(), more: () => setFirst(mostJobs) };
}

// useFollowed has told called with each of these jobs when it has come further,
// and says whether some of them must be asked for instead.
function useFollowed(jobIds: readonly string[], told: (job: FileJobFragment) => void): boolean {
  const { live } = useApi();
  const isLive = useLiveState(live) === "live";
  // Those whose subscription ended, perhaps before the job did.
  const [silent, setSilent] = useState<ReadonlySet<string>>(new Set());
  const followed = jobIds.slice(0, mostFollowed).join(" ");
  useEffect(() => {
    setSilent(new Set());
    if (!isLive || followed === "") {
      return;
    }
    const ends = followed.split(" ").map((jobId) =>
      live.follow(JobChangedDocument, "JobChanged", { jobId }, {
        told: ({ jobChanged }) => jobChanged && told(jobChanged),
        ended: () => setSilent((known) => new Set([...known, jobId])),
      }),
    );
    return () => ends.forEach((end) => end());
  }, [live, isLive, followed, told]);
  return jobIds.length > 0 && (!isLive || jobIds.length > mostFollowed || jobIds.some((jobId) => silent.has(jobId)));
}
