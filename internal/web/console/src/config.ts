// What the server tells the page, and who is signed in.

export interface Identity {
  name: string;
  role: string;
  token: string;
}

export interface Config {
  endpoint: string;
  // Where the playground is; empty where there is none.
  playground: string;
  // In development, people of the sample whom one can sign in as.
  identities: Identity[];
}

// takeConfig reads and removes the attribute: it holds development tokens.
export function takeConfig(element: HTMLElement): Config {
  const config = JSON.parse(element.dataset["config"] ?? "{}") as Config;
  delete element.dataset["config"];
  return config;
}

// freshConfig asks the server for the page again: development tokens last a day.
export async function freshConfig(): Promise<Config | null> {
  const answer = await fetch("/console", { credentials: "omit" });
  if (!answer.ok) {
    return null;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const element = page.getElementById("console");
  return element ? takeConfig(element) : null;
}
