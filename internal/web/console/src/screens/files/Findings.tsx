// What is wrong with the rows of a file, by row and column: of a preview, or of
// the result of a job.
import { useEffect, useState } from "react";
import { useText } from "~/i18n";
import type { FileFindingFragment } from "~/screens/files/files.generated";
import { readCells } from "~/screens/files/csv";

type Finding = Pick<FileFindingFragment, "row" | "column" | "code" | "message">;

// How many findings of a job are shown; all are in its table of errors.
const mostShown = 100;

// useFindingText says what to do: in the person's language where the program
// knows the code, as the API does else.
export function useFindingText(): (finding: Finding) => string {
  const { files } = useText();
  return ({ code, message }) => (code in files.finding ? files.finding[code as keyof typeof files.finding] : message);
}

export function Findings({ title, findings, hint }: { title: string; findings: readonly Finding[]; hint?: string | undefined }) {
  const t = useText();
  const text = useFindingText();
  return (
    <>
      <h3>{title}</h3>
      <div className="file-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="file-table">
          <thead>
            <tr>
              <th scope="col">{t.files.row}</th>
              <th scope="col">{t.files.column}</th>
              <th scope="col">{t.files.what}</th>
            </tr>
          </thead>
          <tbody>
            {findings.map((finding, index) => (
              <tr key={index}>
                <th scope="row" className="numbers">
                  {finding.row || ""}
                </th>
                <td>
                  <bdi>{finding.column}</bdi>
                </td>
                <td className="long">
                  <bdi>{text(finding)}</bdi> <code className="soft small">{finding.code}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hint ? <p className="soft small">{hint}</p> : null}
    </>
  );
}

// JobFindings are those of a job that has ended, from its table of errors.
export function JobFindings({ jobId, path }: { jobId: string; path: string }) {
  const t = useText();
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    readFindings(path, stop.signal).then(setFindings, () => {}); // The file itself is there to be downloaded.
    return () => stop.abort();
    // Each answer has another path to the same file.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [jobId]);
  if (findings.length === 0) {
    return null;
  }
  return (
    <Findings
      title={t.files.findings}
      findings={findings.slice(0, mostShown)}
      hint={findings.length > mostShown ? t.files.firstFindings(mostShown) : undefined}
    />
  );
}

async function readFindings(path: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const answer = await fetch(path, { signal, credentials: "omit" });
  if (!answer.ok || !answer.body) {
    return [];
  }
  const rows = await readCells(answer.body, mostShown + 2); // The header, and one that says that there are more.
  return rows.slice(1).map(([row = "", column = "", code = "", message = ""]) => ({ row: Number(row), column: shown(column), code, message }));
}

// shown is a cell without the apostrophe that keeps spreadsheets from executing it.
function shown(cell: string): string {
  return /^'[=+\-@\t\r\n]/.test(cell) ? cell.slice(1) : cell;
}
