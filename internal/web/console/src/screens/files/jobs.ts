// The jobs that the caller sees, latest first, read again while some go on.
import { useCallback, useEffect, useState } from "react";
import { useApi } from "~/api/api";
import { troubleOf, type Trouble } from "~/api/errors";
import { FileJobsDocument, type FileJobFragment } from "~/screens/files/files.generated";

const partSize = 20;
const mostJobs = 100;

// How often they are read again, in milliseconds: while some go on, and else, for
// links that are good for an hour.
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
  const goesOn = (jobs ?? []).some(isOpen);
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) {
        void read();
      }
    }, goesOn ? soon : later);
    // Who comes back to the page may find links that are good no more.
    const look = () => void (document.hidden || read());
    document.addEventListener("visibilitychange", look);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [goesOn, read]);
  return { jobs, hasMore, trouble, again: () => void read(), more: () => setFirst(mostJobs) };
}
