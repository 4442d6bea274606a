// What both ways of loading GraphiQL share: the bundle (main.js) and the page
// that takes it from a CDN (fallback.js, served as it stands, so no npm import
// and no JSX in here).

// What the server tells the page. The attribute is removed once read: it holds
// the development token.
export function takeConfig(element) {
  const config = JSON.parse(element.dataset.config);
  delete element.dataset.config;
  return config;
}

// A fetcher that adds the token to the headers, unless the headers editor has an
// Authorization of its own, in any case. Requests send the headers, and sockets
// their connection's parameters. The token stays out of the editors, whose
// content GraphiQL shows and stores.
export function authorized(fetcher, token) {
  return (params, options = {}) => {
    const named = Object.keys(options.headers ?? {}).some((name) => name.toLowerCase() === "authorization");
    const headers = token && !named ? { ...options.headers, Authorization: `Bearer ${token}` } : options.headers;
    return fetcher(params, { ...options, headers });
  };
}

// A fetch that asks for the newer media type and sends no cookies.
function plainFetch(url, init) {
  const headers = new Headers(init.headers);
  if (!headers.has("accept")) {
    headers.set("accept", "application/graphql-response+json, application/json;q=0.9");
  }
  return fetch(url, { ...init, headers, credentials: "omit" });
}

const storagePrefix = "clientgraph:";

// localStorage under a prefix, so that another GraphiQL which ran at the same
// localhost port does not bring its tabs along, and without headers: GraphiQL's
// history keeps them even when it is told not to persist any.
function headerlessStorage() {
  let local;
  try {
    local = window.localStorage;
  } catch {
    return null; // Blocked by the browser's settings: nothing is remembered.
  }
  const own = () => Object.keys(local).filter((key) => key.startsWith(storagePrefix));
  return {
    get length() {
      return own().length;
    },
    getItem: (key) => local.getItem(storagePrefix + key),
    removeItem: (key) => local.removeItem(storagePrefix + key),
    clear: () => own().forEach((key) => local.removeItem(key)),
    setItem(key, value) {
      if (!key.endsWith(":headers")) {
        local.setItem(storagePrefix + key, withoutHeaders(value));
      }
    },
  };
}

function withoutHeaders(value) {
  if (!value.startsWith("{")) {
    return value;
  }
  try {
    return JSON.stringify(JSON.parse(value), (key, inner) => (key === "headers" ? null : inner));
  } catch {
    return ""; // Not ours to judge what it holds.
  }
}

// Shown in the headers editor when the server has no token to give.
const headersHint = JSON.stringify({ Authorization: "Bearer PASTE-A-TOKEN-HERE" }, null, 2);

// mount renders GraphiQL into element. libraries are React, createRoot,
// GraphiQL and createFetcher of any GraphiQL 4 or 5.
export function mount(element, config, libraries) {
  const { React, createRoot, GraphiQL, createFetcher } = libraries;
  const endpoint = new URL(config.endpoint, window.location.href);
  const socket = new URL(endpoint);
  socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

  const fetcher = authorized(
    createFetcher({
      url: endpoint.href,
      fetch: plainFetch,
      subscriptionUrl: socket.href,
      // The server answers operations whole, never as multipart.
      enableIncrementalDelivery: false,
    }),
    config.token,
  );
  const headers = config.token ? undefined : headersHint;
  const properties = {
    fetcher,
    storage: headerlessStorage(),
    shouldPersistHeaders: false,
    defaultHeaders: headers,
    defaultTabs: config.examples.map((query) => ({ query, headers })),
    defaultEditorToolsVisibility: config.token ? false : "headers",
  };
  const logo = React.createElement(
    GraphiQL.Logo,
    null,
    React.createElement("span", { className: "playground-logo" }, "clientgraph"),
  );
  createRoot(element).render(React.createElement(GraphiQL, properties, logo));
}
