// The examples as a panel beside GraphiQL's own.
import { createElement as h } from "react";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { parse } from "graphql";

// Below this width, in pixels, a panel covers the editors: see page.css.
const narrow = 700;

// examplesPlugin is a plugin that opens each example in a tab of its own, or the
// tab that holds it already.
export function examplesPlugin(examples) {
  const groups = Map.groupBy(examples, (example) => example.group);
  return {
    title: "Examples",
    icon: () =>
      h(
        "svg",
        { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", strokeWidth: 1.5, strokeLinecap: "round" },
        h("path", { d: "M5 4h14v16H5zM9 9h6M9 13h6M9 17h3" }),
      ),
    content: () => h(Panel, { groups }),
  };
}

function Panel({ groups }) {
  return h(
    "div",
    { className: "playground-examples" },
    h("div", { className: "graphiql-doc-explorer-title" }, "Examples"),
    [...groups].map(([group, examples]) =>
      h(
        "section",
        { key: group, "aria-label": group },
        h("h3", null, group),
        h("ul", null, examples.map((example) => h("li", { key: example.name }, h(Entry, { example })))),
      ),
    ),
  );
}

function Entry({ example }) {
  const { addTab, changeTab, setOperationFacts, setVisiblePlugin } = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const open = () => {
    const at = tabs.findIndex((tab) => tab.query === example.query);
    if (at >= 0) {
      changeTab(at);
    } else {
      addTab();
      queryEditor?.setValue(example.query);
      variableEditor?.setValue(example.variables);
    }
    // The editor would tell it a moment late, and the button run what was there.
    const document = parse(example.query);
    setOperationFacts({ documentAST: document, operations: document.definitions, operationName: example.name });
    if (window.innerWidth < narrow) {
      setVisiblePlugin(null);
    }
  };
  return h(
    "button",
    { type: "button", onClick: open },
    h("strong", null, example.name),
    h("span", null, example.title),
  );
}
