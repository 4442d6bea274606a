// What a webhook was sent, and is to be sent: latest change first, with what
// became of the attempts.
import { useCallback, useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useMutation } from "urql";
import { useApi } from "~/api/api";
import { troubleOf, type Trouble } from "~/api/errors";
import { newKey } from "~/api/key";
import { Badge, Button, Skeleton } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useToast } from "~/design/overlays";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import type { WebhookDeliveryState } from "~/schema.generated";
import { useLabel } from "~/screens/client/Editor";
import {
  RedeliverWebhookDocument,
  WebhookDeliveriesDocument,
  type DeliveryFragment,
  type WebhookDetailFragment,
} from "~/screens/webhooks/webhooks.generated";

const states = ["PENDING", "DELIVERED", "FAILED"] as const satisfies readonly WebhookDeliveryState[];
const tones = { PENDING: "accent", DELIVERED: "good", FAILED: "bad" } as const;

// How often what is to be sent is looked at again, in milliseconds.
const lookAgain = 5000;

interface List {
  deliveries: readonly DeliveryFragment[] | null;
  cursor: string | null;
  hasMore: boolean;
  parts: number;
  trouble: Trouble | null;
}

const nothing: List = { deliveries: null, cursor: null, hasMore: false, parts: 0, trouble: null };

