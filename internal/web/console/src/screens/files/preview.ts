// What the API makes of the beginning of a file, asked anew whenever a choice
// changes.
import { useEffect, useState } from "react";
import { useApi } from "~/api/api";
import { troubleOf } from "~/api/errors";
import type { Problem } from "~/api/problems";
import { useText } from "~/i18n";
import { inputOf, type Draft } from "~/screens/files/draft";
import { PreviewImportDocument, type PreviewImportQuery } from "~/screens/files/files.generated";

export type Preview = NonNullable<PreviewImportQuery["previewImport"]>;

// How much of a file is looked at, in bytes: what the API takes.
const headSize = 65_536;

// How long typing must rest before the server is asked, in milliseconds.
const rest = 150;

export interface Previewed {
  preview: Preview | null;
  problems: readonly Problem[];
  waits: boolean;
}

// usePreview keeps what was shown until there is something newer.
export function usePreview(draft: Draft): Previewed {
  const t = useText();
  const { client } = useApi();
  const [shown, setShown] = useState<{ of: Draft; preview: Preview | null; problems: readonly Problem[] } | null>(null);
  useEffect(() => {
    const { file } = draft;
    if (!file) {
      return;
    }
    let stale = false;
    const ask = async () => {
      const head = await headOf(file).catch(() => null);
      if (stale) {
        return;
      }
      if (head === null) {
        setShown({ of: draft, preview: null, problems: [{ code: "", message: t.files.unreadable }] });
        return;
      }
      const variables = { input: inputOf(draft, file), head, whole: file.size <= headSize };
      const { data, error } = await client.query(PreviewImportDocument, variables, { requestPolicy: "network-only" });
      if (stale) {
        return;
      }
      const trouble = troubleOf(error, data);
      const wrong: Problem[] =
        trouble?.kind === "failed"
          ? (error?.graphQLErrors ?? []).map((one) => ({ code: trouble.code, message: one.message, field: one.extensions?.["field"] as string[] | undefined }))
          : trouble
            ? [{ code: "", message: t.states.offline }]
            : [];
      setShown((old) => ({ of: draft, preview: data?.previewImport ?? (old?.of.file === file ? old.preview : null), problems: wrong }));
    };
    const timer = window.setTimeout(() => void ask(), rest);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [client, draft, t]);
  const isOfFile = draft.file !== null && shown?.of.file === draft.file;
  return {
    preview: isOfFile ? shown.preview : null,
    problems: isOfFile ? shown.problems : [],
    waits: draft.file !== null && shown?.of !== draft,
  };
}

// headOf is the beginning of a file in base64.
async function headOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, headSize).arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return btoa(text);
}
