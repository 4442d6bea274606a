// Who is signed in: a token that was pasted, kept until the tab closes, or one
// of the development identities, of which the name is kept.
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import type { Desk } from "~/api/desk";
import { freshConfig, type Config, type Identity } from "~/config";
import { load, save } from "~/storage";

export interface Session {
  config: Config;
  // null: nobody is signed in.
  token: string | null;
  // The development identity in use; null with a pasted token.
  identity: Identity | null;
  // Why nobody is signed in any more.
  ended: boolean;
  // What each person who was signed in here has begun, by who it is.
  desks: Map<string, Desk>;
  pasteToken(token: string): void;
  become(identity: Identity): void;
  signOut(ended?: boolean): void;
}

const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) {
    throw new Error("no session above");
  }
  return session;
}

interface State {
  config: Config;
  token: string | null;
  identity: Identity | null;
  ended: boolean;
}

function begin(config: Config): State {
  const pasted = load<string | null>("session", "token", null);
  if (pasted) {
    return { config, token: pasted, identity: null, ended: false };
  }
  const signedOut = load("session", "signedOut", false);
  const wanted = load<string | null>("session", "identity", null);
  const identity = signedOut ? null : (config.identities.find((one) => one.name === wanted) ?? config.identities[0] ?? null);
  return { config, token: identity?.token ?? null, identity, ended: false };
}

export function SessionProvider(props: { config: Config; children: ReactNode }) {
  const [state, setState] = useState(() => begin(props.config));
  const [desks] = useState(() => new Map<string, Desk>());

  const pasteToken = useCallback((token: string) => {
    save("session", "token", token);
    save("session", "signedOut", null);
    setState((old) => ({ ...old, token, identity: null, ended: false }));
  }, []);

  const become = useCallback((identity: Identity) => {
    save("session", "token", null);
    save("session", "signedOut", null);
    save("session", "identity", identity.name);
    setState((old) => ({ ...old, token: identity.token, identity, ended: false }));
  }, []);

  const signOut = useCallback((ended = false) => {
    if (!ended) {
      desks.clear();
    }
    save("session", "token", null);
    save("session", "signedOut", true);
    setState((old) => ({ ...old, token: null, identity: null, ended }));
    // Development tokens may have grown old while the page was open.
    void freshConfig()
      .then((config) => config && setState((old) => ({ ...old, config })))
      .catch(() => undefined);
  }, [desks]);

  const session = useMemo(() => ({ ...state, desks, pasteToken, become, signOut }), [state, desks, pasteToken, become, signOut]);
  return <Context.Provider value={session}>{props.children}</Context.Provider>;
}
