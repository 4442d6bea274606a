// All that is known of a client, as a form. Only what is changed is sent, for the
// version that was looked at.
import { useEffect, useRef, useState } from "react";
import { useApi } from "~/api/api";
import { useDesk } from "~/api/desk";
import { newKey } from "~/api/key";
import { useOutbox, type WaitingEdit } from "~/api/outbox";
import { Button } from "~/design/controls";
import { useFirstWrong } from "~/design/firstwrong";
import { useToast } from "~/design/overlays";
import { useText } from "~/i18n";
import type { ClientPatch } from "~/schema.generated";
import { ConflictDialog, type Conflict } from "~/screens/client/ConflictDialog";
import type { PatchClientMutation } from "~/screens/client/client.generated";
import { Editor, useLabel } from "~/screens/client/Editor";
import { changedKeys, groups, keyOfPath, patchOf, textOf, type Client, type Draft, type EditKey, type Group } from "~/screens/client/properties";
import { sendPatch } from "~/screens/client/send";
import { useMay } from "~/screens/frame/me";

type Problems = ReadonlyMap<EditKey | "", string>;
type Answer = NonNullable<PatchClientMutation["patchClient"]>;

export function Overview({ client: current, again }: { client: Client; again(): void }) {
  const t = useText();
  const mayWrite = useMay("WRITE") && !current.deleted;
  const { form, refused } = useFirstWrong();
  const edit = useEdit(current, again, refused);
  const { base, draft, problems } = edit;
  const changed = changedKeys(base, draft);
  useSaveKey(changed.length > 0 ? edit.save : null);

  const mapped = new Set<string>(base.fields.flatMap((field) => field.propertyCode ?? []));
  const businessKeys = base.fields.map((field): EditKey => {
    const property = field.propertyCode;
    return property && property in base ? (property as EditKey) : `fields.${field.schedulerPreferenceFieldDefnId}`;
  });
  const editor = (key: EditKey) => (
    <Editor
      key={key}
      client={base}
      editKey={key}
      value={draft[key] ?? textOf(base, key)}
      changed={changed.includes(key)}
      problem={problems.get(key)}
      isReadOnly={!mayWrite}
      onChange={(text) => edit.change(key, text)}
    />
  );
  return (
    <form
      ref={form}
      noValidate
      className="overview"
      onSubmit={(event) => {
        event.preventDefault();
        void edit.save();
      }}
    >
      <Waiting client={base} />
      {businessKeys.length > 0 ? <Section title={t.client.group.fields}>{businessKeys.map(editor)}</Section> : null}
      {(Object.keys(groups) as Group[]).map((group) => {
        const keys = (groups[group] as readonly EditKey[]).filter((key) => !mapped.has(key));
        return keys.length > 0 ? (
          <Section key={group} title={t.client.group[group]}>
            {keys.map(editor)}
          </Section>
        ) : null;
      })}
      {changed.length > 0 ? (
        <div className="save-bar" role="region" aria-label={t.client.unsaved(changed.length)}>
          <strong>{t.client.unsaved(changed.length)}</strong>
          {problems.has("") ? (
            <span className="field-error" role="alert">
              {problems.get("")}
            </span>
          ) : null}
          <Button onPress={edit.discard}>{t.client.discard}</Button>
          <Button look="primary" type="submit" isDisabled={edit.saving} aria-keyshortcuts="Control+S">
            {t.client.save}
          </Button>
        </div>
      ) : null}
      {edit.conflict ? (
        <ConflictDialog conflict={edit.conflict} onResolve={(resolved) => void edit.resolve(resolved)} onClose={edit.closeConflict} />
      ) : null}
    </form>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      <div className="card-fields">{children}</div>
    </section>
  );
}

