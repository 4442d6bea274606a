// How the playground asks: as whom, and what the answer cost.

// asker is a fetcher for GraphiQL. It sends the token of who(), unless the headers
// editor has an Authorization of its own, in any case; requests send the headers,
// and sockets their connection's parameters. The token stays out of the editors,
// whose content GraphiQL shows and stores. told hears of each answer: its cost, if
// any, and the identity that it was for, null for a token of the headers editor.
//
// stop ends what streams, so that nobody goes on listening as somebody else.
export function asker(createFetcher, endpoint, who, told) {
  const socket = new URL(endpoint);
  socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";
  const fetcher = createFetcher({
    url: endpoint.href,
    fetch: plainFetch,
    subscriptionUrl: socket.href,
    // The server answers operations whole, never as multipart.
    enableIncrementalDelivery: false,
  });
  const streams = new Set();

  async function ask(params, options = {}) {
    const named = Object.keys(options.headers ?? {}).some((name) => name.toLowerCase() === "authorization");
    const identity = named ? null : who();
    const headers = identity ? { ...options.headers, Authorization: `Bearer ${identity.token}` } : options.headers;
    if (params.operationName === "IntrospectionQuery") {
      return fetcher(params, { ...options, headers });
    }
    const priced = { ...params, extensions: { ...params.extensions, cost: true } };
    const answer = await fetcher(priced, { ...options, headers });
    const take = (result) => withoutCost(result, (cost) => told({ identity, cost }));
    return answer?.[Symbol.asyncIterator] ? tracked(answer, take, streams) : take(answer);
  }
  const stop = () => [...streams].forEach((stream) => void stream.return());
  return { ask, stop };
}

// withoutCost takes out of a result what nobody wrote the operation for.
function withoutCost(result, told) {
  const { cost, ...rest } = result?.extensions ?? {};
  told(cost);
  if (cost === undefined) {
    return result;
  }
  const { extensions: _, ...answer } = result;
  return Object.keys(rest).length > 0 ? { ...answer, extensions: rest } : answer;
}

// tracked is a stream whose results pass through take, in streams until it ends.
// It is no generator: one can't be ended while it waits for the next result.
function tracked(stream, take, streams) {
  const iterator = stream[Symbol.asyncIterator]();
  const own = {
    [Symbol.asyncIterator]: () => own,
    async next() {
      const { done, value } = await iterator.next();
      if (done) {
        streams.delete(own);
        return { done, value: undefined };
      }
      return { done, value: take(value) };
    },
    async return() {
      streams.delete(own);
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
  streams.add(own);
  return own;
}

// plainFetch asks for the newer media type and sends no cookies.
function plainFetch(url, init) {
  const headers = new Headers(init.headers);
  if (!headers.has("accept")) {
    headers.set("accept", "application/graphql-response+json, application/json;q=0.9");
  }
  return fetch(url, { ...init, headers, credentials: "omit" });
}
