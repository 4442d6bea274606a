// What is behind a screen, for developers who want to build their own.
import { useApi } from "~/api/api";
import { useSentOperations, type SentOperation } from "~/api/operations";
import { CopyButton } from "~/design/copy";
import { ModalDialog } from "~/design/overlays";
import { useText } from "~/i18n";
import { useSession } from "~/session";

export function ApiDialog(props: { isOpen: boolean; onClose(): void }) {
  const t = useText();
  const operations = useSentOperations(useApi().log);
  return (
    <ModalDialog title={t.frame.api} side isOpen={props.isOpen} onClose={props.onClose}>
      <p className="soft">{operations.length > 0 ? t.frame.apiIntro : t.frame.apiNone}</p>
      {operations.map((operation) => (
        <Operation key={operation.name} operation={operation} />
      ))}
    </ModalDialog>
  );
}

function Operation({ operation }: { operation: SentOperation }) {
  const t = useText();
  const { playground } = useSession().config;
  const link = new URLSearchParams({ query: operation.text, variables: operation.variables });
  return (
    <details className="operation">
      <summary>
        <span className="soft small">{operation.kind}</span> <strong>{operation.name}</strong>
      </summary>
      <pre dir="ltr" tabIndex={0}>
        {operation.text}
      </pre>
      <h3>{t.frame.variables}</h3>
      <pre dir="ltr" tabIndex={0}>
        {operation.variables}
      </pre>
      <div className="dialog-foot">
        <CopyButton text={operation.text} />
        {playground ? (
          <a className="button" href={`${playground}?${link.toString()}`} target="_blank" rel="noreferrer">
            {t.frame.playground}
          </a>
        ) : null}
      </div>
    </details>
  );
}
