// What comes above the page: dialogs, menus and short messages.
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";
import {
  Dialog,
  Heading,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuTrigger,
  Modal,
  ModalOverlay,
  Popover,
  type MenuItemProps,
} from "react-aria-components";
import { Button, IconButton } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useText } from "~/i18n";

export function ModalDialog(props: {
  title: string;
  isOpen: boolean;
  onClose(): void;
  children: ReactNode;
  wide?: boolean;
  side?: boolean;
  // A click beside it does not close it: what it shows is shown once.
  holds?: boolean;
}) {
  const t = useText();
  return (
    <ModalOverlay
      className={props.side ? "overlay side" : "overlay"}
      isOpen={props.isOpen}
      isDismissable={!props.holds}
      onOpenChange={(open) => !open && props.onClose()}
    >
      <Modal className={props.wide ? "modal wide" : "modal"}>
        <Dialog className="dialog">
          <div className="dialog-head">
            <Heading slot="title" level={2}>
              {props.title}
            </Heading>
            <IconButton icon="close" label={t.frame.close} onPress={props.onClose} />
          </div>
          {props.children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

export function Menu(props: { trigger: ReactNode; label: string; children: ReactNode; onAction?: (key: string) => void }) {
  return (
    <MenuTrigger>
      {props.trigger}
      <Popover className="popover" placement="bottom start">
        <AriaMenu className="menu" aria-label={props.label} onAction={(key) => props.onAction?.(String(key))}>
          {props.children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export function MenuItem({ checked, children, ...props }: Omit<MenuItemProps, "children"> & { checked?: boolean; children: ReactNode }) {
  return (
    <AriaMenuItem {...props} className="menu-item">
      {checked === undefined ? null : <span className="check">{checked ? <Icon name="check" /> : null}</span>}
      {children}
    </AriaMenuItem>
  );
}

// ---- short messages

interface Message {
  id: number;
  text: string;
  action?: { label: string; run(): void } | undefined;
}

type Say = (text: string, action?: Message["action"]) => void;

const Toasts = createContext<Say>(() => {});

// How long a message stays, in milliseconds; longer where it offers something.
const shortTime = 5_000;
const longTime = 12_000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useText();
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const next = useRef(0);
  const remove = useCallback((id: number) => setMessages((all) => all.filter((one) => one.id !== id)), []);
  const say = useCallback<Say>(
    (text, action) => {
      const id = next.current++;
      setMessages((all) => [...all.slice(-2), { id, text, action }]);
      window.setTimeout(() => remove(id), action ? longTime : shortTime);
    },
    [remove],
  );
  return (
    <Toasts.Provider value={useMemo(() => say, [say])}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {messages.map((message) => (
          <div className="toast" key={message.id}>
            <span dir="auto">{message.text}</span>
            {message.action ? (
              <Button
                onPress={() => {
                  message.action?.run();
                  remove(message.id);
                }}
              >
                {message.action.label}
              </Button>
            ) : null}
            <IconButton icon="close" label={t.frame.close} onPress={() => remove(message.id)} />
          </div>
        ))}
      </div>
    </Toasts.Provider>
  );
}

export function useToast(): Say {
  return useContext(Toasts);
}
