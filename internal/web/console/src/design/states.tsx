// What a screen shows when it has nothing to show, or can't.
import type { ReactNode } from "react";
import type { Trouble } from "~/api/errors";
import { useRetry } from "~/api/retry";
import { Button, Skeleton } from "~/design/controls";
import { Icon, type IconName } from "~/design/icons";
import { useText } from "~/i18n";

export function State(props: { icon: IconName; title: string; hint?: string; children?: ReactNode; alert?: boolean; isPage?: boolean }) {
  return (
    <div className="state" role={props.alert ? "alert" : "status"}>
      <span className="state-icon">
        <Icon name={props.icon} />
      </span>
      {props.isPage ? <h1 className="state-title">{props.title}</h1> : <h2>{props.title}</h2>}
      {props.hint ? <p dir="auto">{props.hint}</p> : null}
      {props.children}
    </div>
  );
}

// isPage: the whole screen is in trouble, and has no other heading.
export function TroubleState({ trouble, retry, isPage = false }: { trouble: Trouble; retry(): void; isPage?: boolean }) {
  const t = useText();
  useRetry(trouble, retry);
  switch (trouble.kind) {
    case "denied":
      return <State isPage={isPage} icon="lock" title={t.states.deniedTitle} hint={t.states.denied} />;
    case "offline":
    case "signedOut":
      return (
        <State isPage={isPage} icon="cloud" title={t.states.offlineTitle} hint={t.states.offline} alert>
          <Button onPress={retry}>{t.states.retry}</Button>
        </State>
      );
    case "failed":
      return (
        <State isPage={isPage} icon="warning" title={t.states.failedTitle} hint={trouble.message} alert>
          {trouble.id ? <p className="small">{t.states.errorId(trouble.id)}</p> : null}
          <Button onPress={retry}>{t.states.retry}</Button>
        </State>
      );
  }
}

// PageSkeleton stands where the page of one thing will be: its head, as large as it is
// then.
export function PageSkeleton({ hasPicture = false }: { hasPicture?: boolean }) {
  const t = useText();
  return (
    <div className="screen client" role="status" aria-label={t.states.loading}>
      <div className="client-head">
        <span className="button quiet icon" />
        {hasPicture ? <span className="avatar large skeleton" /> : null}
        <div className="grow skeleton-lines">
          <Skeleton width={180} />
          <Skeleton width={260} />
        </div>
      </div>
    </div>
  );
}
