// The secret of a webhook: the server tells it once, and keeps it to itself then.
import { Button } from "~/design/controls";
import { CopyButton } from "~/design/copy";
import { useText } from "~/i18n";

// secret is null where the answer that had it was lost.
export function Secret({ secret, onDone }: { secret: string | null; onDone(): void }) {
  const t = useText();
  return (
    <>
      {secret === null ? (
        <div className="notice warn" role="status">
          <p>{t.webhooks.secretLost}</p>
        </div>
      ) : (
        <>
          <p>{t.webhooks.secretOnce}</p>
          <pre className="secret" dir="ltr" tabIndex={0} aria-label={t.webhooks.secret}>
            {secret}
          </pre>
        </>
      )}
      <div className="dialog-foot">
        {secret === null ? null : <CopyButton text={secret} label={t.webhooks.copySecret} look="primary" />}
        <Button onPress={onDone}>{t.webhooks.secretKept}</Button>
      </div>
    </>
  );
}
