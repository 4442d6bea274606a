// What can be done with the clients that are selected.
import { useState, type FormEvent } from "react";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { Dialog, DialogTrigger, Popover } from "react-aria-components";
import { Link } from "react-router";
import { useApi } from "~/api/api";
import { newKey } from "~/api/key";
import { Button, IconButton, TextField } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useToast } from "~/design/overlays";
import { useText } from "~/i18n";
import type { Choices } from "~/screens/clients/ClientsScreen";
import { AddTagsDocument, RemoveTagsDocument, type AddTagsMutation, type AddTagsMutationVariables, type RemoveTagsMutation } from "~/screens/clients/clients.generated";
import type { Row } from "~/screens/clients/list";
import { useMay, useMe } from "~/screens/frame/me";

// How many clients are changed at the same time.
const together = 6;
// How many clients a filter of the API may name.
const mostChosen = 1000;

type Change = TypedDocumentNode<AddTagsMutation | RemoveTagsMutation, AddTagsMutationVariables>;

export function BulkBar(props: { rows: readonly Row[]; selected: ReadonlySet<string>; onClear(): void; choices: Choices | undefined }) {
  const t = useText();
  const me = useMe();
  const mayTag = useMay("WRITE") && me.role !== "CLIENT";
  const mayMerge = useMay("MERGE");
  const mayExport = useMay("EXPORT");
  const changeTags = useChangeTags();
  const rows = props.rows.filter((row) => props.selected.has(row.clientId));
  return (
    <div className="bulk" role="region" aria-label={t.clients.selected(rows.length)}>
      <strong className="numbers">{t.clients.selected(rows.length)}</strong>
      {mayTag ? (
        <>
          <TagPopover label={t.clients.addTag} tags={props.choices?.tagUsage ?? []} onTag={(tag) => void changeTags(rows, tag, true)} />
          <TagPopover label={t.clients.removeTag} tags={tagsOf(rows)} onTag={(tag) => void changeTags(rows, tag, false)} />
        </>
      ) : null}
      {mayMerge && rows.length > 1 ? (
        <Link className="button quiet" to={`/duplicates/merge?ids=${rows.map((row) => row.clientId).join(",")}`}>
          <Icon name="merge" />
          {t.clients.merge}
        </Link>
      ) : null}
      {mayExport && rows.length <= mostChosen ? (
        <Link className="button quiet" to={`/files?${exporting(rows)}`}>
          <Icon name="files" />
          {t.files.export}
        </Link>
      ) : null}
      <IconButton icon="close" label={t.clients.clear} onPress={props.onClear} />
    </div>
  );
}

// exporting is what the address says of the clients to export.
function exporting(rows: readonly Row[]): URLSearchParams {
  const params = new URLSearchParams({ chosen: rows.map((row) => row.clientId).join(",") });
  if (rows.some((row) => row.deleted)) {
    params.set("deleted", "1");
  }
  return params;
}

function tagsOf(rows: readonly Row[]) {
  return [...new Set(rows.flatMap((row) => row.tags ?? []))].map((tag) => ({ tag }));
}

function TagPopover({ label, tags, onTag }: { label: string; tags: readonly { tag: string }[]; onTag(tag: string): void }) {
  const t = useText();
  const [tag, setTag] = useState("");
  const offered = tags.filter((one) => one.tag.toLocaleLowerCase().includes(tag.trim().toLocaleLowerCase())).slice(0, 8);
  return (
    <DialogTrigger>
      <Button look="quiet">
        <Icon name="tag" />
        {label}
      </Button>
      <Popover className="popover" placement="top">
        <Dialog className="filter-editor" aria-label={label}>
          {({ close }) => {
            const apply = (value: string) => {
              if (value.trim()) {
                onTag(value.trim());
                setTag("");
                close();
              }
            };
            const submit = (event: FormEvent) => {
              event.preventDefault();
              apply(tag);
            };
            return (
              <form noValidate className="form" onSubmit={submit}>
                <TextField label={t.clients.tag} value={tag} onChange={setTag} autoFocus />
                <div className="tag-offers">
                  {offered.map((one) => (
                    <Button key={one.tag} onPress={() => apply(one.tag)}>
                      <bdi className="clip">{one.tag}</bdi>
                    </Button>
                  ))}
                </div>
                <Button look="primary" type="submit" isDisabled={tag.trim() === ""}>
                  {t.clients.apply}
                </Button>
              </form>
            );
          }}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

// useChangeTags tags or untags clients, says what came of it, and offers to undo
// it for those that it changed.
function useChangeTags() {
  const t = useText();
  const say = useToast();
  const { client } = useApi();

  const changeAll = async (rows: readonly Row[], tag: string, add: boolean) => {
    const document: Change = add ? AddTagsDocument : RemoveTagsDocument;
    const changed: Row[] = [];
    let failed = 0;
    const queue = [...rows];
    const work = async () => {
      for (let row = queue.shift(); row; row = queue.shift()) {
        const { data } = await client.mutation(document, { clientId: row.clientId, tags: [tag], idempotencyKey: newKey() });
        const answer = data && ("addClientTags" in data ? data.addClientTags : data.removeClientTags);
        if (!answer?.client) {
          failed++;
        } else if (answer.client.version > row.version) {
          changed.push(answer.client);
        }
      }
    };
    await Promise.all(Array.from({ length: together }, work));
    return { changed, failed };
  };

  return async (rows: readonly Row[], tag: string, add: boolean) => {
    const { changed, failed } = await changeAll(rows, tag, add);
    if (failed > 0) {
      say(t.clients.someFailed(failed));
    }
    if (changed.length === 0) {
      if (failed === 0) {
        say(t.clients.unchanged);
      }
      return;
    }
    say(add ? t.clients.tagged(changed.length, tag) : t.clients.untagged(changed.length, tag), {
      label: t.clients.undo,
      run: () => void changeAll(changed, tag, !add).then(() => say(t.clients.undone)),
    });
  };
}
