// What is around every screen: the way from one to another, the search over
// everything, who is signed in, whether the network is there.
import { useEffect, useState, type ReactNode } from "react";
import { Link, NavLink, useLocation } from "react-router";
import { useQuery } from "urql";
import { useApi } from "~/api/api";
import { DeskProvider, useDesk } from "~/api/desk";
import { useDrafts } from "~/api/drafts";
import { troubleOf } from "~/api/errors";
import { useLiveState } from "~/api/live";
import { useOutbox } from "~/api/outbox";
import { Button, IconButton } from "~/design/controls";
import { Icon, type IconName } from "~/design/icons";
import { useNarrow } from "~/design/narrow";
import { useToast } from "~/design/overlays";
import { TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { ZoneProvider } from "~/i18n/format";
import { sendPatch } from "~/screens/client/send";
import { ApiDialog } from "~/screens/frame/ApiDialog";
import { MeDocument } from "~/screens/frame/frame.generated";
import { MeProvider, type Me } from "~/screens/frame/me";
import { Palette } from "~/screens/frame/Palette";
import { PersonalMenu } from "~/screens/frame/PersonalMenu";
import { placesFor } from "~/screens/frame/places";
import { ShortcutsDialog } from "~/screens/frame/ShortcutsDialog";
import "~/screens/frame/frame.css";

export function Frame({ children }: { children: ReactNode }) {
  const [{ data, error }, again] = useQuery({ query: MeDocument });
  const trouble = troubleOf(error, data);
  const me = data?.me;
  if (!me) {
    return (
      <div className="frame">
        <div className="side" />
        <div className="top" />
        <main className="main" aria-busy={!trouble}>
          {trouble ? <TroubleState isPage trouble={trouble} retry={() => again({ requestPolicy: "network-only" })} /> : null}
        </main>
      </div>
    );
  }
  return (
    <MeProvider value={me}>
      <ZoneProvider value={me.business.timeZone.timeZoneId}>
        <DeskProvider who={`${me.business.businessId} ${me.user}`}>
          <SignedIn me={me}>{children}</SignedIn>
        </DeskProvider>
      </ZoneProvider>
    </MeProvider>
  );
}

type Open = "palette" | "api" | "shortcuts" | null;

function SignedIn({ me, children }: { me: Me; children: ReactNode }) {
  const t = useText();
  const [open, setOpen] = useState<Open>(null);
  useGlobalKeys(setOpen);
  useSendWaiting();
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {t.nav.skip}
      </a>
      <Side me={me} />
      <header className="top">
        <Button className="search" look="quiet" onPress={() => setOpen("palette")} aria-keyshortcuts="/ Control+K">
          <Icon name="search" />
          <span className="grow clip">{t.frame.search}</span>
          <kbd className="kbd wide-only">/</kbd>
        </Button>
        <Connection />
        <IconButton icon="code" label={t.frame.api} onPress={() => setOpen("api")} />
        <PersonalMenu user={{ name: me.user, role: me.role }} />
      </header>
      <main className="main" id="content" tabIndex={-1}>
        <Banners />
        {children}
      </main>
      <Palette isOpen={open === "palette"} onClose={() => setOpen(null)} />
      <ApiDialog isOpen={open === "api"} onClose={() => setOpen(null)} />
      <ShortcutsDialog isOpen={open === "shortcuts"} onClose={() => setOpen(null)} />
    </div>
  );
}

function Side({ me }: { me: Me }) {
  const t = useText();
  const narrow = useNarrow();
  const business = me.business.name ?? t.frame.noName;
  return (
    <nav className="side" aria-label={t.nav.main}>
      <div className="business" title={t.frame.business}>
        <span className="mark" aria-hidden="true" />
        <span className="clip" dir="auto">
          {business}
        </span>
      </div>
      <ul>
        {placesFor(me).filter((place) => !place.isPart).map((place) => (
          <li key={place.path}>
            <Place icon={place.icon} path={place.path} label={t.nav[(narrow && place.short) || place.name]} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Place({ icon, path, label }: { icon: IconName; path: string; label: string }) {
  return (
    <NavLink to={path} className="place">
      <Icon name={icon} />
      <span className="clip">{label}</span>
    </NavLink>
  );
}

function Connection() {
  const t = useText();
  const state = useLiveState(useApi().live);
  const text = { live: t.frame.live, connecting: t.frame.connecting, offline: t.frame.offline }[state];
  return (
    <span className={`connection ${state}`} role="status">
      <span className="dot" aria-hidden="true" />
      <span className="connection-text">{text}</span>
    </span>
  );
}

function Banners() {
  const t = useText();
  const { live } = useApi();
  const { outbox } = useDesk();
  const offline = useLiveState(live) === "offline";
  const waiting = useOutbox(outbox);
  return (
    <>
      {offline || waiting.length > 0 ? (
        <div className="banner" role="status">
          <Icon name="cloud" />
          <span>
            {offline ? t.frame.offlineBanner : ""} {waiting.length > 0 ? t.frame.waiting(waiting.length) : ""}
          </span>
        </div>
      ) : null}
      <Unsaved />
    </>
  );
}

// Unsaved leads back to changes that were left unsaved on a screen that is not
// in sight, and has the browser ask before it drops them.
function Unsaved() {
  const t = useText();
  const drafts = useDrafts(useDesk().drafts);
  const { pathname, search } = useLocation();
  const some = drafts.size > 0;
  useEffect(() => {
    if (!some) {
      return;
    }
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [some]);
  const inSight = new URLSearchParams(search).has("tab") ? "" : pathname;
  const elsewhere = [...drafts.values()].filter(({ base }) => inSight !== `/clients/${base.clientId}`);
  if (elsewhere.length === 0) {
    return null;
  }
  return (
    <div className="banner" role="status">
      <Icon name="warning" />
      <span>
        {t.frame.unsaved}{" "}
        {elsewhere.map(({ base }) => (
          <Link key={base.id} to={`/clients/${base.clientId}`} className="unsaved" dir="auto">
            {base.fullName ?? `#${base.clientId}`}
          </Link>
        ))}
      </span>
    </div>
  );
}

function typesText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function useGlobalKeys(open: (what: Open) => void) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const combined = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
      const single = !event.ctrlKey && !event.metaKey && !event.altKey && !typesText(event.target);
      if (combined || (single && event.key === "/")) {
        event.preventDefault();
        open("palette");
      } else if (single && event.key === "?") {
        open("shortcuts");
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [open]);
}

// useSendWaiting sends what waits in the outbox whenever the network is back.
function useSendWaiting() {
  const t = useText();
  const say = useToast();
  const { client, live } = useApi();
  const { outbox } = useDesk();
  const state = useLiveState(live);
  const { pathname } = useLocation();
  useEffect(() => {
    if (state === "live") {
      void outbox.flush((variables) => sendPatch(client, variables)).then((taken) => {
        if (taken.length > 0) {
          // The events of these edits may have come before anybody listened.
          live.readAgain();
          say(t.frame.sent(taken.length));
        }
      });
    }
  }, [state, client, live, outbox, say, t, pathname]);
}
