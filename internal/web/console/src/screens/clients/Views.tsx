// Views: addresses of lists under a name, kept in this browser.
import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { Header, MenuSection, Separator } from "react-aria-components";
import { Button, IconButton, TextField } from "~/design/controls";
import { Icon } from "~/design/icons";
import { Menu, MenuItem, ModalDialog } from "~/design/overlays";
import { useText } from "~/i18n";
import { useMe } from "~/screens/frame/me";
import { load, save } from "~/storage";

interface View {
  name: string;
  address: string;
}

// address is what a view keeps: no open client, no dialog.
function addressOf(params: URLSearchParams): string {
  const kept = new URLSearchParams(params);
  kept.delete("open");
  kept.delete("new");
  kept.sort();
  return kept.toString();
}

export function Views({ params }: { params: URLSearchParams }) {
  const t = useText();
  const me = useMe();
  const navigate = useNavigate();
  const place = `views:${me.business.businessId}:${me.user}`;
  const [views, setViews] = useState(() => load<readonly View[]>("local", place, []));
  const [naming, setNaming] = useState(false);
  const here = addressOf(params);

  const keep = (wanted: readonly View[]) => {
    save("local", place, wanted);
    setViews(wanted);
  };
  const ready: readonly View[] = [
    { name: t.clients.everybody, address: "" },
    { name: t.clients.blacklisted, address: "status=BLACKLISTED" },
    { name: t.clients.withDeleted, address: "deleted=1" },
  ];
  const current = [...ready, ...views].find((view) => view.address === here);

  const act = (key: string) => {
    if (key === "save") {
      setNaming(true);
    } else {
      void navigate({ pathname: "/clients", search: key.slice("to:".length) });
    }
  };
  return (
    <>
      <Menu
        label={t.clients.views}
        onAction={act}
        trigger={
          <Button>
            <Icon name="bookmark" />
            <span className="clip view-name" dir="auto">
              {current?.name ?? t.clients.views}
            </span>
            <Icon name="down" />
          </Button>
        }
      >
        <MenuSection>
          <Header className="menu-heading">{t.clients.views}</Header>
          {[...ready, ...views].map((view) => (
            <MenuItem key={view.address + view.name} id={`to:${view.address}`} textValue={view.name} checked={view.address === here}>
              <bdi>{view.name}</bdi>
            </MenuItem>
          ))}
        </MenuSection>
        <Separator className="separator" />
        <MenuItem id="save" textValue={t.clients.saveView}>
          {t.clients.saveView}…
        </MenuItem>
      </Menu>
      <ModalDialog title={t.clients.saveView} isOpen={naming} onClose={() => setNaming(false)}>
        <SaveView
          views={views}
          onRemove={(name) => keep(views.filter((view) => view.name !== name))}
          onSave={(name) => {
            keep([...views.filter((view) => view.name !== name), { name, address: here }]);
            setNaming(false);
          }}
        />
      </ModalDialog>
    </>
  );
}

function SaveView(props: { views: readonly View[]; onSave(name: string): void; onRemove(name: string): void }) {
  const t = useText();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) {
      props.onSave(name.trim());
    }
  };
  return (
    <form noValidate onSubmit={submit} className="form">
      <TextField label={t.clients.viewName} value={name} onChange={setName} autoFocus />
      {props.views.map((view) => (
        <div key={view.name} className="view-line">
          <span className="grow clip" dir="auto">
            {view.name}
          </span>
          <IconButton icon="trash" label={t.clients.removeView(view.name)} onPress={() => props.onRemove(view.name)} />
        </div>
      ))}
      <div className="dialog-foot">
        <Button look="primary" type="submit" isDisabled={name.trim() === ""}>
          {t.clients.save}
        </Button>
      </div>
    </form>
  );
}
