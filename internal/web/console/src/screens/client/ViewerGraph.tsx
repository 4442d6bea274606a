// The picture of who sees whom: viewers on one side, subjects on the other.
import { useNarrow } from "~/design/narrow";
import { useText } from "~/i18n";
import type { PersonFragment as Person } from "~/screens/client/client.generated";
import type { Part } from "~/screens/client/Viewers";

const shown = 6;
const step = 46;
const margin = 10;

// How wide the picture is, its boxes at the sides and the one in the middle, and how
// many letters of a name are in a box. A phone's is small, for its letters to be
// of a size that can be read.
const wide = { width: 640, side: 170, centre: 144, letters: 19 };
const small = { width: 400, side: 112, centre: 104, letters: 12 };
// How many pixels of a screen a unit of the picture takes at most.
const largest = 1.125;

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
  const size = useNarrow() ? small : wide;
  const { width, side, centre } = size;
  const rightToLeft = t.direction === "rtl";
  const x = (from: number) => (rightToLeft ? width - from : from);
  // A side where nobody is takes no room.
  const begin = viewers.length > 0 ? 0 : (width - centre) / 2 - margin;
  const end = subjects.length > 0 ? width : (width + centre) / 2 + margin;
  const left = nodesOf(viewers, height);
  const right = nodesOf(subjects, height);
  const summary = t.viewers.summary(props.name, t.viewers.mayView(viewers.length, props.viewers.hasMore), t.viewers.viewed(subjects.length, props.subjects.hasMore));
  return (
    <figure className="viewer-graph">
      <svg viewBox={`${rightToLeft ? width - end : begin} 0 ${end - begin} ${height}`} style={{ maxInlineSize: (end - begin) * largest }} role="img" aria-label={summary} direction="ltr">
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 8 4 0 8Z" className="arrow" />
          </marker>
        </defs>
        {left.map((node) => (
          <Edge key={node.key} from={[x(margin + side), node.y]} to={[x((width - centre) / 2), middle]} />
        ))}
        {right.map((node) => (
          <Edge key={node.key} from={[x((width + centre) / 2), middle]} to={[x(width - margin - side - 2), node.y]} />
        ))}
        {left.map((node) => (
          <Box key={node.key} at={[x(margin + side / 2), node.y]} name={node.name} width={side} letters={size.letters} />
        ))}
        {right.map((node) => (
          <Box key={node.key} at={[x(width - margin - side / 2), node.y]} name={node.name} width={side} letters={size.letters} />
        ))}
        <Box at={[x(width / 2), middle]} name={props.name} width={centre} letters={size.letters} isCentre />
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

function Box(props: { at: Point; name: string; width: number; letters: number; isCentre?: boolean }) {
  const { at, name, width, isCentre = false } = props;
  const letters = [...name];
  const text = letters.length > props.letters ? `${letters.slice(0, props.letters - 1).join("")}…` : name;
  return (
    <g className={isCentre ? "node centre" : "node"}>
      <rect x={at[0] - width / 2} y={at[1] - 16} width={width} height={32} rx={8} />
      <text x={at[0]} y={at[1] + 5} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}
