import { useState, type FormEvent } from "react";
import { Avatar, Button, TextField } from "~/design/controls";
import { useText } from "~/i18n";
import { PersonalMenu } from "~/screens/frame/PersonalMenu";
import { RoleName } from "~/screens/frame/roles";
import { useSession } from "~/session";
import "~/screens/frame/frame.css";

export function SignIn() {
  const t = useText();
  const { config, ended, pasteToken, become } = useSession();
  const [token, setToken] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const bare = token.trim().replace(/^Bearer\s+/i, "");
    if (bare) {
      pasteToken(bare);
    }
  };

  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <div className="dialog-head">
          <h1>{t.signIn.title}</h1>
          <PersonalMenu />
        </div>
        {ended ? (
          <div className="notice warn" role="alert">
            <p>{t.signIn.ended}</p>
          </div>
        ) : null}
        <form noValidate onSubmit={submit}>
          <p className="soft">{t.signIn.intro}</p>
          <TextField label={t.signIn.token} value={token} onChange={setToken} type="password" />
          <Button look="primary" type="submit" isDisabled={token.trim() === ""}>
            {t.signIn.button}
          </Button>
        </form>
        {config.identities.length > 0 ? (
          <section aria-labelledby="sample-people">
            <h2 id="sample-people">{t.signIn.sample}</h2>
            <p className="soft">{t.signIn.sampleIntro}</p>
            <ul className="people">
              {config.identities.map((identity) => (
                <li key={identity.name}>
                  <Button look="quiet" onPress={() => become(identity)}>
                    <Avatar name={identity.name} />
                    <span className="grow clip" dir="auto">
                      {identity.name}
                    </span>
                    <span className="soft small">
                      <RoleName role={identity.role} />
                    </span>
                  </Button>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
      </div>
    </main>
  );
}
