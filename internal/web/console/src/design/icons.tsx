// Icons of our own, drawn on 16 by 16. They say nothing that a text does not.
import type { ReactNode } from "react";

const shapes = {
  clients: <><circle cx="6" cy="5.5" r="2.5" /><path d="M1.5 13c.4-2.6 2.2-4 4.5-4s4.1 1.4 4.5 4M10.5 3.3a2.5 2.5 0 0 1 0 4.4M12 9.3c1.4.5 2.3 1.8 2.5 3.7" /></>,
  duplicates: <><rect x="2" y="5" width="9" height="9" rx="1.5" /><path d="M5 5V3.5A1.5 1.5 0 0 1 6.5 2h6A1.5 1.5 0 0 1 14 3.5v6a1.5 1.5 0 0 1-1.5 1.5H11" /></>,
  fields: <><path d="M2 4h12M2 8h12M2 12h7" /></>,
  settings: <><path d="M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6" /><circle cx="10" cy="4.5" r="2" /><circle cx="6" cy="11.5" r="2" /></>,
  feed: <><path d="M1.5 8h3l2-5 3 10 2-5h3" /></>,
  search: <><circle cx="7" cy="7" r="4.5" /><path d="m10.5 10.5 3.5 3.5" /></>,
  plus: <path d="M8 3v10M3 8h10" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  minus: <path d="M3.5 8h9" />,
  down: <path d="m4 6 4 4 4-4" />,
  forward: <path d="m6 4 4 4-4 4" />,
  back: <path d="m10 4-4 4 4 4" />,
  up: <path d="m4 10 4-4 4 4" />,
  filter: <path d="M2 4h12M4.5 8h7M7 12h2" />,
  columns: <><rect x="2" y="3" width="12" height="10" rx="1.5" /><path d="M6 3v10M10 3v10" /></>,
  bookmark: <path d="M4 2.5h8V14l-4-3-4 3Z" />,
  code: <path d="m5 4.5-3.5 3.5L5 11.5M11 4.5l3.5 3.5-3.5 3.5" />,
  more: <><circle cx="3.5" cy="8" r=".9" /><circle cx="8" cy="8" r=".9" /><circle cx="12.5" cy="8" r=".9" /></>,
  person: <><circle cx="8" cy="5.5" r="2.8" /><path d="M2.8 14c.5-3 2.5-4.5 5.2-4.5s4.7 1.5 5.2 4.5" /></>,
  lock: <><rect x="3" y="7" width="10" height="7" rx="1.5" /><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" /></>,
  cloud: <><path d="M4.5 12.5a3 3 0 0 1-.3-6A4 4 0 0 1 12 6.7a2.9 2.9 0 0 1-.4 5.8M2 2l12 12" /></>,
  warning: <><path d="M8 2.5 14.5 13.5h-13ZM8 6.5v3M8 11.5v.2" /></>,
  tag: <><path d="M2.5 2.5h5l6 6-5 5-6-6Z" /><circle cx="5.5" cy="5.5" r=".7" /></>,
  trash: <path d="M2.5 4.5h11M6 4.5V3h4v1.5M4 4.5 4.7 13h6.6L12 4.5" />,
  undo: <path d="M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6" />,
  merge: <path d="M4 2v3c0 2.5 4 2.5 4 5v4M12 2v3c0 2.5-4 2.5-4 5" />,
  external: <path d="M6.5 3.5h-3v9h9v-3M9.5 2.5h4v4M13 3 7.5 8.5" />,
  webhook: <><circle cx="4" cy="11.5" r="2" /><circle cx="12" cy="11.5" r="2" /><circle cx="8" cy="4.5" r="2" /><path d="M6 11.5h4M7 6.3l-2.2 3.5M9 6.3l2.2 3.5" /></>,
  send: <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3" />,
  calendar: <><rect x="2" y="3" width="12" height="11" rx="1.5" /><path d="M2 6.5h12M5.5 1.5v3M10.5 1.5v3" /></>,
  files: <path d="M5 13V3M2.5 5.5 5 3l2.5 2.5M11 3v10M8.5 10.5 11 13l2.5-2.5" />,
  copy: <><rect x="5" y="5" width="8.5" height="8.5" rx="1.5" /><path d="M10.5 5V3.5A1 1 0 0 0 9.5 2.5h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1H5" /></>,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  // Those that point along the line turn with the direction of writing.
  const turns = name === "forward" || name === "back" || name === "undo";
  return (
    <svg
      className={turns ? "icon-svg turns" : "icon-svg"}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  );
}
