// The webhooks of the business: who else is told of changes, and whether what is
// sent arrives.
import { useEffect, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { troubleOf } from "~/api/errors";
import { Button, Skeleton } from "~/design/controls";
import { Icon } from "~/design/icons";
import { ModalDialog } from "~/design/overlays";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useMay } from "~/screens/frame/me";
import { SettingsParts } from "~/screens/settings/SettingsParts";
import { Secret } from "~/screens/webhooks/Secret";
import { WebhookForm } from "~/screens/webhooks/WebhookForm";
import { WebhookStanding, useKindNames } from "~/screens/webhooks/WebhookStanding";
import { WebhooksDocument, type WebhookDetailFragment } from "~/screens/webhooks/webhooks.generated";
import "~/screens/client/client.css";
import "~/screens/webhooks/webhooks.css";

export default function WebhooksScreen() {
  const t = useText();
  const [params, setParams] = useSearchParams();
  const mayChange = useMay("ADMIN");
  const [{ data, error }, read] = useQuery({ query: WebhooksDocument });
  const again = () => read({ requestPolicy: "network-only" });
  const webhooks = data?.webhooks;
  const trouble = troubleOf(error, data);
  useEffect(() => {
    document.title = t.nav.webhooks;
  }, [t]);
  const add = (
    <Button look="primary" onPress={() => setParams({ webhook: "new" }, { replace: true })}>
      <Icon name="plus" />
      {t.webhooks.add}
    </Button>
  );
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t.nav.webhooks}</h1>
        {mayChange ? <div className="actions">{add}</div> : null}
      </div>
      <SettingsParts />
      <div className="panel">
        {!webhooks ? (
          trouble ? (
            <TroubleState trouble={trouble} retry={again} />
          ) : (
            <ListSkeleton />
          )
        ) : webhooks.length === 0 ? (
          <State icon="webhook" title={t.webhooks.none} hint={t.webhooks.noneHint} />
        ) : (
          <ul className="webhooks" aria-label={t.nav.webhooks}>
            {webhooks.map((webhook) => (
              <WebhookLine key={webhook.id} webhook={webhook} />
            ))}
          </ul>
        )}
      </div>
      {mayChange && params.get("webhook") === "new" ? <CreateDialog onClose={() => setParams({}, { replace: true })} onMade={again} /> : null}
    </div>
  );
}

function WebhookLine({ webhook }: { webhook: WebhookDetailFragment }) {
  const kindNames = useKindNames();
  return (
    <li className="webhook-line">
      <span className="two-lines grow">
        <Link to={`/settings/webhooks/${webhook.webhookId}`} className="clip url">
          <bdi dir="ltr">{webhook.url}</bdi>
        </Link>
        <span className="soft small clip" dir="auto">
          {webhook.description ?? kindNames(webhook.kinds)}
        </span>
      </span>
      <WebhookStanding webhook={webhook} />
    </li>
  );
}

// CreateDialog makes a webhook, and then shows its secret.
function CreateDialog({ onClose, onMade }: { onClose(): void; onMade(): void }) {
  const t = useText();
  const navigate = useNavigate();
  const [made, setMade] = useState<{ webhook: WebhookDetailFragment; secret: string | null } | null>(null);
  const close = () => (made ? void navigate(`/settings/webhooks/${made.webhook.webhookId}`) : onClose());
  return (
    <ModalDialog title={made ? t.webhooks.secretTitle : t.webhooks.add} isOpen onClose={close} holds={made !== null}>
      {made ? (
        <Secret secret={made.secret} onDone={close} />
      ) : (
        <WebhookForm
          webhook={null}
          onDone={(webhook, secret) => {
            setMade({ webhook, secret });
            onMade();
          }}
        />
      )}
    </ModalDialog>
  );
}

function ListSkeleton() {
  const t = useText();
  return (
    <ul className="webhooks" role="status" aria-label={t.states.loading}>
      {[260, 220, 300].map((width) => (
        <li className="webhook-line" key={width}>
          <Skeleton width={width} />
        </li>
      ))}
    </ul>
  );
}
