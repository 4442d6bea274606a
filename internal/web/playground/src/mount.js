// What both ways of loading GraphiQL share: the bundle (main.js) and the page
// that takes it from a CDN (fallback.js, served as it stands, so no npm import
// and no JSX in here).
import { asker } from "./asking.js";
import { linkTo, takeLink } from "./link.js";
import { headerlessStorage } from "./storage.js";

// What the server tells the page. The attribute is removed once read: it holds
// the development tokens.
export function takeConfig(element) {
  const config = JSON.parse(element.dataset.config);
  delete element.dataset.config;
  return config;
}

// Shown in the headers editor when the server has no token to give.
const headersHint = JSON.stringify({ Authorization: "Bearer PASTE-A-TOKEN-HERE" }, null, 2);

// Where the role of the identity that was chosen last is kept.
const roleKey = "role";

// mount renders the playground into element. libraries are React, createRoot,
// GraphiQL and createFetcher of a GraphiQL 4 or 5; initial, the names of its
// properties for the first operation and its variables; and plugins. Without a
// plugin that shows them, the examples are a list above GraphiQL.
export function mount(element, config, libraries) {
  const { React, createRoot } = libraries;
  const storage = headerlessStorage();
  const link = takeLink();
  const remembered = link.as ?? storage?.getItem(roleKey);
  const first = config.identities.find((identity) => identity.role === remembered) ?? config.identities[0];
  createRoot(element).render(React.createElement(Playground, { config, libraries, storage, link, first }));
}

function Playground({ config, libraries, storage, link, first }) {
  const { React } = libraries;
  const [identity, setIdentity] = React.useState(first);
  const [answer, setAnswer] = React.useState(null);
  // GraphiQL gets one fetcher for good, which reads who asks each time.
  const who = React.useRef(first);
  const tabs = React.useRef(null);
  const [asking] = React.useState(() =>
    asker(libraries.createFetcher, new URL(config.endpoint, window.location.href), () => who.current, setAnswer),
  );
  const become = (role) => {
    who.current = config.identities.find((one) => one.role === role);
    asking.stop();
    setIdentity(who.current);
    setAnswer(null);
    storage?.setItem(roleKey, role);
  };
  const share = async () => {
    const opened = link.query === undefined ? config.examples[0] : link;
    const { query, variables } = currentTab(tabs.current, storage) ?? opened;
    const address = linkTo({ query, variables, as: identity?.role });
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      window.history.replaceState(null, "", address); // To be copied by hand.
    }
  };
  return React.createElement(
    React.Fragment,
    null,
    React.createElement(Bar, { React, config, identity, answer, become, share, withExamples: !libraries.plugins }),
    React.createElement(Editors, { config, libraries, storage, link, fetcher: asking.ask, tabs }),
  );
}

// currentTab is the tab that is open, as GraphiQL told or stored it last.
function currentTab(told, storage) {
  const state = told ?? JSON.parse(storage?.getItem("graphiql:tabState") ?? "null");
  return state?.tabs[state.activeTabIndex];
}

// Bar says who asks and what the last answer cost.
function Bar({ React, config, identity, answer, become, share, withExamples }) {
  const h = React.createElement;
  const choices = config.identities.map((one) =>
    h("option", { key: one.role, value: one.role }, `${one.name} · ${one.role}`),
  );
  const [copied, setCopied] = React.useState(false);
  const copy = async () => {
    await share();
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return h(
    "header",
    { className: "playground-bar" },
    h("strong", { className: "playground-logo" }, "clientgraph"),
    identity
      ? h("label", null, h("span", null, "Ask as "), h("select", { value: identity.role, onChange: (event) => become(event.target.value) }, choices))
      : null,
    withExamples ? h(ExampleList, { React, examples: config.examples }) : null,
    h("output", { className: "playground-told" }, answer ? told(answer) : ""),
    h("button", { type: "button", onClick: copy }, copied ? "Copied" : "Copy link"),
  );
}

// told is what the bar says of the last answer.
function told({ identity, cost }) {
  const whose = identity ? identity.name : "Token of Headers";
  if (!cost) {
    return whose;
  }
  const number = new Intl.NumberFormat("en");
  const limit = cost.limit ? ` of ${number.format(cost.limit)}` : "";
  return `${whose}: cost ${number.format(cost.cost)}${limit} points`;
}

// ExampleList opens an example by loading the page with it.
function ExampleList({ React, examples }) {
  const h = React.createElement;
  const options = examples.map((example, i) => h("option", { key: example.name, value: i }, example.name));
  const open = (event) => window.location.assign(linkTo(examples[Number(event.target.value)]));
  return h(
    "select",
    { "aria-label": "Examples", value: "", onChange: open },
    h("option", { value: "", disabled: true }, "Examples"),
    options,
  );
}

// Editors is GraphiQL. It is drawn once: nothing that the bar shows concerns it.
function Editors({ config, libraries, storage, link, fetcher, tabs }) {
  const { React, GraphiQL } = libraries;
  const h = React.createElement;
  return React.useMemo(() => {
    const headers = config.identities.length > 0 ? undefined : headersHint;
    const opened = config.examples.filter((example) => example.group === config.examples[0].group);
    const properties = {
      fetcher,
      storage,
      shouldPersistHeaders: false,
      defaultHeaders: headers,
      defaultTabs: opened.map(({ query, variables }) => ({ query, variables, headers })),
      defaultEditorToolsVisibility: headers === undefined ? link.variables !== undefined && "variables" : "headers",
      onTabChange: (state) => {
        tabs.current = state;
      },
      plugins: libraries.plugins,
    };
    if (link.query !== undefined) {
      // What is stored has its own tabs; a page without any opens just this one.
      properties[libraries.initial.query] = link.query;
      properties[libraries.initial.variables] = link.variables;
      delete properties.defaultTabs;
    }
    return h("div", { className: "playground-editors" }, h(GraphiQL, properties, h(GraphiQL.Logo, null, h("span"))));
  }, []);
}
