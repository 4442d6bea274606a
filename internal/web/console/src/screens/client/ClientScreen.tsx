import { useEffect } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { useApi } from "~/api/api";
import { troubleOf } from "~/api/errors";
import { Avatar, Badge } from "~/design/controls";
import { Icon } from "~/design/icons";
import { PageSkeleton, State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import { Standing } from "~/screens/clients/columns";
import { AppointmentsTab } from "~/screens/client/AppointmentsTab";
import { ClientActions, DeletedNotice } from "~/screens/client/ClientActions";
import { ClientDetailsDocument } from "~/screens/client/client.generated";
import { HistoryTab } from "~/screens/client/History";
import { Merges } from "~/screens/client/Merges";
import { Overview } from "~/screens/client/Overview";
import type { Client } from "~/screens/client/properties";
import { Viewers } from "~/screens/client/Viewers";
import { useMe } from "~/screens/frame/me";
import "~/screens/client/client.css";

const tabs = ["overview", "viewers", "appointments", "history", "merges"] as const;
type TabName = (typeof tabs)[number];

export default function ClientScreen() {
  const { clientId = "" } = useParams();
  const t = useText();
  const navigate = useNavigate();
  const [{ data, error, fetching }, read] = useQuery({ query: ClientDetailsDocument, variables: { clientId } });
  const client = data?.client;
  const again = () => read({ requestPolicy: "network-only" });
  useReadOnChange(client?.id, again);
  useBackKey(() => void navigate("/clients"));

  useEffect(() => {
    document.title = client?.fullName ?? t.clients.title;
  }, [client?.fullName, t]);

  const trouble = troubleOf(error, data);
  if (client) {
    return <Page key={client.id} client={client} askedFor={clientId} again={again} />;
  }
  if (trouble) {
    return <TroubleState isPage trouble={trouble} retry={again} />;
  }
  return fetching ? <PageSkeleton hasPicture /> : <NotFound />;
}

// useReadOnChange reads the client again when the feed tells of it.
function useReadOnChange(id: string | undefined, again: () => void) {
  const { live } = useApi();
  useEffect(() => {
    const stops = [live.onChange((change) => change.clientGlobalId === id && again()), live.onResync(again)];
    return () => stops.forEach((stop) => stop());
    // again is another function each time, and always the same one in effect.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [live, id]);
}

// useBackKey goes back to the list on Escape, where nothing else takes it.
function useBackKey(back: () => void) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented && event.target === document.body) {
        back();
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  });
}

function NotFound() {
  const t = useText();
  return (
    <State isPage icon="person" title={t.client.notFoundTitle} hint={t.client.notFound}>
      <Link className="button" to="/clients">
        {t.states.home}
      </Link>
    </State>
  );
}

function Page({ client, askedFor, again }: { client: Client; askedFor: string; again(): void }) {
  const t = useText();
  const me = useMe();
  const [params, setParams] = useSearchParams();
  const wanted = params.get("tab") as TabName | null;
  const shown = tabs.filter((tab) => tab !== "history" || me.role !== "CLIENT");
  const tab = wanted && shown.includes(wanted) ? wanted : "overview";
  const choose = (name: TabName) => setParams(name === "overview" ? {} : { tab: name }, { replace: true });
  // The number of a merged client finds the one that it was merged into.
  const merged = /^\d+$/.test(askedFor) && askedFor !== client.clientId;
  return (
    <div className="screen client">
      <Head client={client} again={again} />
      {merged ? (
        <div className="notice warn page-notice" role="status">
          <Icon name="merge" />
          <p>{t.client.mergedInto(askedFor)}</p>
        </div>
      ) : null}
      {client.deleted ? <DeletedNotice client={client} /> : null}
      <Tabs className="client-tabs" selectedKey={tab} onSelectionChange={(key) => choose(key as TabName)}>
        <TabList className="tabs-list" aria-label={t.client.tabs.label}>
          {shown.map((name) => (
            <Tab key={name} id={name} className="tab">
              {t.client.tabs[name]}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="overview" className="panel">
          <Overview client={client} again={again} />
        </TabPanel>
        <TabPanel id="viewers" className="panel">
          <Viewers client={client} />
        </TabPanel>
        <TabPanel id="appointments" className="panel">
          <AppointmentsTab client={client} />
        </TabPanel>
        {shown.includes("history") ? (
          <TabPanel id="history" className="panel">
            <HistoryTab client={client} again={again} />
          </TabPanel>
        ) : null}
        <TabPanel id="merges" className="panel">
          <Merges client={client} again={again} />
        </TabPanel>
      </Tabs>
    </div>
  );
}

function Head({ client, again }: { client: Client; again(): void }) {
  const t = useText();
  const formats = useFormats();
  const phone = client.cellPhone ?? client.homePhone ?? client.businessPhone;
  return (
    <div className="client-head">
      <Link to="/clients" className="button quiet icon" aria-label={t.client.back}>
        <Icon name="back" />
      </Link>
      <Avatar name={client.fullName ?? ""} large />
      <div className="grow">
        <div className="client-name">
          <h1 dir="auto">{client.fullName ?? t.clients.noName}</h1>
          <Standing row={client} />
        </div>
        <p className="soft client-contact">
          {client.emailAddress ? <bdi>{client.emailAddress}</bdi> : null}
          {phone ? <bdi className="numbers">{phone}</bdi> : null}
          <span className="numbers">#{client.clientId}</span>
          {client.activeAppointmentCount > 0 ? <Link to="?tab=appointments">{t.client.openAppointments(client.activeAppointmentCount)}</Link> : null}
        </p>
        <p className="soft small">
          {client.modifiedDate ? t.client.changed(formats.instant(client.modifiedDate), client.modifiedUser ?? "") : null}
          {!client.modifiedDate && client.createdDate ? t.client.created(formats.instant(client.createdDate), client.createdUser ?? "") : null}{" "}
          <span title={t.client.zone}>({formats.zone})</span>
        </p>
        {(client.tags ?? []).length > 0 ? (
          <div className="tags wrap">
            {(client.tags ?? []).map((tag) => (
              <Badge key={tag}>{tag}</Badge>
            ))}
          </div>
        ) : null}
      </div>
      <ClientActions client={client} again={again} />
    </div>
  );
}
