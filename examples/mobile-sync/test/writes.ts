// Random writes of an owner. Many are refused (a client is deleted, or merged):
// what matters is that the copy ends up with what the server has.
import type { Api } from "../src/api.js";
import type { Chance } from "./chance.js";

// Writer changes the business through the API, and counts what was taken in.
export class Writer {
  readonly done = new Map<string, number>();
  private count = 0;
  private readonly merges: string[] = [];

  constructor(
    private readonly api: Api,
    private readonly chance: Chance,
    private readonly ids: string[],
    // kept is the client of a caller: deleted or merged, it could ask no more.
    private readonly kept: string,
    // stamp sets what this run makes apart from what another one made.
    private readonly stamp: string,
  ) {}

  private readonly kinds: Record<string, () => Promise<unknown>> = {
    create: () => this.create(),
    patch: () => this.send("patchClient(clientId: $id, patch: $patch)", "$id: ID!, $patch: ClientPatch!", { id: this.id(), patch: this.patch() }),
    tag: () => this.send("addClientTags(clientId: $id, tags: $tags)", "$id: ID!, $tags: [String!]!", { id: this.id(), tags: [`Tag ${this.chance.below(9)}`] }),
    values: () => this.values(),
    addViewer: () => this.viewers("addClientViewers"),
    removeViewer: () => this.viewers("removeClientViewers"),
    delete: () => this.send("deleteClient(clientId: $id)", "$id: ID!", { id: this.another() }),
    restore: () => this.send("restoreClient(clientId: $id)", "$id: ID!", { id: this.id() }),
    merge: () => this.merge(),
    unmerge: () => this.unmerge(),
    erase: () => this.erase(),
    appointment: () => this.appointment(),
    define: () => this.define(),
    relabel: () => this.relabel(),
    rename: () => this.rename(),
    retire: () => this.retire(),
  };

  // write does one thing, drawn by chance; rare ones are drawn again.
  async write(): Promise<void> {
    let kind = this.chance.of(Object.keys(this.kinds));
    if (["erase", "retire", "delete"].includes(kind) && !this.chance.percent(30)) {
      kind = "patch";
    }
    this.count++;
    if (await this.kinds[kind]?.()) {
      this.done.set(kind, (this.done.get(kind) ?? 0) + 1);
    }
  }

  private id(): string {
    return this.chance.of(this.ids);
  }

  // another is a client that may go.
  private another(): string {
    const id = this.id();
    return id === this.kept ? this.another() : id;
  }

  private text(): string {
    return `${this.chance.of(["Ålesund", "דנה", "東京", "O'Neil", "naïve", "plain"])} ${this.stamp}.${this.count}`;
  }

  // send sends a mutation and returns its payload, null where it was refused.
  private async send(field: string, variables: string, values: object, selection = ""): Promise<Record<string, any> | null> {
    const text = `mutation (${variables}) { payload: ${field} { ${selection} userErrors { code } } }`;
    const { payload } = await this.api.ask<{ payload: { userErrors: unknown[] } & Record<string, any> }>(text, values as Record<string, unknown>);
    return payload.userErrors.length === 0 ? payload : null;
  }

  private async create() {
    const input = { firstName: this.text(), lastName: "Made", emailAddress: `${this.stamp}.${this.count}@example.com` };
    const payload = await this.send("createClient(input: $input)", "$input: CreateClientInput!", { input }, "client { clientId }");
    if (payload !== null) {
      this.ids.push(payload.client.clientId);
    }
    return payload;
  }

  private patch(): object {
    const texts = ["firstName", "companyName", "city", "notes", "referredBy", "cellPhone", "address1"];
    const patch: Record<string, unknown> = { [this.chance.of(texts)]: this.text() };
    if (this.chance.percent(30)) {
      patch[this.chance.of(["companyName", "city", "notes", "spouseName"])] = null;
    }
    if (this.chance.percent(20)) {
      Object.assign(patch, { dateOfBirth: `19${60 + this.chance.below(40)}-02-03`, latitude: this.chance.below(90) + 0.5, timeZone: "Europe/Paris", status: "BLACKLISTED" });
    }
    return patch;
  }

  private async definitions(): Promise<{ id: string; type: string; propertyCode: string | null; choices: string[]; version: number }[]> {
    const { fieldDefinitions } = await this.api.ask<{ fieldDefinitions: any[] }>("{ fieldDefinitions { id: schedulerPreferenceFieldDefnId type propertyCode choices version } }");
    return fieldDefinitions;
  }

