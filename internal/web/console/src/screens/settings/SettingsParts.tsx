// The parts of the settings, as links: each has an address of its own.
import { NavLink } from "react-router";
import { useText } from "~/i18n";
import { useMay } from "~/screens/frame/me";

export function SettingsParts() {
  const t = useText();
  const mayAdmin = useMay("ADMIN");
  if (!mayAdmin) {
    return null;
  }
  return (
    <nav className="tabs-list parts" aria-label={t.settings.parts}>
      <NavLink to="/settings" end className="tab">
        {t.settings.general}
      </NavLink>
      <NavLink to="/settings/webhooks" className="tab">
        {t.nav.webhooks}
      </NavLink>
    </nav>
  );
}
