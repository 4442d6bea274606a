import { ModalDialog } from "~/design/overlays";
import { useText } from "~/i18n";

export function ShortcutsDialog(props: { isOpen: boolean; onClose(): void }) {
  const t = useText();
  const rows: readonly [readonly string[], string][] = [
    [["/", "Ctrl K"], t.shortcuts.search],
    [["J", "K"], t.shortcuts.move],
    [["Enter"], t.shortcuts.open],
    [["Space"], t.shortcuts.preview],
    [["X"], t.shortcuts.select],
    [["Ctrl S"], t.shortcuts.save],
    [["?"], t.shortcuts.help],
  ];
  return (
    <ModalDialog title={t.frame.shortcuts} isOpen={props.isOpen} onClose={props.onClose}>
      <dl className="shortcuts">
        {rows.map(([keys, text]) => (
          <div key={text}>
            <dt>{text}</dt>
            <dd dir="ltr">
              {keys.map((key) => (
                <kbd className="kbd" key={key}>
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </ModalDialog>
  );
}