  private async values() {
    const own = (await this.definitions()).filter((one) => one.propertyCode === null);
    const { id, type, choices } = this.chance.of(own);
    const values: Record<string, unknown> = {
      TEXT: this.text(), NUMBER: this.chance.below(1000) / 8, BOOLEAN: this.chance.percent(50), DATE: "2020-02-29", CHOICE: choices.length > 0 ? this.chance.of(choices) : null,
    };
    const fields = [{ schedulerPreferenceFieldDefnId: id, value: this.chance.percent(20) ? null : values[type] }];
    return this.send("setClientFields(clientId: $id, fields: $fields)", "$id: ID!, $fields: [ClientFieldInput!]!", { id: this.id(), fields });
  }

  private viewers(field: string) {
    return this.send(`${field}(clientId: $id, viewerClientIds: $viewers)`, "$id: ID!, $viewers: [ID!]!", { id: this.id(), viewers: [this.id()] });
  }

  private async merge() {
    const payload = await this.send("mergeClients(clientId: $id, clientIds: $ids)", "$id: ID!, $ids: [ID!]!", { id: this.id(), ids: [this.another()] }, "mergeId");
    if (payload !== null) {
      this.merges.push(payload.mergeId);
    }
    return payload;
  }

  private async unmerge() {
    const mergeId = this.merges.pop();
    return mergeId === undefined ? null : this.send("unmergeClients(mergeId: $id)", "$id: ID!", { id: mergeId });
  }

  private async erase() {
    const id = this.another();
    const { client } = await this.api.ask<{ client: { version: number; clientId: string } | null }>("query ($id: ID!) { client(clientId: $id) { clientId version } }", { id });
    if (client === null || client.clientId !== id) {
      return null;
    }
    return this.send("eraseClient(clientId: $id, confirmClientId: $id, expectedVersion: $version)", "$id: ID!, $version: Int!", { id, version: client.version });
  }

  // appointment moves clients into sight of staff and locations, and out of it.
  private async appointment() {
    const appointmentId = String(700_000 + this.chance.below(8));
    const modifiedDate = new Date(Date.now() + this.count).toISOString();
    if (this.chance.percent(25)) {
      return this.send("removeAppointments(appointments: $list)", "$list: [AppointmentRemovalInput!]!", { list: [{ appointmentId, modifiedDate }] });
    }
    const entry = {
      appointmentId, modifiedDate, clientId: this.id(), locationId: this.chance.of(["11", "12"]), staffId: this.chance.of(["501", "502"]),
      start: "2030-05-06T07:08:09Z", status: this.chance.of(["OPEN", "COMPLETED", "CANCELLED"]),
    };
    return this.send("recordAppointments(appointments: $list)", "$list: [AppointmentInput!]!", { list: [entry] });
  }

  private define() {
    const type = this.chance.of(["TEXT", "NUMBER", "CHOICE"]);
    const input = { label: this.text(), type, ...(type === "CHOICE" ? { choices: ["One", "Two", "Three"] } : {}) };
    const property = { label: this.text(), type: "TEXT", propertyCode: this.chance.of(["city", "companyName", "cellPhone"]) };
    return this.send("createFieldDefinition(input: $input)", "$input: CreateFieldDefinitionInput!", { input: this.chance.percent(40) ? property : input });
  }

  private async relabel() {
    const { id } = this.chance.of(await this.definitions());
    return this.change(id, { label: this.text() });
  }

  private async rename() {
    const choosable = (await this.definitions()).filter((one) => one.type === "CHOICE");
    if (choosable.length === 0) {
      return null;
    }
    const { id, choices } = this.chance.of(choosable);
    return this.change(id, { renameChoices: [{ from: this.chance.of(choices), to: this.text() }] });
  }

  private change(id: string, input: object) {
    return this.send("updateFieldDefinition(schedulerPreferenceFieldDefnId: $id, input: $input)", "$id: ID!, $input: UpdateFieldDefinitionInput!", { id, input });
  }

  private async retire() {
    const { id, propertyCode } = this.chance.of(await this.definitions());
    // The sample's own stay: some fields for values there have to be.
    return Number(id) < 322_600 && propertyCode === null ? null : this.send("retireFieldDefinition(schedulerPreferenceFieldDefnId: $id)", "$id: ID!", { id });
  }
}
