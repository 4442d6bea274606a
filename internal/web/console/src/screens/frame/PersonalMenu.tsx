// Who I am, who else I could be in development, how things look.
import { Header, MenuSection, Separator } from "react-aria-components";
import { Avatar, Button } from "~/design/controls";
import { Menu, MenuItem } from "~/design/overlays";
import { languages, useLanguage } from "~/i18n";
import { RoleName } from "~/screens/frame/roles";
import { useSession } from "~/session";
import { useTheme, type Theme } from "~/theme";

const themes: readonly Theme[] = ["system", "light", "dark"];

export function PersonalMenu({ user }: { user?: { name: string; role: string } }) {
  const { t, setLanguage } = useLanguage();
  const { config, identity, token, become, signOut } = useSession();
  const [theme, setTheme] = useTheme();

  const act = (key: string) => {
    const [what, value = ""] = key.split(/:(.*)/s);
    if (what === "theme") {
      setTheme(value as Theme);
    } else if (what === "language") {
      setLanguage(value);
    } else if (what === "become") {
      const chosen = config.identities.find((one) => one.name === value);
      if (chosen) {
        become(chosen);
      }
    } else if (what === "out") {
      signOut();
    }
  };

  return (
    <Menu
      label={t.frame.account}
      onAction={act}
      trigger={
        <Button look="quiet" className="account" aria-label={user ? `${t.frame.account}: ${user.name}` : t.frame.account}>
          <Avatar name={user?.name ?? "?"} />
        </Button>
      }
    >
      {user ? (
        <MenuSection>
          <Header className="menu-heading">
            {t.frame.signedInAs} <bdi>{user.name}</bdi> · <RoleName role={user.role} />
          </Header>
        </MenuSection>
      ) : null}
      {token && config.identities.length > 0 ? (
        <MenuSection>
          <Header className="menu-heading">{t.frame.switchTo}</Header>
          {config.identities.map((one) => (
            <MenuItem key={one.name} id={`become:${one.name}`} textValue={one.name} checked={one.name === identity?.name}>
              <bdi className="grow">{one.name}</bdi>
              <span className="soft small">
                <RoleName role={one.role} />
              </span>
            </MenuItem>
          ))}
        </MenuSection>
      ) : null}
      <MenuSection>
        <Header className="menu-heading">{t.frame.theme}</Header>
        {themes.map((one) => (
          <MenuItem key={one} id={`theme:${one}`} textValue={t.frame.themes[one]} checked={one === theme}>
            {t.frame.themes[one]}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection>
        <Header className="menu-heading">{t.frame.language}</Header>
        {languages.map((one) => (
          <MenuItem key={one.code} id={`language:${one.code}`} textValue={one.language} checked={one.code === t.code}>
            <bdi lang={one.code}>{one.language}</bdi>
          </MenuItem>
        ))}
      </MenuSection>
      {token ? <Separator className="separator" /> : null}
      {token ? (
        <MenuItem id="out" textValue={t.frame.signOut}>
          {t.frame.signOut}
        </MenuItem>
      ) : null}
    </Menu>
  );
}
