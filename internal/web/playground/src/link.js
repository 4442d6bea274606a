// Links that open the playground with an operation: ?query=, and if need be
// ?variables= and ?as=, a role of the development identities. A link opens the
// operation and never runs it.

// takeLink reads the page's own address, and leaves it without the operation: who
// changes it and loads the page again goes on with what was changed.
export function takeLink() {
  const url = new URL(window.location.href);
  const link = {
    query: url.searchParams.get("query") ?? undefined,
    variables: url.searchParams.get("variables") ?? undefined,
    as: url.searchParams.get("as") ?? undefined,
  };
  for (const name of ["query", "variables", "as"]) {
    url.searchParams.delete(name);
  }
  window.history.replaceState(null, "", url);
  return link;
}

// linkTo is the address of an operation.
export function linkTo({ query, variables, as }) {
  const url = new URL(window.location.pathname, window.location.href);
  url.searchParams.set("query", query ?? "");
  for (const [name, value] of Object.entries({ variables, as })) {
    if (value) {
      url.searchParams.set(name, value);
    }
  }
  return url.href;
}
