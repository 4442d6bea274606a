import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { useMutation } from "urql";
import { troubleOf } from "~/api/errors";
import { newKey } from "~/api/key";
import { otherProblems, problemAt, type Problem } from "~/api/problems";
import { Button, TextField } from "~/design/controls";
import { useFirstWrong } from "~/design/firstwrong";
import { ModalDialog, useToast } from "~/design/overlays";
import { useText } from "~/i18n";
import { CreateClientDocument } from "~/screens/clients/clients.generated";

const fields = ["firstName", "lastName", "emailAddress", "cellPhone"] as const;

export function CreateDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useText();
  return (
    <ModalDialog title={t.create.title} isOpen={isOpen} onClose={onClose}>
      <CreateForm onClose={onClose} />
    </ModalDialog>
  );
}

function CreateForm({ onClose }: { onClose(): void }) {
  const t = useText();
  const say = useToast();
  const navigate = useNavigate();
  const [values, setValues] = useState<Record<(typeof fields)[number], string>>({
    firstName: "",
    lastName: "",
    emailAddress: "",
    cellPhone: "",
  });
  const { form, refused } = useFirstWrong();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  // One key for one client, however often it is sent: a new one once the
  // server said what is wrong.
  const [key, setKey] = useState(newKey);
  const [{ fetching }, create] = useMutation(CreateClientDocument);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data, error } = await create({ input: values, idempotencyKey: key });
    const answer = data?.createClient;
    if (!answer) {
      const trouble = troubleOf(error, data);
      setProblems([{ code: "", message: trouble?.kind === "failed" ? trouble.message : t.states.offline }]);
      return;
    }
    setProblems(answer.userErrors);
    if (answer.userErrors.length > 0) {
      refused();
    }
    setKey(newKey());
    if (answer.client) {
      say(t.create.done(answer.client.fullName ?? answer.client.clientId));
      onClose();
      void navigate(`/clients/${answer.client.clientId}`);
    }
  };

  return (
    <form ref={form} noValidate className="form" onSubmit={(event) => void submit(event)}>
      {otherProblems(problems, fields).map((problem) => (
        <div className="notice bad" role="alert" key={problem.message}>
          <p>{problem.message}</p>
        </div>
      ))}
      {fields.map((field, index) => (
        <TextField
          key={field}
          label={t.create[field]}
          value={values[field]}
          onChange={(value) => setValues({ ...values, [field]: value })}
          error={problemAt(problems, field)}
          type={field === "emailAddress" ? "email" : field === "cellPhone" ? "tel" : "text"}
          autoFocus={index === 0}
          isRequired={field !== "cellPhone"}
        />
      ))}
      <div className="dialog-foot">
        <Button onPress={onClose}>{t.clients.cancel}</Button>
        <Button look="primary" type="submit" isDisabled={fetching}>
          {t.create.button}
        </Button>
      </div>
    </form>
  );
}
