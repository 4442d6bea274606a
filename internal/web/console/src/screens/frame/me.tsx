// Who is signed in, for screens that show less to some.
import { createContext, useContext } from "react";
import type { MeQuery } from "~/screens/frame/frame.generated";
import type { Permission } from "~/schema.generated";

export type Me = NonNullable<MeQuery["me"]>;

const Context = createContext<Me | null>(null);
export const MeProvider = Context.Provider;

export function useMe(): Me {
  const me = useContext(Context);
  if (!me) {
    throw new Error("nobody is signed in above");
  }
  return me;
}

// useMay says whether the token holds a permission. What is shown follows it;
// what is done is the API's to decide.
export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}
