const prefix = "clientgraph:";

// headerlessStorage is localStorage under a prefix, so that another GraphiQL which
// ran at the same localhost port does not bring its tabs along, and without
// headers: GraphiQL's history keeps them even when it is told not to persist any.
// It is null where the browser's settings block it: then nothing is remembered.
export function headerlessStorage() {
  let local;
  try {
    local = window.localStorage;
  } catch {
    return null;
  }
  const own = () => Object.keys(local).filter((key) => key.startsWith(prefix));
  return {
    get length() {
      return own().length;
    },
    getItem: (key) => local.getItem(prefix + key),
    removeItem: (key) => local.removeItem(prefix + key),
    clear: () => own().forEach((key) => local.removeItem(key)),
    setItem(key, value) {
      if (!key.endsWith(":headers")) {
        local.setItem(prefix + key, withoutHeaders(value));
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
