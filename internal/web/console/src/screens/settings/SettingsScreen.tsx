// The business's settings, and what I may do.
import { useEffect, useState, type FormEvent } from "react";
import { useMutation, useQuery } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { otherProblems, problemAt, type Problem } from "~/api/problems";
import { Button, TextField } from "~/design/controls";
import { Icon } from "~/design/icons";
import { useToast } from "~/design/overlays";
import { useFirstWrong } from "~/design/firstwrong";
import { useText } from "~/i18n";
import type { Permission } from "~/schema.generated";
import { MeDocument } from "~/screens/frame/frame.generated";
import { useMay, useMe } from "~/screens/frame/me";
import { RoleName } from "~/screens/frame/roles";
import { SettingsParts } from "~/screens/settings/SettingsParts";
import { UpdateBusinessDocument } from "~/screens/settings/settings.generated";
import "~/screens/client/client.css";

const fields = ["name", "timeZone", "locale", "phoneRegion"] as const;
type Values = Record<(typeof fields)[number], string>;

const permissions: readonly Permission[] = ["WRITE", "DELETE", "MERGE", "EXPORT", "IMPORT", "PII", "ADMIN"];

export default function SettingsScreen() {
  const t = useText();
  useEffect(() => {
    document.title = t.nav.settings;
  }, [t]);
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t.nav.settings}</h1>
      </div>
      <SettingsParts />
      <div className="panel overview">
        <Business />
        <MyPermissions />
      </div>
    </div>
  );
}

function Business() {
  const t = useText();
  const say = useToast();
  const { business } = useMe();
  const mayChange = useMay("ADMIN");
  const [, readAgain] = useQuery({ query: MeDocument, pause: true });
  const now: Values = {
    name: business.name ?? "",
    timeZone: business.timeZone.timeZoneId,
    locale: business.locale ?? "",
    phoneRegion: business.phoneRegion,
  };
  const [draft, setDraft] = useState<Partial<Values>>({});
  const { form, refused } = useFirstWrong();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [{ fetching }, update] = useMutation(UpdateBusinessDocument);
  const changed = fields.filter((field) => draft[field] !== undefined && draft[field] !== now[field]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const input = Object.fromEntries(changed.map((field) => [field, draft[field] || null]));
    const { data, error } = await update({ input, idempotencyKey: newKey() });
    const answer = data?.updateBusiness;
    if (!answer) {
      const trouble = troubleOf(error, data);
      setProblems([{ code: "", message: trouble?.kind === "failed" ? trouble.message : t.states.offline }]);
      return;
    }
    setProblems(answer.userErrors);
    if (answer.userErrors.length > 0) {
      refused();
    }
    if (answer.business) {
      setDraft({});
      readAgain({ requestPolicy: "network-only" });
      say(t.client.saved);
    }
  };
  return (
    <form ref={form} noValidate className="card" onSubmit={(event) => void submit(event)}>
      <h2>{t.settings.business}</h2>
      {business.rekeying ? (
        <div className="notice warn" role="status">
          <p>{t.settings.rekeying}</p>
        </div>
      ) : null}
      {otherProblems(problems, fields).map((problem) => (
        <div className="notice bad" role="alert" key={problem.message}>
          <p>{problem.message}</p>
        </div>
      ))}
      <div className="card-fields">
        {fields.map((field) => (
          <TextField
            key={field}
            label={t.settings[field]}
            value={draft[field] ?? now[field]}
            onChange={(value) => setDraft({ ...draft, [field]: value })}
            error={problemAt(problems, field)}
            hint={t.settings.hint[field]}
            isReadOnly={!mayChange}
          />
        ))}
      </div>
      {mayChange ? (
        <div className="dialog-foot">
          <Button look="primary" type="submit" isDisabled={changed.length === 0 || fetching}>
            {t.client.save}
          </Button>
        </div>
      ) : null}
    </form>
  );
}

function MyPermissions() {
  const t = useText();
  const me = useMe();
  return (
    <section className="card" aria-labelledby="permissions">
      <h2 id="permissions">{t.settings.mine}</h2>
      <p className="soft">
        <bdi>{me.user}</bdi> · <RoleName role={me.role} />
      </p>
      <ul className="person-list">
        {permissions.map((permission) => {
          const held = me.permissions.includes(permission);
          return (
            <li key={permission}>
              <Icon name={held ? "check" : "lock"} />
              <span className="grow">{t.settings.permission[permission]}</span>
              <span className="soft small">{held ? t.settings.held : t.settings.notHeld}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
