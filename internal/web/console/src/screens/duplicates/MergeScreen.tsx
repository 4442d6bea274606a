// Several clients side by side: who survives, whose values, what will happen.
// The address holds all that is chosen.
import { useEffect, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useMutation, useQuery } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { Button, Checkbox } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useToast } from "~/design/overlays";
import { State, TroubleState } from "~/design/states";
import { useText } from "~/i18n";
import { MergeCandidatesDocument, MergeClientsDocument, PreviewMergeDocument, UndoMergeDocument, type MergeOutcomeFragment } from "~/screens/duplicates/duplicates.generated";
import { MergeTable } from "~/screens/duplicates/MergeTable";
import { MergeSummary } from "~/screens/duplicates/MergeSummary";
import type { Client } from "~/screens/client/properties";
import "~/screens/client/client.css";
import "~/screens/duplicates/duplicates.css";

const choicePrefix = "choice.";

export default function MergeScreen() {
  const t = useText();
  const [params] = useSearchParams();
  const ids = (params.get("ids") ?? "").split(",").filter(Boolean);
  const [{ data, error, fetching }, read] = useQuery({ query: MergeCandidatesDocument, variables: { clientIds: ids } });
  useEffect(() => {
    document.title = t.merge.title;
  }, [t]);
  const trouble = troubleOf(error, data);
  const found = data?.clientReport;
  // In the order of the address, which decides what fills.
  const clients = ids.flatMap((id) => found?.find((client) => client.clientId === id) ?? []);
  return (
    <div className="screen">
      <div className="screen-head">
        <Link to="/duplicates" className="button quiet icon" aria-label={t.merge.back}>
          <Icon name="back" />
        </Link>
        <h1>{t.merge.title}</h1>
      </div>
      {!found ? (
        trouble ? (
          <TroubleState trouble={trouble} retry={() => read({ requestPolicy: "network-only" })} />
        ) : (
          <div className="panel-wait" aria-busy={fetching} />
        )
      ) : clients.length < 2 ? (
        <State icon="merge" title={t.merge.tooFew} hint={t.merge.tooFewHint} />
      ) : (
        <Wizard clients={clients} />
      )}
    </div>
  );
}

function Wizard({ clients }: { clients: readonly Client[] }) {
  const t = useText();
  const [params, setParams] = useSearchParams();
  const [everything, setEverything] = useState(false);
  const survivor = clients.find((client) => client.clientId === params.get("survivor")) ?? clients[0];
  const survivorId = survivor?.clientId ?? "";
  const choices = [...params].flatMap(([name, fromClientId]) =>
    name.startsWith(choicePrefix) ? [{ field: name.slice(choicePrefix.length), fromClientId }] : [],
  );
  const variables = {
    clientId: survivorId,
    clientIds: clients.map((client) => client.clientId).filter((id) => id !== survivorId),
    choices,
  };
  const [{ data, error, stale }, preview] = useQuery({ query: PreviewMergeDocument, variables, requestPolicy: "network-only" });
  const trouble = troubleOf(error, data);
  const [report, setReport] = useState<MergeOutcomeFragment | null>(null);
  useEffect(() => {
    if (data?.previewMerge) {
      setReport(data.previewMerge);
    }
  }, [data]);
  const again = () => preview({ requestPolicy: "network-only" });
  const { merge, merging, problem } = useMerge(variables, report, again);

  const change = (name: string, value: string) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.set(name, value);
        return next;
      },
      { replace: true },
    );
  if (trouble && !report) {
    return <TroubleState trouble={trouble} retry={again} />;
  }
  return (
    <div className="merge">
      <p className="soft">{t.merge.intro}</p>
      <MergeTable
        clients={clients}
        report={report}
        everything={everything}
        survivorId={survivorId}
        choices={choices}
        onSurvivor={(id) => change("survivor", id)}
        onChoose={(field, id) => change(choicePrefix + field, id)}
      />
      <Checkbox isSelected={everything} onChange={setEverything}>
        {t.merge.everything}
      </Checkbox>
      {report ? <MergeSummary report={report} clients={clients} /> : <div className="card merge-wait" aria-busy="true" />}
      <div className="save-bar" role="region" aria-label={t.merge.title}>
        <strong dir="auto">{t.merge.into(clients.length - 1, survivor?.fullName ?? survivorId)}</strong>
        {problem || trouble ? (
          <span className="field-error" role="alert">
            {problem ?? (trouble?.kind === "failed" ? trouble.message : t.states.offline)}
          </span>
        ) : null}
        <Button look="primary" onPress={() => void merge()} isDisabled={merging || stale || !report}>
          <Icon name="merge" />
          {t.merge.button}
        </Button>
      </div>
    </div>
  );
}

interface MergeVariables {
  clientId: string;
  clientIds: string[];
  choices: { field: string; fromClientId: string }[];
}

// useMerge merges what the preview showed, and nothing newer, and offers to undo
// it.
function useMerge(variables: MergeVariables, report: MergeOutcomeFragment | null, again: () => void) {
  const t = useText();
  const say = useToast();
  const navigate = useNavigate();
  const [problem, setProblem] = useState<string>();
  const [{ fetching }, send] = useMutation(MergeClientsDocument);
  const [, undo] = useMutation(UndoMergeDocument);

  const takeBack = async (mergeId: string) => {
    const { data } = await undo({ mergeId, idempotencyKey: newKey() });
    const answer = data?.unmergeClients;
    say(!answer ? t.states.offline : (answer.userErrors[0]?.message ?? t.merges.undone(answer.clients.length)));
  };
  const merge = async () => {
    if (!report) {
      return;
    }
    setProblem(undefined);
    const { data, error } = await send({ ...variables, expectedVersions: report.versions, idempotencyKey: newKey() });
    const answer = data?.mergeClients;
    if (!answer || answer.userErrors.length > 0) {
      const trouble = troubleOf(error, data);
      const changed = (answer?.conflicts.length ?? 0) > 0;
      setProblem(changed ? t.merge.changed : (answer?.userErrors[0]?.message ?? (trouble?.kind === "failed" ? trouble.message : t.states.offline)));
      again();
      return;
    }
    const mergeId = answer.mergeId ?? "";
    say(t.merge.done(variables.clientIds.length, answer.client?.fullName ?? variables.clientId), {
      label: t.clients.undo,
      run: () => void takeBack(mergeId),
    });
    void navigate(`/clients/${variables.clientId}?tab=merges`);
  };
  return { merge, merging: fetching, problem };
}
