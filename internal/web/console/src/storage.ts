// The browser's storage, where it is allowed. What is kept under a name is lost
// without harm, but for the outbox, which says so.
const prefix = "clientgraph:console:";

function area(kind: "local" | "session"): Storage | null {
  try {
    return kind === "local" ? window.localStorage : window.sessionStorage;
  } catch {
    return null; // Blocked by the browser's settings.
  }
}

export function load<T>(kind: "local" | "session", name: string, otherwise: T): T {
  const text = area(kind)?.getItem(prefix + name);
  if (!text) {
    return otherwise;
  }
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}

// save says whether the value is kept.
export function save(kind: "local" | "session", name: string, value: unknown): boolean {
  const storage = area(kind);
  if (!storage) {
    return false;
  }
  try {
    if (value === null || value === undefined) {
      storage.removeItem(prefix + name);
    } else {
      storage.setItem(prefix + name, JSON.stringify(value));
    }
    return true;
  } catch {
    return false; // Full.
  }
}
