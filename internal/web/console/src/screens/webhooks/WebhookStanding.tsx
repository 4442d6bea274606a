// How a webhook is doing, in a word.
import { Badge } from "~/design/controls";
import { useText } from "~/i18n";
import type { ClientChangeKind } from "~/schema.generated";
import type { WebhookDetailFragment } from "~/screens/webhooks/webhooks.generated";

// What a webhook can be told of: it sees all clients, none of which goes out of
// its sight.
export const webhookKinds = ["UPSERTED", "DELETED", "RESTORED", "MERGED", "UNMERGED", "ERASED"] as const satisfies readonly ClientChangeKind[];

export function useKindNames(): (kinds: readonly ClientChangeKind[]) => string {
  const t = useText();
  return (kinds) => (kinds.length === 0 ? t.webhooks.allKinds : kinds.map((kind) => t.webhooks.kind[kind]).join(", "));
}

export function WebhookStanding({ webhook }: { webhook: WebhookDetailFragment }) {
  const t = useText();
  if (webhook.disabledReason) {
    return <Badge tone="bad">{t.webhooks.standing.disabled}</Badge>;
  }
  if (!webhook.enabled) {
    return <Badge>{t.webhooks.standing.paused}</Badge>;
  }
  return webhook.failingSince ? <Badge tone="warn">{t.webhooks.standing.failing}</Badge> : <Badge tone="good">{t.webhooks.standing.enabled}</Badge>;
}
