// The one connection to the server that screens share: queries and mutations by
// HTTP, what changes by WebSocket.
import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react";
import { cacheExchange, Client, fetchExchange, mapExchange } from "@urql/core";
import { Provider } from "urql";
import { Live } from "~/api/live";
import { OperationLog } from "~/api/operations";
import { troubleOf } from "~/api/errors";
import { useSession } from "~/session";

// How often a request is sent again that the server was too busy for, and how
// long it waits where the server does not say, in milliseconds.
const attempts = 5;
const pause = 1000;

// patientFetch waits and sends again what the server refused unread for being too
// busy, as its Retry-After says. It passes no signal on: urql aborts answers that
// it has read to the end, which the browser takes for an error.
async function patientFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const answer = await window.fetch(input, { ...init, signal: null });
    if ((answer.status !== 429 && answer.status !== 503) || attempt === attempts) {
      return answer;
    }
    const seconds = Number(answer.headers.get("Retry-After"));
    await new Promise((resolve) => window.setTimeout(resolve, seconds > 0 ? Math.min(seconds, 10) * 1000 : pause));
  }
}

export interface Api {
  client: Client;
  live: Live;
  log: OperationLog;
}

const Context = createContext<Api | null>(null);

export function useApi(): Api {
  const api = useContext(Context);
  if (!api) {
    throw new Error("no API above");
  }
  return api;
}

// ApiProvider makes everything anew for each caller: nothing that one was
// answered is ever shown to another.
export function ApiProvider({ token, children }: { token: string; children: ReactNode }) {
  const { config, signOut } = useSession();
  const api = useMemo((): Api => {
    const log = new OperationLog();
    const client = new Client({
      url: new URL(config.endpoint, window.location.href).href,
      preferGetMethod: false,
      requestPolicy: "cache-and-network",
      fetch: patientFetch,
      fetchOptions: () => ({ credentials: "omit", headers: { authorization: `Bearer ${token}` } }),
      exchanges: [
        log.exchange,
        mapExchange({
          onResult(result) {
            if (troubleOf(result.error)?.kind === "signedOut") {
              signOut(true);
            }
          },
        }),
        cacheExchange,
        fetchExchange,
      ],
    });
    return { client, log, live: new Live(config.endpoint, token, log) };
  }, [config.endpoint, token, signOut]);

  useEffect(() => {
    api.live.start();
    return () => api.live.stop();
  }, [api]);

  return (
    <Context.Provider value={api}>
      <Provider value={api.client}>{children}</Provider>
    </Context.Provider>
  );
}
