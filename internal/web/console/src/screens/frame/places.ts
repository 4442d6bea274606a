// The screens of the menu. What a person may not do is not in it.
import type { IconName } from "~/design/icons";
import type { Me } from "~/screens/frame/me";
import type { Messages } from "~/i18n/en";
import type { Permission } from "~/schema.generated";

export interface Place {
  name: keyof Messages["nav"] & string;
  path: string;
  icon: IconName;
  needs?: Permission;
}

const places: readonly Place[] = [
  { name: "clients", path: "/clients", icon: "clients" },
];

export function placesFor(me: Me): readonly Place[] {
  return places.filter((place) => !place.needs || me.permissions.includes(place.needs));
}
