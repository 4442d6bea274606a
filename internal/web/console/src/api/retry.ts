// Reads that failed because the server could not be reached are made again, at
// once when it is back, and now and then while only they fail.
import { useEffect, useRef } from "react";
import { useApi } from "~/api/api";
import type { Trouble } from "~/api/errors";
import { useLiveState } from "~/api/live";

// How long to wait between attempts while the server seems to be there, in
// milliseconds.
const pause = 4000;

export function useRetry(trouble: Trouble | null, retry: () => void) {
  const state = useLiveState(useApi().live);
  const latest = useRef(retry);
  latest.current = retry;
  const wasAway = useRef(false);
  const active = trouble?.kind === "offline";
  useEffect(() => {
    if (!active || state !== "live") {
      wasAway.current = active;
      return;
    }
    if (wasAway.current) {
      wasAway.current = false;
      latest.current();
    }
    const timer = window.setInterval(() => latest.current(), pause);
    return () => window.clearInterval(timer);
  }, [active, state]);
}