// useEdit holds what a person changed until it is saved. base is the client as it
// was when the first change was made: what others do meanwhile shows when it is
// saved, not before, under the person's hands.
function useEdit(current: Client, again: () => void, refused: () => void) {
  const t = useText();
  const say = useToast();
  const label = useLabel(current);
  const { client: api } = useApi();
  const { outbox, drafts } = useDesk();
  const kept = drafts.get(current.id);
  const [draft, setDraft] = useState<Draft>(kept?.draft ?? {});
  const [base, setBase] = useState(kept?.base ?? current);
  const [problems, setProblems] = useState<Problems>(new Map());
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [saving, setSaving] = useState(false);
  const clean = changedKeys(base, draft).length === 0;
  useEffect(() => {
    if (clean) {
      // What was saved just now may be newer than what was read.
      setBase((old) => (current.version >= old.version ? current : old));
    }
  }, [current, clean]);
  useEffect(() => drafts.keep(current.id, clean ? null : { base, draft }), [drafts, current.id, clean, base, draft]);

  const finish = (client: Client | null) => {
    setDraft({});
    setProblems(new Map());
    setConflict(null);
    if (client) {
      setBase(client);
    }
    again();
  };

  const send = async (from: Client, wanted: Draft) => {
    const patch = patchOf(from, wanted);
    const variables = { clientId: from.clientId, patch, expectedVersion: from.version, idempotencyKey: newKey() };
    setSaving(true);
    const answer = await sendPatch(api, variables);
    setSaving(false);
    if (!answer) {
      if ("ssn" in patch) {
        setProblems(new Map([["", t.client.notKept]])); // Secrets are not kept in the browser.
        return;
      }
      outbox.keep({ clientId: from.clientId, name: from.fullName ?? from.clientId, variables, refused: null });
      say(t.client.kept);
      finish(null);
    } else if (answer.conflict && answer.client) {
      setConflict({ base: from, theirs: answer.client, draft: wanted });
    } else if (answer.userErrors.length > 0) {
      setConflict(null);
      setProblems(problemsOf(answer, patch, (key) => t.client.lookAt(label(key))));
      refused();
    } else {
      say(t.client.saved);
      finish(answer.client ?? null);
    }
  };

  return {
    base,
    draft,
    problems,
    conflict,
    saving,
    change(key: EditKey, text: string) {
      setDraft((old) => ({ ...old, [key]: text }));
      setProblems((old) => new Map([...old].filter(([at]) => at !== key)));
    },
    discard() {
      setDraft({});
      setProblems(new Map());
    },
    save: () => send(base, draft),
    // resolve goes on from the client as it is, with what was chosen.
    async resolve(chosen: Draft) {
      if (!conflict) {
        return;
      }
      setBase(conflict.theirs);
      setDraft(chosen);
      if (changedKeys(conflict.theirs, chosen).length === 0) {
        finish(conflict.theirs);
        return;
      }
      await send(conflict.theirs, chosen);
    },
    closeConflict: () => setConflict(null),
  };
}

function problemsOf(answer: Answer, patch: ClientPatch, label: (key: EditKey) => string): Problems {
  const problems = new Map<EditKey | "", string>();
  for (const error of answer.userErrors) {
    const key = error.field ? keyOfPath(patch, error.field) : null;
    if (key) {
      problems.set(key, error.message);
      if (!problems.has("")) {
        problems.set("", label(key));
      }
    } else {
      problems.set("", error.message);
    }
  }
  return problems;
}

function useSaveKey(save: (() => Promise<void>) | null) {
  const saving = useRef(save);
  saving.current = save;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") {
        event.preventDefault();
        void saving.current?.();
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}

// Waiting tells of edits of this client that are not sent yet, or were refused
// when they were.
function Waiting({ client }: { client: Client }) {
  const t = useText();
  const { outbox } = useDesk();
  const edits = useOutbox(outbox).filter((edit) => edit.clientId === client.clientId);
  return edits.map((edit) => <WaitingNotice key={edit.variables.idempotencyKey} edit={edit} onDrop={() => outbox.drop(edit)} t={t} client={client} />);
}

function WaitingNotice({ edit, onDrop, t, client }: { edit: WaitingEdit; onDrop(): void; t: ReturnType<typeof useText>; client: Client }) {
  const label = useLabel(client);
  const { fields, ...properties } = edit.variables.patch;
  const keys = [...Object.keys(properties), ...(fields ?? []).map((field) => `fields.${field.schedulerPreferenceFieldDefnId}`)] as EditKey[];
  return (
    <div className={edit.refused ? "notice bad" : "notice warn"} role="status">
      <p>
        {edit.refused ? t.client.refused : t.client.waits} {keys.map(label).join(", ")}
        {edit.refused ? ` — ${edit.refused.userErrors[0]?.message ?? ""}` : ""}
      </p>
      <Button onPress={onDrop}>{t.client.discard}</Button>
    </div>
  );
}
