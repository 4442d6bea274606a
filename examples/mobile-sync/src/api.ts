// Asking the API.

// Who asks: a token, and whether it is a client's, to whom some fields are denied.
export interface Caller {
  token: string;
  isClient: boolean;
}

// ApiError is an answer with errors. code is that of the first one.
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

// Api sends operations to one server. fetch can be replaced, as by one that loses
// its network.
export class Api {
  constructor(
    private readonly url: string,
    private readonly caller: () => Caller,
    private readonly fetch: typeof globalThis.fetch = globalThis.fetch,
  ) {}

  // ask returns the data of an operation; $isClient is a variable of those that want it.
  async ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { token, isClient } = this.caller();
    const response = await this.fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables: query.includes("$isClient") ? { ...variables, isClient } : variables }),
    });
    const answer = (await response.json()) as { data?: T; errors?: { message: string; extensions: { code: string } }[] };
    const error = answer.errors?.[0];
    if (error !== undefined || answer.data === undefined) {
      throw new ApiError(error?.extensions.code ?? "NO_ANSWER", error?.message ?? `status ${response.status}`);
    }
    return answer.data;
  }
}
