// What the API says went wrong, in the few kinds that screens show apart.
import type { CombinedError } from "urql";

export type Trouble =
  | { kind: "offline" }
  | { kind: "denied" }
  | { kind: "signedOut" }
  // id is what the server's log knows the error by, when it is the server's.
  | { kind: "failed"; message: string; code: string; id: string | null };

export function codeOf(error: CombinedError): string {
  return String(error.graphQLErrors[0]?.extensions?.["code"] ?? "");
}

// troubleOf sorts an error. Answers in which single fields are denied are no
// trouble: they come with data, and the screen shows what there is.
export function troubleOf(error: CombinedError | undefined, data?: unknown): Trouble | null {
  if (!error) {
    return null;
  }
  if (error.networkError && error.graphQLErrors.length === 0) {
    return { kind: "offline" };
  }
  const codes = error.graphQLErrors.map((one) => String(one.extensions?.["code"] ?? ""));
  if (codes.includes("UNAUTHENTICATED")) {
    return { kind: "signedOut" };
  }
  if (codes.every((code) => code === "FORBIDDEN")) {
    return hasData(data) ? null : { kind: "denied" };
  }
  const first = error.graphQLErrors.find((one) => one.extensions?.["code"] !== "FORBIDDEN") ?? error.graphQLErrors[0];
  const id = first?.extensions?.["errorId"];
  return {
    kind: "failed",
    message: first?.message ?? error.message,
    code: String(first?.extensions?.["code"] ?? ""),
    id: typeof id === "string" ? id : null,
  };
}

function hasData(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.values(data).some((value) => value !== null && value !== undefined);
}
