// Texts that a person takes along.
import { Button } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useToast } from "~/design/overlays";
import { useText } from "~/i18n";

// copy says whether the text is in the clipboard: a browser has none for pages
// that came over plain http from another machine.
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function CopyButton({ text, label, look }: { text: string; label?: string; look?: "primary" }) {
  const t = useText();
  const say = useToast();
  return (
    <Button look={look} onPress={() => void copy(text).then((done) => say(done ? t.frame.copied : t.frame.copyFailed))}>
      <Icon name="copy" />
      {label ?? t.frame.copy}
    </Button>
  );
}
