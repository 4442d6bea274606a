import { useState } from "react";
import { load, save } from "~/storage";

export type Theme = "system" | "light" | "dark";

export function applyTheme(theme: Theme) {
  if (theme === "system") {
    delete document.documentElement.dataset["theme"];
  } else {
    document.documentElement.dataset["theme"] = theme;
  }
}

export function savedTheme(): Theme {
  return load<Theme>("local", "theme", "system");
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(savedTheme);
  return [
    theme,
    (wanted) => {
      save("local", "theme", wanted);
      applyTheme(wanted);
      setTheme(wanted);
    },
  ];
}
