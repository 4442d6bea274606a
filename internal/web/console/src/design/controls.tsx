// Buttons, fields and choices: React Aria's behaviour in our looks.
import type { ReactNode, Ref } from "react";
import {
  Button as AriaButton,
  Checkbox as AriaCheckbox,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Text,
  TextArea,
  TextField as AriaTextField,
  type ButtonProps,
  type CheckboxProps,
  type Key,
} from "react-aria-components";
import { Icon, type IconName } from "~/design/icons";

interface Look {
  look?: "primary" | "danger" | "quiet" | undefined;
}

export function Button({ look, ...props }: ButtonProps & Look & { ref?: Ref<HTMLButtonElement> }) {
  return <AriaButton {...props} className={`button ${look ?? ""} ${(props.className as string) ?? ""}`} />;
}

// IconButton needs a label: it shows nothing but the icon.
export function IconButton({ icon, label, look = "quiet", ...props }: Omit<ButtonProps, "children"> & Look & { icon: IconName; label: string }) {
  return (
    <AriaButton {...props} aria-label={label} className={`button icon ${look} ${(props.className as string) ?? ""}`}>
      <Icon name={icon} />
    </AriaButton>
  );
}

export interface TextFieldProps {
  label: ReactNode;
  value: string;
  onChange(value: string): void;
  error?: string | undefined;
  hint?: string | undefined;
  type?: "text" | "email" | "tel" | "url" | "number" | "date" | "password";
  multiline?: boolean;
  placeholder?: string;
  autoFocus?: boolean;
  isRequired?: boolean;
  isReadOnly?: boolean;
  name?: string;
  onBlur?: () => void;
}

export function TextField(props: TextFieldProps) {
  const { label, value, onChange, error, hint, type = "text", multiline = false } = props;
  const rest = {
    ...(props.placeholder ? { placeholder: props.placeholder } : {}),
    className: "input",
    // Names and numbers are written in any script.
    dir: type === "date" ? undefined : type === "tel" || type === "email" || type === "url" ? ("ltr" as const) : ("auto" as const),
  };
  return (
    <AriaTextField
      className="field"
      value={value}
      onChange={onChange}
      isInvalid={error !== undefined}
      validationBehavior="aria"
      type={multiline ? "text" : type}
      autoFocus={props.autoFocus ?? false}
      isRequired={props.isRequired ?? false}
      isReadOnly={props.isReadOnly ?? false}
      name={props.name ?? ""}
      autoComplete="off"
      {...(props.onBlur ? { onBlur: props.onBlur } : {})}
    >
      <Label>{label}</Label>
      {multiline ? <TextArea {...rest} /> : <Input {...rest} />}
      {hint ? <Text slot="description" className="field-hint">{hint}</Text> : null}
      <FieldError className="field-error">{error}</FieldError>
    </AriaTextField>
  );
}

export interface Choice {
  id: string;
  label: string;
}

export function Select(props: {
  label: ReactNode;
  choices: readonly Choice[];
  value: string | null;
  onChange(value: string): void;
  error?: string | undefined;
  isDisabled?: boolean;
  placeholder?: string;
}) {
  return (
    <AriaSelect
      className="field"
      value={props.value}
      onChange={(key: Key | null) => key !== null && props.onChange(String(key))}
      isDisabled={props.isDisabled ?? false}
      isInvalid={props.error !== undefined}
      validationBehavior="aria"
      placeholder={props.placeholder ?? "—"}
    >
      <Label>{props.label}</Label>
      <AriaButton className="select-button">
        <SelectValue className="clip" />
        <Icon name="down" />
      </AriaButton>
      <FieldError className="field-error">{props.error}</FieldError>
      <Popover className="popover">
        <ListBox className="options" items={props.choices}>
          {(choice: Choice) => (
            <ListBoxItem id={choice.id} textValue={choice.label || "—"} className="option">
              {({ isSelected }) => (
                <>
                  <span className="check">{isSelected ? <Icon name="check" /> : null}</span>
                  <bdi>{choice.label || "—"}</bdi>
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export function Checkbox({ children, ...props }: Omit<CheckboxProps, "children"> & { children?: ReactNode }) {
  return (
    <AriaCheckbox {...props} className="checkbox">
      {({ isIndeterminate }) => (
        <>
          <span className="box">
            <Icon name={isIndeterminate ? "minus" : "check"} />
          </span>
          {children}
        </>
      )}
    </AriaCheckbox>
  );
}

export function Badge({ tone, children }: { tone?: "good" | "warn" | "bad" | "accent" | undefined; children: ReactNode }) {
  return (
    <span className={`badge ${tone ?? ""}`}>
      <span dir="auto">{children}</span>
    </span>
  );
}

// initials are the first letters of the first and the last word.
function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letter = (word: string | undefined) => (word ? ([...new Intl.Segmenter().segment(word)][0]?.segment ?? "") : "");
  return (letter(words[0]) + (words.length > 1 ? letter(words.at(-1)) : "")).toLocaleUpperCase();
}

export function Avatar({ name, large }: { name: string; large?: boolean }) {
  return (
    <span className={large ? "avatar large" : "avatar"} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

export function Skeleton({ width }: { width: number }) {
  return <span className="skeleton" style={{ inlineSize: width }} aria-hidden="true" />;
}
