// What each column of a file is taken for, to be changed, and its first rows as
// they would come in.
import { Select, type Choice } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useText } from "~/i18n";
import { useLabel } from "~/screens/client/Editor";
import { Findings, useFindingText } from "~/screens/files/Findings";
import type { Preview } from "~/screens/files/preview";

interface TableProps {
  preview: Preview;
  mapping: ReadonlyMap<string, string>;
  isDisabled: boolean;
  onMap(header: string, column: string): void;
}

const ownPrefix = "field: ";

export function PreviewTable(props: TableProps) {
  const { preview } = props;
  const t = useText();
  const findingText = useFindingText();
  const label = useLabel();
  const choices: readonly Choice[] = [
    { id: "", label: t.files.leftOut },
    ...preview.choices.map((name) => ({ id: name, label: name.startsWith(ownPrefix) ? name.slice(ownPrefix.length) : label(name) })),
  ];
  const headers = new Set(preview.columns.map((column) => column.header));
  const wrong = preview.rows.flatMap((row) => row.problems);
  return (
    <div className="file-preview">
      <h3>{t.files.columns}</h3>
      {preview.problems
        .filter((problem) => !headers.has(problem.column))
        .map((problem) => (
          <div className="notice bad" role="alert" key={problem.code + problem.column}>
            <p>{findingText(problem)}</p>
          </div>
        ))}
      {preview.columns.length === 0 ? null : (
        <div className="file-scroll" tabIndex={0} role="region" aria-label={t.files.columns}>
          <table className="file-table">
            <thead>
              <tr>
                <th scope="col">{t.files.row}</th>
                {preview.columns.map((column, index) => (
                  <th key={index} scope="col">
                    <ColumnChoice {...props} column={column} choices={choices} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {preview.rows.map((row) => (
                <tr key={row.row}>
                  <th scope="row" className="numbers">
                    {row.row}
                  </th>
                  {preview.columns.map((column, index) => {
                    const isWrong = row.problems.some((problem) => problem.column === column.header);
                    const comesIn = props.mapping.get(column.header) !== "" && column.column !== null;
                    return (
                      <td key={index} className={isWrong ? "wrong" : comesIn ? "" : "left-out"}>
                        {isWrong ? <Icon name="warning" /> : null}
                        <bdi>{row.values[index] ?? ""}</bdi>
                        {isWrong ? <span className="visually-hidden">{t.files.wrong}</span> : null}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {wrong.length > 0 ? <Findings title={t.files.wrongFirst} findings={wrong} /> : null}
    </div>
  );
}

function ColumnChoice(props: TableProps & { column: Preview["columns"][number]; choices: readonly Choice[] }) {
  const { preview, column, mapping } = props;
  const findingText = useFindingText();
  const t = useText();
  const all = [...preview.problems, ...preview.rows.flatMap((row) => row.problems).filter((one) => one.code === "UNKNOWN_COLUMN")];
  const problem = all.find((one) => one.column === column.header);
  const chosen = mapping.get(column.header) ?? column.column ?? (problem ? null : "");
  return (
    <Select
      label={<bdi>{column.header || t.files.noHeader}</bdi>}
      choices={props.choices}
      value={chosen}
      placeholder={t.files.choose}
      isDisabled={props.isDisabled || column.header === ""}
      error={problem ? findingText(problem) : undefined}
      onChange={(name) => props.onMap(column.header, name)}
    />
  );
}
