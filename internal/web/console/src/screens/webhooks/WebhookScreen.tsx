// One webhook: how it is doing, what can be done with it, what it was sent.
import { useEffect, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useMutation, useQuery } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import type { Problem } from "~/api/problems";
import { Button, IconButton } from "~/design/controls";
import { Icon } from "~/design/icons";
import { Menu, MenuItem, ModalDialog, useToast } from "~/design/overlays";
import { PageSkeleton, State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import { Deliveries } from "~/screens/webhooks/Deliveries";
import { Secret } from "~/screens/webhooks/Secret";
import { WebhookForm } from "~/screens/webhooks/WebhookForm";
import { WebhookStanding, useKindNames } from "~/screens/webhooks/WebhookStanding";
import {
  DeleteWebhookDocument,
  RotateWebhookSecretDocument,
  UpdateWebhookDocument,
  WebhookDocument,
  type WebhookDetailFragment,
} from "~/screens/webhooks/webhooks.generated";
import "~/screens/client/client.css";
import "~/screens/webhooks/webhooks.css";

export default function WebhookScreen() {
  const { webhookId = "" } = useParams();
  const t = useText();
  const [{ data, error, fetching }, read] = useQuery({ query: WebhookDocument, variables: { webhookId } });
  const again = () => read({ requestPolicy: "network-only" });
  const trouble = troubleOf(error, data);
  const webhook = data?.webhook;
  useEffect(() => {
    document.title = t.nav.webhooks;
  }, [t]);
  if (webhook) {
    return <Page key={webhook.id} webhook={webhook} again={again} />;
  }
  if (trouble) {
    return <TroubleState isPage trouble={trouble} retry={again} />;
  }
  return fetching ? <PageSkeleton /> : <NotFound />;
}

function NotFound() {
  const t = useText();
  return (
    <State isPage icon="webhook" title={t.webhooks.notFoundTitle} hint={t.webhooks.notFound}>
      <Link className="button" to="/settings/webhooks">
        {t.webhooks.back}
      </Link>
    </State>
  );
}

function Page({ webhook, again }: { webhook: WebhookDetailFragment; again(): void }) {
  const t = useText();
  const formats = useFormats();
  const kindNames = useKindNames();
  return (
    <div className="screen client">
      <div className="client-head">
        <Link to="/settings/webhooks" className="button quiet icon" aria-label={t.webhooks.back}>
          <Icon name="back" />
        </Link>
        <div className="grow">
          <div className="client-name">
            <h1 dir="ltr" className="url">
              {webhook.url}
            </h1>
            <WebhookStanding webhook={webhook} />
          </div>
          {webhook.description ? <p dir="auto">{webhook.description}</p> : null}
          <p className="soft">{kindNames(webhook.kinds)}</p>
          <p className="soft small">
            {t.webhooks.made(formats.instant(webhook.createdDate))} <span title={t.client.zone}>({formats.zone})</span>
          </p>
        </div>
        <Actions webhook={webhook} again={again} />
      </div>
      <Notices webhook={webhook} />
      <div className="panel">
        <Deliveries webhook={webhook} again={again} />
      </div>
    </div>
  );
}

function Notices({ webhook }: { webhook: WebhookDetailFragment }) {
  const t = useText();
  const formats = useFormats();
  return (
    <>
      {webhook.disabledReason ? (
        <div className="notice bad page-notice" role="status">
          <Icon name="warning" />
          <p>{t.webhooks.disabled[webhook.disabledReason]}</p>
        </div>
      ) : null}
      {webhook.enabled && webhook.failingSince ? (
        <div className="notice warn page-notice" role="status">
          <Icon name="warning" />
          <p>{t.webhooks.failingSince(formats.instant(webhook.failingSince))}</p>
        </div>
      ) : null}
      {webhook.previousSecretExpires ? (
        <div className="notice page-notice" role="status">
          <p>{t.webhooks.twoSecrets(formats.instant(webhook.previousSecretExpires))}</p>
        </div>
      ) : null}
    </>
  );
}

type Open = "edit" | "rotate" | "delete" | null;

function Actions({ webhook, again }: { webhook: WebhookDetailFragment; again(): void }) {
  const t = useText();
  const [params, setParams] = useSearchParams();
  const open = params.get("do") as Open;
  const show = (what: Open) =>
    setParams(
      (old) => {
        const { do: _, ...others } = Object.fromEntries(old);
        return what ? { ...others, do: what } : others;
      },
      { replace: true },
    );
  const enable = useEnable(webhook, again);
  const close = () => show(null);
  return (
    <div className="webhook-actions">
      <Button onPress={() => void enable(!webhook.enabled)}>{webhook.enabled ? t.webhooks.pause : t.webhooks.enable}</Button>
      <Menu label={t.webhooks.actions} onAction={(key) => show(key as Open)} trigger={<IconButton icon="more" label={t.webhooks.actions} />}>
        <MenuItem id="edit" textValue={t.webhooks.edit}>
          {t.webhooks.edit}
        </MenuItem>
        <MenuItem id="rotate" textValue={t.webhooks.rotate}>
          {t.webhooks.rotate}…
        </MenuItem>
        <MenuItem id="delete" textValue={t.webhooks.delete}>
          <Icon name="trash" />
          {t.webhooks.delete}…
        </MenuItem>
      </Menu>
      <ModalDialog title={t.webhooks.edit} isOpen={open === "edit"} onClose={close}>
        <WebhookForm
          webhook={webhook}
          onDone={() => {
            close();
            again();
          }}
        />
      </ModalDialog>
      {open === "rotate" ? <RotateDialog webhook={webhook} again={again} onClose={close} /> : null}
      {open === "delete" ? <DeleteDialog webhook={webhook} again={again} onClose={close} /> : null}
    </div>
  );
}

// useEnable has messages sent, or not, and offers to undo it.
function useEnable(webhook: WebhookDetailFragment, again: () => void) {
  const t = useText();
  const say = useToast();
  const [, update] = useMutation(UpdateWebhookDocument);
  return async (enabled: boolean) => {
    const variables = { webhookId: webhook.webhookId, input: { enabled }, expectedVersion: webhook.version, idempotencyKey: newKey() };
    const { data } = await update(variables);
    const answer = data?.updateWebhook;
    again();
    if (!answer?.webhook || answer.userErrors.length > 0) {
      say(answer?.userErrors[0]?.message ?? t.states.offline);
      return;
    }
    const { version } = answer.webhook;
    say(enabled ? t.webhooks.enabledNow : t.webhooks.pausedNow, {
      label: t.clients.undo,
      run: () => void update({ ...variables, input: { enabled: !enabled }, expectedVersion: version, idempotencyKey: newKey() }).then(again),
    });
  };
}

interface DialogProps {
  webhook: WebhookDetailFragment;
  again(): void;
  onClose(): void;
}

function Problems({ problems }: { problems: readonly Pick<Problem, "message">[] }) {
  return problems.map((problem) => (
    <div className="notice bad" role="alert" key={problem.message}>
      <p>{problem.message}</p>
    </div>
  ));
}

function RotateDialog({ webhook, again, onClose }: DialogProps) {
  const t = useText();
  const [made, setMade] = useState<{ secret: string | null } | null>(null);
  const [problems, setProblems] = useState<readonly Pick<Problem, "message">[]>([]);
  const [key] = useState(newKey);
  const [{ fetching }, rotate] = useMutation(RotateWebhookSecretDocument);
  const act = async () => {
    const { data } = await rotate({ webhookId: webhook.webhookId, expectedVersion: webhook.version, idempotencyKey: key });
    const answer = data?.rotateWebhookSecret;
    setProblems(answer ? answer.userErrors : [{ message: t.states.offline }]);
    if (answer?.webhook && answer.userErrors.length === 0) {
      setMade({ secret: answer.secret ?? null });
    }
    if (answer) {
      again(); // Without an answer the same is sent again, for the same version.
    }
  };
  return (
    <ModalDialog title={made ? t.webhooks.secretTitle : t.webhooks.rotate} isOpen onClose={onClose} holds={made !== null}>
      {made ? (
        <Secret secret={made.secret} onDone={onClose} />
      ) : (
        <>
          <Problems problems={problems} />
          <p>{t.webhooks.rotateHint}</p>
          <div className="dialog-foot">
            <Button onPress={onClose}>{t.clients.cancel}</Button>
            <Button look="primary" isDisabled={fetching} onPress={() => void act()}>
              {t.webhooks.rotate}
            </Button>
          </div>
        </>
      )}
    </ModalDialog>
  );
}

function DeleteDialog({ webhook, again, onClose }: DialogProps) {
  const t = useText();
  const say = useToast();
  const navigate = useNavigate();
  const [problems, setProblems] = useState<readonly Pick<Problem, "message">[]>([]);
  const [{ fetching }, remove] = useMutation(DeleteWebhookDocument);
  const act = async () => {
    const { data } = await remove({ webhookId: webhook.webhookId, expectedVersion: webhook.version, idempotencyKey: newKey() });
    const answer = data?.deleteWebhook;
    if (!answer?.deletedWebhookId) {
      setProblems(answer ? answer.userErrors : [{ message: t.states.offline }]);
      again();
      return;
    }
    say(t.webhooks.deleted);
    void navigate("/settings/webhooks");
  };
  return (
    <ModalDialog title={t.webhooks.delete} isOpen onClose={onClose}>
      <Problems problems={problems} />
      <p>{t.webhooks.deleteWarning}</p>
      <p dir="ltr" className="url">
        {webhook.url}
      </p>
      <div className="dialog-foot">
        <Button onPress={onClose}>{t.clients.cancel}</Button>
        <Button look="danger" isDisabled={fetching} onPress={() => void act()}>
          {t.webhooks.delete}
        </Button>
      </div>
    </ModalDialog>
  );
}
