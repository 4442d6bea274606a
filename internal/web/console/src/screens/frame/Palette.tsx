// The search over everything: clients while one types, and where one can go.
import { useEffect, useState } from "react";
import { Autocomplete, Dialog, Input, ListBox, ListBoxItem, ListBoxSection, Header, Modal, ModalOverlay, SearchField } from "react-aria-components";
import { useNavigate } from "react-router";
import { useApi } from "~/api/api";
import { Avatar, Badge } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useText } from "~/i18n";
import { FindClientsDocument, type FindClientsQuery } from "~/screens/frame/frame.generated";
import { useMay, useMe } from "~/screens/frame/me";
import { placesFor } from "~/screens/frame/places";

// How long typing must rest before the server is asked, in milliseconds.
const rest = 150;
const shown = 8;

type Found = NonNullable<FindClientsQuery["filterClients"]>["clients"];

export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useText();
  return (
    <ModalOverlay className="overlay" isOpen={isOpen} isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="palette" aria-label={t.frame.search}>
          <Search onClose={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Search({ onClose }: { onClose(): void }) {
  const t = useText();
  const me = useMe();
  const mayWrite = useMay("WRITE") && me.role !== "CLIENT";
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const { found, pending } = useFound(text);

  const lower = text.trim().toLocaleLowerCase();
  const commands = [
    ...placesFor(me).map((place) => ({ path: place.path, label: t.palette.goTo(t.nav[place.name]), icon: place.icon })),
    ...(mayWrite ? [{ path: "/clients?new=1", label: t.clients.newClient, icon: "plus" as const }] : []),
  ].filter((command) => command.label.toLocaleLowerCase().includes(lower));

  const go = (path: string) => {
    onClose();
    void navigate(path);
  };

  return (
    <Autocomplete inputValue={text} onInputChange={setText} disableAutoFocusFirst={false}>
      <SearchField className="palette-field" aria-label={t.frame.search} autoFocus>
        <Icon name="search" />
        <Input className="palette-input" placeholder={t.palette.placeholder} dir="auto" />
      </SearchField>
      <ListBox
        className="options palette-options"
        aria-label={t.frame.search}
        selectionMode="none"
        onAction={(key) => go(String(key))}
        renderEmptyState={() => <p className="palette-none">{pending ? t.states.loading : t.palette.none}</p>}
      >
        {found.length > 0 ? (
          <ListBoxSection>
            <Header className="menu-heading">{t.palette.clients}</Header>
            {found.map((client) => (
              <ListBoxItem key={client.id} id={`/clients/${client.clientId}`} textValue={client.fullName ?? client.clientId} className="option">
                <Avatar name={client.fullName ?? ""} />
                <span className="grow two-lines">
                  <span className="clip" dir="auto">
                    {client.fullName ?? t.clients.noName}
                  </span>
                  <span className="clip soft small" dir="auto">
                    {[client.emailAddress, client.cellPhone ?? client.homePhone].filter(Boolean).join(" · ")}
                  </span>
                </span>
                {client.status === "BLACKLISTED" ? <Badge tone="bad">{t.clients.status.BLACKLISTED}</Badge> : null}
              </ListBoxItem>
            ))}
          </ListBoxSection>
        ) : null}
        {commands.length > 0 ? (
          <ListBoxSection>
            <Header className="menu-heading">{t.palette.commands}</Header>
            {commands.map((command) => (
              <ListBoxItem key={command.path} id={command.path} textValue={command.label} className="option">
                <Icon name={command.icon} />
                {command.label}
              </ListBoxItem>
            ))}
          </ListBoxSection>
        ) : null}
      </ListBox>
    </Autocomplete>
  );
}

// useFound asks for what was typed once typing rests. What is found for an
// earlier text stays until then, and never replaces what a later one found.
function useFound(text: string): { found: Found; pending: boolean } {
  const { client } = useApi();
  const [answer, setAnswer] = useState<{ text: string; found: Found }>({ text: "", found: [] });
  const search = text.trim();
  useEffect(() => {
    if (search === "") {
      setAnswer({ text: "", found: [] });
      return;
    }
    let stale = false;
    const timer = window.setTimeout(() => {
      void client.query(FindClientsDocument, { search, first: shown }, { requestPolicy: "network-only" }).then(({ data }) => {
        if (!stale) {
          setAnswer({ text: search, found: data?.filterClients?.clients ?? [] });
        }
      });
    }, rest);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [client, search]);
  return { found: answer.found, pending: answer.text !== search };
}
