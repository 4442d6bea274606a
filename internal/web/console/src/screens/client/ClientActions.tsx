// What can be done with a client as a whole.
import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { useMutation } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { Button, IconButton, TextField } from "~/design/controls";
import { Icon } from "~/design/icons";
import { Menu, MenuItem, ModalDialog, useToast } from "~/design/overlays";
import { useText } from "~/i18n";
import { DeleteClientDocument, EraseClientDocument, RestoreClientDocument } from "~/screens/client/client.generated";
import type { Client } from "~/screens/client/properties";
import { useMay } from "~/screens/frame/me";

export function ClientActions({ client, again }: { client: Client; again(): void }) {
  const t = useText();
  const mayDelete = useMay("DELETE") && !client.deleted;
  const mayErase = useMay("ADMIN");
  const [erasing, setErasing] = useState(false);
  const remove = useDelete(client, again);
  if (!mayDelete && !mayErase) {
    return null;
  }
  return (
    <>
      <Menu
        label={t.client.actions}
        onAction={(key) => (key === "delete" ? void remove() : setErasing(true))}
        trigger={<IconButton icon="more" label={t.client.actions} />}
      >
        {mayDelete ? (
          <MenuItem id="delete" textValue={t.client.delete}>
            <Icon name="trash" />
            {t.client.delete}
          </MenuItem>
        ) : null}
        {mayErase ? (
          <MenuItem id="erase" textValue={t.client.erase}>
            <Icon name="warning" />
            {t.client.erase}…
          </MenuItem>
        ) : null}
      </Menu>
      <ModalDialog title={t.client.erase} isOpen={erasing} onClose={() => setErasing(false)}>
        <EraseForm client={client} />
      </ModalDialog>
    </>
  );
}

function useDelete(client: Client, again: () => void) {
  const t = useText();
  const say = useToast();
  const [, remove] = useMutation(DeleteClientDocument);
  const [, restore] = useMutation(RestoreClientDocument);
  return async () => {
    const { data } = await remove({ clientId: client.clientId, expectedVersion: client.version, idempotencyKey: newKey() });
    const answer = data?.deleteClient;
    if (!answer || answer.userErrors.length > 0) {
      say(answer?.userErrors[0]?.message ?? t.states.offline);
      return;
    }
    again();
    say(t.client.deletedNow(client.fullName ?? client.clientId), {
      label: t.clients.undo,
      run: () => void restore({ clientId: client.clientId, idempotencyKey: newKey() }).then(again),
    });
  };
}

export function DeletedNotice({ client }: { client: Client }) {
  const t = useText();
  const mayRestore = useMay("DELETE");
  const say = useToast();
  const [{ fetching }, restore] = useMutation(RestoreClientDocument);
  return (
    <div className="notice warn page-notice" role="status">
      <Icon name="trash" />
      <p>{t.client.isDeleted}</p>
      {mayRestore ? (
        <Button
          isDisabled={fetching}
          onPress={() =>
            void restore({ clientId: client.clientId, idempotencyKey: newKey() }).then(({ data }) =>
              say(data?.restoreClient?.userErrors[0]?.message ?? t.client.restored(client.fullName ?? client.clientId)),
            )
          }
        >
          {t.client.restore}
        </Button>
      ) : null}
    </div>
  );
}

function EraseForm({ client }: { client: Client }) {
  const t = useText();
  const say = useToast();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const [{ fetching }, erase] = useMutation(EraseClientDocument);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data, error } = await erase({
      clientId: client.clientId,
      confirmClientId: text.trim(),
      expectedVersion: client.version,
      idempotencyKey: newKey(),
    });
    const answer = data?.eraseClient;
    if (!answer || answer.userErrors.length > 0) {
      const trouble = troubleOf(error, data);
      setProblem(answer?.userErrors[0]?.message ?? (trouble?.kind === "failed" ? trouble.message : t.states.offline));
      return;
    }
    say(t.client.erased(client.clientId));
    void navigate("/clients");
  };
  return (
    <form noValidate className="form" onSubmit={(event) => void submit(event)}>
      <div className="notice bad">
        <p>{t.client.eraseWarning}</p>
      </div>
      <TextField label={t.client.eraseConfirm(client.clientId)} value={text} onChange={setText} error={problem} autoFocus />
      <div className="dialog-foot">
        <Button look="danger" type="submit" isDisabled={fetching || text.trim() === ""}>
          {t.client.erase}
        </Button>
      </div>
    </form>
  );
}
