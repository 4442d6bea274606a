// The picture of who sees whom: viewers on one side, subjects on the other.
import { useText } from "~/i18n";
import type { Part, Person } from "~/screens/client/Viewers";

const shown = 6;
const width = 640;
const step = 46;

interface Node {
  key: string;
  name: string;
  y: number;
}

function nodesOf(people: readonly Person[], height: number): readonly Node[] {
  const some = people.slice(0, shown);
  const top = (height - some.length * step) / 2 + step / 2;
  return some.map((person, index) => ({ key: person.id, name: person.fullName ?? person.clientId, y: top + index * step }));
}

export function ViewerGraph(props: { name: string; viewers: Part; subjects: Part }) {
  const t = useText();
  const viewers = props.viewers.people;
  const subjects = props.subjects.people;
  const rows = Math.max(1, Math.min(shown, Math.max(viewers.length, subjects.length)));
  const height = rows * step + 20;
  const middle = height / 2;
  const rightToLeft = t.direction === "rtl";
  const x = (from: number) => (rightToLeft ? width - from : from);
  const left = nodesOf(viewers, height);
  const right = nodesOf(subjects, height);
  const summary = t.viewers.summary(props.name, t.viewers.mayView(viewers.length, props.viewers.hasMore), t.viewers.viewed(subjects.length, props.subjects.hasMore));
  return (
    <figure className="viewer-graph">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={summary} direction="ltr">
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 8 4 0 8Z" className="arrow" />
          </marker>
        </defs>
        {left.map((node) => (
          <Edge key={node.key} from={[x(180), node.y]} to={[x(248), middle]} />
        ))}
        {right.map((node) => (
          <Edge key={node.key} from={[x(392), middle]} to={[x(458), node.y]} />
        ))}
        {left.map((node) => (
          <Box key={node.key} at={[x(95), node.y]} name={node.name} />
        ))}
        {right.map((node) => (
          <Box key={node.key} at={[x(545), node.y]} name={node.name} />
        ))}
        <Box at={[x(320), middle]} name={props.name} isCentre />
      </svg>
      <figcaption className="soft small">{summary}</figcaption>
    </figure>
  );
}

type Point = readonly [number, number];

function Edge({ from, to }: { from: Point; to: Point }) {
  const bend = (from[0] + to[0]) / 2;
  return <path className="edge" d={`M${from[0]} ${from[1]}C${bend} ${from[1]} ${bend} ${to[1]} ${to[0]} ${to[1]}`} markerEnd="url(#arrow)" />;
}

const longest = 19;

function Box({ at, name, isCentre = false }: { at: Point; name: string; isCentre?: boolean }) {
  const boxWidth = isCentre ? 144 : 170;
  const letters = [...name];
  const text = letters.length > longest ? `${letters.slice(0, longest - 1).join("")}…` : name;
  return (
    <g className={isCentre ? "node centre" : "node"}>
      <rect x={at[0] - boxWidth / 2} y={at[1] - 16} width={boxWidth} height={32} rx={8} />
      <text x={at[0]} y={at[1] + 5} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}