// useDeliveries reads them part by part. While some of the first part are to be
// sent, that part is read again now and then.
function useDeliveries(webhookId: string, state: WebhookDeliveryState | null, onSent: () => void, onFailed: () => void) {
  const { client } = useApi();
  const [list, setList] = useState<List>(nothing);
  const read = useCallback(
    async (after: string | null): Promise<List | null> => {
      const { data, error } = await client.query(WebhookDeliveriesDocument, { webhookId, state, after }, { requestPolicy: "network-only" });
      const part = data?.webhook?.deliveries;
      return part
        ? { deliveries: part.nodes, cursor: part.pageInfo.endCursor ?? null, hasMore: part.pageInfo.hasNextPage, parts: 1, trouble: null }
        : { ...nothing, trouble: troubleOf(error, data) ?? { kind: "denied" } };
    },
    [client, webhookId, state],
  );
  useEffect(() => {
    let stale = false;
    setList(nothing);
    void read(null).then((part) => part && !stale && setList(part));
    return () => {
      stale = true;
    };
  }, [read]);

  const waits = list.parts === 1 && (list.deliveries ?? []).some((delivery) => delivery.state === "PENDING");
  useEffect(() => {
    if (!waits) {
      return;
    }
    let stale = false;
    const timer = window.setInterval(() => {
      if (!document.hidden) {
        void read(null).then((part) => {
          // A look that fails shows nothing: the next one may not.
          if (part && !part.trouble && !stale) {
            setList((old) => (old.parts === 1 ? part : old));
            onSent();
          }
        });
      }
    }, lookAgain);
    return () => {
      stale = true;
      window.clearInterval(timer);
    };
    // onSent is another function each time, and always the same one in effect.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [waits, read]);

  return {
    list,
    again: () => void read(null).then((part) => part && setList(part)),
    more: () =>
      void read(list.cursor).then((part) => {
        if (part?.deliveries) {
          setList((old) => ({ ...part, deliveries: [...(old.deliveries ?? []), ...(part.deliveries ?? [])], parts: old.parts + 1 }));
        } else {
          onFailed();
        }
      }),
    replace: (delivery: DeliveryFragment) =>
      setList((old) => ({ ...old, deliveries: (old.deliveries ?? []).map((one) => (one.id === delivery.id ? delivery : one)) })),
  };
}

export function Deliveries({ webhook, again }: { webhook: WebhookDetailFragment; again(): void }) {
  const t = useText();
  const say = useToast();
  const [params, setParams] = useSearchParams();
  const state = states.find((one) => one === params.get("state")) ?? null;
  const choose = (one: WebhookDeliveryState | null) => setParams(one ? { state: one } : {}, { replace: true });
  const { list, ...read } = useDeliveries(webhook.webhookId, state, again, () => say(t.states.offlineTitle));
  return (
    <section className="deliveries" aria-labelledby="deliveries">
      <div className="deliveries-head">
        <h2 id="deliveries">{t.webhooks.deliveries}</h2>
        <div className="choices" role="group" aria-label={t.webhooks.states}>
          {[null, ...states].map((one) => (
            <Button key={one} look={state === one ? undefined : "quiet"} aria-pressed={state === one} onPress={() => choose(one)}>
              {one ? t.webhooks.state[one] : t.feed.all}
            </Button>
          ))}
        </div>
        <Button onPress={read.again}>{t.webhooks.refresh}</Button>
      </div>
      {list.trouble ? (
        <TroubleState trouble={list.trouble} retry={read.again} />
      ) : !list.deliveries ? (
        <DeliveriesSkeleton />
      ) : list.deliveries.length === 0 ? (
        <State icon="send" title={t.webhooks.noDeliveries} hint={state ? t.webhooks.noDeliveriesInState : t.webhooks.noDeliveriesHint} />
      ) : (
        <>
          <ul className="webhooks" aria-label={t.webhooks.deliveries}>
            {list.deliveries.map((delivery) => (
              <DeliveryLine key={delivery.id} delivery={delivery} replace={read.replace} />
            ))}
          </ul>
          {list.hasMore ? <Button onPress={read.more}>{t.duplicates.more}</Button> : null}
        </>
      )}
    </section>
  );
}

function DeliveryLine({ delivery, replace }: { delivery: DeliveryFragment; replace(delivery: DeliveryFragment): void }) {
  const t = useText();
  const formats = useFormats();
  const label = useLabel();
  const say = useToast();
  const [{ fetching }, redeliver] = useMutation(RedeliverWebhookDocument);
  const what = delivery.kind ? t.feed.kind[delivery.kind] : t.webhooks.resync;
  const name = delivery.clientId ? `${what} #${delivery.clientId}` : what;
  const sendAgain = async () => {
    const { data } = await redeliver({ deliveryId: delivery.deliveryId, idempotencyKey: newKey() });
    const answer = data?.redeliverWebhook;
    if (!answer?.delivery) {
      say(answer?.userErrors[0]?.message ?? t.states.offline);
      return;
    }
    replace(answer.delivery);
    say(t.webhooks.sentAgain);
  };
  return (
    <li className="webhook-line delivery" aria-label={name}>
      <span className="two-lines grow">
        <span className="delivery-what">
          <span>{what}</span>
          {delivery.clientId ? (
            <Link to={`/clients/${delivery.mergedIntoClientId ?? delivery.clientId}`} className="numbers">
              #{delivery.clientId}
            </Link>
          ) : null}
          <time className="soft small numbers" dateTime={delivery.changedDate} title={formats.zone}>
            {formats.instant(delivery.changedDate)}
          </time>
        </span>
        <span className="soft small clip" dir="auto">
          {delivery.changedFields.map(label).join(", ")}
        </span>
        <Attempts delivery={delivery} />
      </span>
      <Badge tone={tones[delivery.state]}>{t.webhooks.state[delivery.state]}</Badge>
      <Button look="quiet" isDisabled={fetching} aria-label={t.webhooks.sendAgainOf(name)} onPress={() => void sendAgain()}>
        <Icon name="send" />
        {t.webhooks.sendAgain}
      </Button>
    </li>
  );
}

// Attempts tells how often it was tried, when, and what the receiver said.
function Attempts({ delivery }: { delivery: DeliveryFragment }) {
  const t = useText();
  const formats = useFormats();
  const { failure, status, lastAttemptDate, nextAttemptDate } = delivery;
  const parts = [
    t.webhooks.attempts(delivery.attempts),
    lastAttemptDate ? t.webhooks.last(formats.instant(lastAttemptDate)) : null,
    failure ? t.webhooks.failure[failure] : null,
    status ? t.webhooks.status(status) : null,
    nextAttemptDate ? t.webhooks.next(formats.instant(nextAttemptDate)) : null,
  ];
  return <span className={failure ? "small delivery-failed" : "soft small"}>{parts.filter(Boolean).join(" · ")}</span>;
}

function DeliveriesSkeleton() {
  const t = useText();
  return (
    <ul className="webhooks" role="status" aria-label={t.states.loading}>
      {[220, 260, 200, 240].map((width) => (
        <li className="webhook-line delivery" key={width}>
          <Skeleton width={width} />
        </li>
      ))}
    </ul>
  );
}
