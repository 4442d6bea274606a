// The screens of the menu. What a person may not do is not in it.
import type { IconName } from "~/design/icons";
import type { Me } from "~/screens/frame/me";
import type { Messages } from "~/i18n/en";
import type { Permission } from "~/schema.generated";

export interface Place {
  name: keyof Messages["nav"] & string;
  // What a phone's bar, with little room, calls it.
  short?: keyof Messages["nav"] & string;
  path: string;
  icon: IconName;
  // One of these, where it needs a permission.
  needs?: readonly Permission[];
  // A part of another screen: not in the menu, but in the search.
  isPart?: boolean;
}

const places: readonly Place[] = [
  { name: "clients", path: "/clients", icon: "clients" },
  { name: "duplicates", path: "/duplicates", icon: "duplicates", needs: ["MERGE"] },
  { name: "files", short: "filesShort", path: "/files", icon: "files", needs: ["EXPORT", "IMPORT"] },
  { name: "fields", path: "/fields", icon: "fields" },
  { name: "settings", path: "/settings", icon: "settings" },
  { name: "webhooks", path: "/settings/webhooks", icon: "webhook", needs: ["ADMIN"], isPart: true },
  { name: "feed", path: "/feed", icon: "feed" },
];

export function placesFor(me: Me): readonly Place[] {
  return places.filter((place) => !place.needs || place.needs.some((one) => me.permissions.includes(one)));
}
