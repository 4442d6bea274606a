import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

// useFirstWrong leads who was refused to the first field of a form that says what is
// wrong: call refused once the messages are at their fields.
export function useFirstWrong<Form extends HTMLElement = HTMLFormElement>(): { form: RefObject<Form | null>; refused(): void } {
  const form = useRef<Form>(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (times > 0) {
      form.current?.querySelector<HTMLElement>(".field[data-invalid] :is(input, textarea, button)")?.focus();
    }
  }, [times]);
  return { form, refused: useCallback(() => setTimes((n) => n + 1), []) };
}
