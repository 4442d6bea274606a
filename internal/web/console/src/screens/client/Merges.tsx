// Who was merged into a client, what came from whom, and the way back.
import { useState } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { useMutation, useQuery } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { Avatar, Button } from "~/design/controls";
import { Icon } from "~/design/icons";
import { ModalDialog, useToast } from "~/design/overlays";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { useFormats } from "~/i18n/format";
import type { UnmergeValue } from "~/schema.generated";
import { ClientMergesDocument, UnmergeDocument, type ClientMergesQuery, type UnmergeMutation } from "~/screens/client/client.generated";
import { useLabel } from "~/screens/client/Editor";
import { draftOf, type Client } from "~/screens/client/properties";
import { useMay } from "~/screens/frame/me";

type Merged = NonNullable<ClientMergesQuery["client"]>["mergedClients"][number];
type UnmergeConflicts = NonNullable<UnmergeMutation["unmergeClients"]>["conflicts"];

export function Merges({ client, again }: { client: Client; again(): void }) {
  const t = useText();
  const formats = useFormats();
  const mayUndo = useMay("MERGE") && !client.deleted;
  const label = useLabel(client);
  const [{ data, error, fetching }, read] = useQuery({ query: ClientMergesDocument, variables: { clientId: client.clientId } });
  const retry = () => read({ requestPolicy: "network-only" });
  const undo = useUnmerge(client, () => {
    again();
    retry();
  });
  const shown = data?.client;
  const trouble = troubleOf(error, data);
  if (!shown) {
    return trouble ? <TroubleState trouble={trouble} retry={retry} /> : <div className="panel-wait" aria-busy={fetching} />;
  }
  if (shown.mergedClients.length === 0) {
    return <State icon="merge" title={t.merges.none} hint={t.merges.noneHint} />;
  }
  const merges = [...Map.groupBy(shown.mergedClients, (merged) => merged.mergeId)].reverse();
  return (
    <>
      <ol className="history">
        {merges.map(([mergeId, folded], index) => (
          <li className="history-entry" key={mergeId}>
            <div className="history-head">
              <strong>{t.merges.merged(folded.length)}</strong>
              <time className="soft small" dateTime={folded[0]?.mergedDate}>
                {formats.instant(folded[0]?.mergedDate ?? "")}
              </time>
              {mayUndo && index === 0 ? (
                <Button className="restore" onPress={() => void undo.run(mergeId)} isDisabled={undo.running}>
                  <Icon name="undo" />
                  {t.merges.undo}
                </Button>
              ) : null}
            </div>
            <ul className="person-list">
              {folded.map((merged) => (
                <li key={merged.id}>
                  <Avatar name={nameOf(merged)} />
                  <span className="grow two-lines">
                    <span dir="auto">{nameOf(merged) || t.clients.noName}</span>
                    <span className="soft small numbers">#{merged.clientId}</span>
                  </span>
                  <span className="soft small aliases">
                    {shown.aliases
                      .filter((alias) => alias.clientId === merged.clientId)
                      .map((alias) => (
                        <span key={alias.field + alias.value} title={t.merges.alias}>
                          {label(alias.field)}: <bdi>{alias.value}</bdi>
                        </span>
                      ))}
                  </span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      {undo.conflicts ? (
        <UnmergeDialog conflicts={undo.conflicts.list} label={label} onClose={undo.close} onChoose={(choices) => void undo.run(undo.conflicts?.mergeId ?? "", choices)} />
      ) : null}
    </>
  );
}

// nameOf is what a merged client was called when it was made, if one may know.
function nameOf(merged: Merged): string {
  const changes = merged.history?.nodes[0]?.changes ?? [];
  const value = (path: string) => changes.find((change) => change.path === path)?.after;
  const name = value("fullName") ?? [value("firstName"), value("lastName")].filter(Boolean).join(" ");
  return typeof name === "string" ? name : "";
}

type Choices = readonly { field: string; value: UnmergeValue }[];

export function useUnmerge(client: Pick<Client, "version">, done: () => void) {
  const t = useText();
  const say = useToast();
  const [{ fetching }, unmerge] = useMutation(UnmergeDocument);
  const [conflicts, setConflicts] = useState<{ mergeId: string; list: UnmergeConflicts } | null>(null);
  const run = async (mergeId: string, choices?: Choices) => {
    const { data } = await unmerge({
      mergeId,
      choices: choices ? [...choices] : null,
      expectedVersion: client.version,
      idempotencyKey: newKey(),
    });
    const answer = data?.unmergeClients;
    if (answer && answer.conflicts.length > 0) {
      setConflicts({ mergeId, list: answer.conflicts });
      return;
    }
    setConflicts(null);
    if (!answer || answer.userErrors.length > 0) {
      say(answer?.userErrors[0]?.message ?? t.states.offline);
      return;
    }
    say(t.merges.undone(answer.clients.length));
    done();
  };
  return { run, running: fetching, conflicts, close: () => setConflicts(null) };
}

function UnmergeDialog(props: {
  conflicts: UnmergeConflicts;
  label(path: string): string;
  onChoose(choices: Choices): void;
  onClose(): void;
}) {
  const t = useText();
  const [values, setValues] = useState<Readonly<Record<string, UnmergeValue>>>({});
  const decided = props.conflicts.every((conflict) => values[conflict.field]);
  return (
    <ModalDialog title={t.merges.conflictTitle} wide isOpen onClose={props.onClose}>
      <p className="soft">{t.merges.conflictIntro}</p>
      {props.conflicts.map((conflict) => (
        <RadioGroup
          key={conflict.field}
          className="contest"
          aria-label={props.label(conflict.field)}
          value={values[conflict.field] ?? null}
          onChange={(value) => setValues({ ...values, [conflict.field]: value as UnmergeValue })}
        >
          <div className="contest-head">
            <h3 dir="auto">{props.label(conflict.field)}</h3>
          </div>
          <Radio className="contest-side" value="BEFORE">
            <span className="soft small">{t.merges.before}</span>
            <span dir="auto">{draftOf(conflict.before) || "—"}</span>
          </Radio>
          <Radio className="contest-side" value="CURRENT">
            <span className="soft small">{t.merges.current}</span>
            <span dir="auto">{draftOf(conflict.current) || "—"}</span>
          </Radio>
        </RadioGroup>
      ))}
      <div className="dialog-foot">
        <Button
          look="primary"
          isDisabled={!decided}
          onPress={() => props.onChoose(props.conflicts.map((conflict) => ({ field: conflict.field, value: values[conflict.field] ?? "CURRENT" })))}
        >
          {t.merges.undo}
        </Button>
      </div>
    </ModalDialog>
  );
}
