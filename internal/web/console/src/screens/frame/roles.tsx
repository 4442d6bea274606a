import { useText } from "~/i18n";

export function RoleName({ role }: { role: string }) {
  const { roles } = useText();
  return <>{role in roles ? roles[role as keyof typeof roles] : role}</>;
}
