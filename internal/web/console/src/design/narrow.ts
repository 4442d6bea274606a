import { useSyncExternalStore } from "react";

const query = "(max-width: 699px)";

// useNarrow says whether the window is a phone's.
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
  );
}
