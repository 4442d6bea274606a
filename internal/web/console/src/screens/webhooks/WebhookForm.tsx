// The form of a webhook: a new one, or one that is there. Of that only what is
// changed is sent, for the version that was looked at.
import { useState, type FormEvent } from "react";
import { useMutation } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { otherProblems, problemAt, type Problem } from "~/api/problems";
import { Button, Checkbox, TextField } from "~/design/controls";
import { useToast } from "~/design/overlays";
import { useFirstWrong } from "~/design/firstwrong";
import { useText } from "~/i18n";
import type { ClientChangeKind, UpdateWebhookInput } from "~/schema.generated";
import { useKindNames, webhookKinds } from "~/screens/webhooks/WebhookStanding";
import { CreateWebhookDocument, UpdateWebhookDocument, type WebhookDetailFragment } from "~/screens/webhooks/webhooks.generated";

const fields = ["url", "description"] as const;

interface Draft {
  url: string;
  description: string;
  kinds: readonly ClientChangeKind[];
}

function draftOf(webhook: WebhookDetailFragment | null): Draft {
  return { url: webhook?.url ?? "", description: webhook?.description ?? "", kinds: webhook?.kinds ?? [] };
}

function sameKinds(some: readonly ClientChangeKind[], others: readonly ClientChangeKind[]): boolean {
  return some.length === others.length && some.every((kind) => others.includes(kind));
}

// changesOf is what the draft makes different.
function changesOf(base: Draft, draft: Draft): UpdateWebhookInput {
  return {
    ...(draft.url === base.url ? {} : { url: draft.url }),
    ...(draft.description === base.description ? {} : { description: draft.description || null }),
    ...(sameKinds(draft.kinds, base.kinds) ? {} : { kinds: [...draft.kinds] }),
  };
}

export function WebhookForm(props: { webhook: WebhookDetailFragment | null; onDone(webhook: WebhookDetailFragment, secret: string | null): void }) {
  const t = useText();
  const say = useToast();
  // What the draft began from: another one, once somebody else changed it.
  const [base, setBase] = useState(props.webhook);
  const [draft, setDraft] = useState(draftOf(base));
  const [overtaken, setOvertaken] = useState<Draft | null>(null);
  const { form, refused } = useFirstWrong();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  // One key for one thing, however often it is sent: a new one once the server
  // said what is wrong.
  const [key, setKey] = useState(newKey);
  const [{ fetching: creating }, create] = useMutation(CreateWebhookDocument);
  const [{ fetching: updating }, update] = useMutation(UpdateWebhookDocument);
  const changes = changesOf(draftOf(base), draft);
  const kindNames = useKindNames();

  const send = async () => {
    if (!base) {
      const input = { url: draft.url, description: draft.description || null, kinds: [...draft.kinds] };
      const { data, error } = await create({ input, idempotencyKey: key });
      return { answer: data?.createWebhook, secret: data?.createWebhook?.secret ?? null, error };
    }
    const { data, error } = await update({ webhookId: base.webhookId, input: changes, expectedVersion: base.version, idempotencyKey: key });
    return { answer: data?.updateWebhook, secret: null, error };
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { answer, secret, error } = await send();
    if (!answer) {
      const trouble = troubleOf(error);
      setProblems([{ code: "", message: trouble?.kind === "failed" ? trouble.message : t.states.offline }]);
      return;
    }
    setKey(newKey());
    if (base && answer.webhook && answer.userErrors.some((problem) => problem.code === "VERSION_CONFLICT")) {
      // What this person did not touch follows; what both changed is shown beside.
      const theirs = draftOf(answer.webhook);
      setDraft({
        url: "url" in changes ? draft.url : theirs.url,
        description: "description" in changes ? draft.description : theirs.description,
        kinds: "kinds" in changes ? draft.kinds : theirs.kinds,
      });
      setOvertaken(draftOf(base));
      setBase(answer.webhook);
      setProblems([]);
      return;
    }
    setProblems(answer.userErrors);
    if (answer.userErrors.length > 0) {
      refused();
    }
    if (answer.webhook && answer.userErrors.length === 0) {
      say(t.client.saved);
      props.onDone(answer.webhook, secret);
    }
  };

  const now = draftOf(base);
  const theirs = (changed: boolean, value: string) => (overtaken && changed ? t.webhooks.theirs(value || "—") : undefined);
  return (
    <form ref={form} noValidate className="form" onSubmit={(event) => void submit(event)}>
      {overtaken ? (
        <div className="notice warn" role="alert">
          <p>{t.webhooks.overtaken}</p>
        </div>
      ) : null}
      {otherProblems(problems, fields).map((problem) => (
        <div className="notice bad" role="alert" key={problem.message}>
          <p>{problem.message}</p>
        </div>
      ))}
      <TextField
        label={t.webhooks.url}
        type="url"
        value={draft.url}
        onChange={(url) => setDraft({ ...draft, url })}
        error={problemAt(problems, "url")}
        hint={theirs(now.url !== overtaken?.url && now.url !== draft.url, now.url) ?? t.webhooks.urlHint}
        autoFocus
      />
      <TextField
        label={t.webhooks.description}
        value={draft.description}
        onChange={(description) => setDraft({ ...draft, description })}
        error={problemAt(problems, "description")}
        hint={theirs(now.description !== overtaken?.description && now.description !== draft.description, now.description)}
      />
      <Kinds
        kinds={draft.kinds}
        onChange={(kinds) => setDraft({ ...draft, kinds })}
        hint={theirs(!sameKinds(now.kinds, overtaken?.kinds ?? []) && !sameKinds(now.kinds, draft.kinds), kindNames(now.kinds))}
      />
      <div className="dialog-foot">
        <Button look="primary" type="submit" isDisabled={creating || updating || (base !== null && Object.keys(changes).length === 0)}>
          {base ? t.client.save : t.webhooks.create}
        </Button>
      </div>
    </form>
  );
}

function Kinds({ kinds, onChange, hint }: { kinds: readonly ClientChangeKind[]; onChange(kinds: readonly ClientChangeKind[]): void; hint: string | undefined }) {
  const t = useText();
  return (
    <div className="field" role="group" aria-label={t.webhooks.kinds}>
      <span className="label">{t.webhooks.kinds}</span>
      <div className="webhook-kinds">
        {webhookKinds.map((kind) => (
          <Checkbox
            key={kind}
            isSelected={kinds.includes(kind)}
            onChange={(on) => onChange(webhookKinds.filter((one) => (one === kind ? on : kinds.includes(one))))}
          >
            {t.webhooks.kind[kind]}
          </Checkbox>
        ))}
      </div>
      <span className="field-hint">{hint ?? t.webhooks.kindsHint}</span>
    </div>
  );
}
