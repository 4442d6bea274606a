// Texts, numbers and dates in the language that the person chose.
import { createContext, useContext, useLayoutEffect, useMemo, useState, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components";
import { load, save } from "~/storage";
import { en, type Messages } from "~/i18n/en";
import { he } from "~/i18n/he";

export const languages: readonly Messages[] = [en, he];

interface Language {
  t: Messages;
  setLanguage(code: string): void;
}

const Context = createContext<Language>({ t: en, setLanguage: () => {} });

function preferred(): Messages {
  const wanted = [load("local", "language", ""), ...navigator.languages].map((tag) => tag.slice(0, 2));
  for (const code of wanted) {
    const found = languages.find((one) => one.code === code);
    if (found) {
      return found;
    }
  }
  return en;
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [t, setMessages] = useState(preferred);
  // Before anything is painted: nothing turns round in sight.
  useLayoutEffect(() => {
    document.documentElement.lang = t.code;
    document.documentElement.dir = t.direction;
  }, [t]);
  const language = useMemo(
    (): Language => ({
      t,
      setLanguage(code) {
        save("local", "language", code);
        setMessages(languages.find((one) => one.code === code) ?? en);
      },
    }),
    [t],
  );
  return (
    <Context.Provider value={language}>
      <I18nProvider locale={t.code}>{children}</I18nProvider>
    </Context.Provider>
  );
}

export function useLanguage(): Language {
  return useContext(Context);
}

export function useText(): Messages {
  return useContext(Context).t;
}
