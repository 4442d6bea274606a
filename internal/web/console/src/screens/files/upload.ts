// Sends the file of an import in parts. After a break it asks how much has
// arrived, and goes on there.

// A part is small enough to arrive in time over a slow line, in bytes.
const partSize = 1 << 20;

// How often in a row a part may fail, and how long to wait before the next try,
// in milliseconds.
const tries = 8;
const firstWait = 500;
const longestWait = 10_000;

export interface Upload {
  path: string;
  file: File;
  token: string;
  onProgress(bytes: number): void;
}

const pause = (time: number) => new Promise((resolve) => window.setTimeout(resolve, time));

// upload ends when the file is whole, and says what is wrong where it can't be:
// null, or the server's message, "" where there is none.
export async function upload({ path, file, token, onProgress }: Upload): Promise<string | null> {
  const send = (init: RequestInit) =>
    fetch(path, { ...init, credentials: "omit", headers: { ...init.headers, authorization: `Bearer ${token}` } }).catch(() => null);
  let at = 0;
  for (let failed = 0; failed < tries; failed++) {
    if (failed > 0) {
      await pause(Math.min(longestWait, firstWait * 2 ** failed));
      const told = await send({ method: "HEAD" });
      if (!told?.ok) {
        continue;
      }
      if (isWhole(told)) {
        return null;
      }
      at = offsetOf(told) ?? at;
      onProgress(at);
    }
    for (;;) {
      const end = Math.min(file.size, at + partSize);
      // An empty file has no range.
      const range: HeadersInit = file.size > 0 ? { "content-range": `bytes ${at}-${end - 1}/${file.size}` } : {};
      const answer = await send({ method: "PUT", body: file.slice(at, end), headers: range });
      if (answer && isFinal(answer)) {
        return messageOf(answer);
      }
      if (!answer?.ok) {
        break;
      }
      at = end;
      failed = 0;
      onProgress(at);
      if (isWhole(answer)) {
        return null;
      }
    }
  }
  return "";
}

// isFinal says that the same again would be refused again: all but a part that
// goes on elsewhere, and a server that is busy.
function isFinal({ status, headers }: Response): boolean {
  const goesOnElsewhere = status === 409 && headers.get("upload-complete") === "?0";
  return status >= 400 && status < 500 && status !== 429 && status !== 408 && !goesOnElsewhere;
}

function isWhole(answer: Response): boolean {
  return answer.headers.get("upload-complete") === "?1";
}

function offsetOf(answer: Response): number | null {
  const text = answer.headers.get("upload-offset");
  return text === null ? null : Number(text);
}

async function messageOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { errors?: { message?: string }[] } | null;
  return body?.errors?.[0]?.message ?? "";
}
