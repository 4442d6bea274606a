// The copy: clients, the pairs of who may see whom, custom fields, and the place in
// the feed, in SQLite. It knows nothing of the network.
import { Database } from "./database.js";
import type { Changes, ClientRecord, Definition, FieldValue } from "./operations.js";

// [tables]
const tables = `
  CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT NOT NULL, definitionsVersion INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS clients (clientId TEXT PRIMARY KEY, record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS pairs (viewer TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (viewer, subject));
  CREATE INDEX IF NOT EXISTS pairsBySubject ON pairs (subject);
  CREATE TABLE IF NOT EXISTS fieldValues (clientId TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (clientId, field));
  CREATE TABLE IF NOT EXISTS definitions (field TEXT PRIMARY KEY, definition TEXT NOT NULL);
`;
// [/tables]

export class Copy {
  private constructor(private readonly db: Database) {}

  static async open(file: string): Promise<Copy> {
    const db = await Database.open(file);
    db.define(tables);
    return new Copy(db);
  }

  // place is where the copy is in the feed; null before it began.
  place(): { cursor: string; definitionsVersion: number } | null {
    const [row] = this.db.all("SELECT cursor, definitionsVersion FROM place");
    return row === undefined ? null : { cursor: String(row.cursor), definitionsVersion: Number(row.definitionsVersion) };
  }

  // [take]
  // take takes in a part of the feed, with its cursor: both or neither.
  take(part: Changes): void {
    this.db.transaction(() => {
      for (const { clientId, client } of part.changes) {
        this.forget(clientId);
        if (client !== null) {
          this.keep(client);
        }
      }
      const version = this.place()?.definitionsVersion ?? -1; // Until the definitions are read.
      this.db.run("INSERT OR REPLACE INTO place VALUES (1, ?, ?)", part.cursor, version);
    });
  }

  // forget drops a client, and all pairs that it is in.
  private forget(clientId: string): void {
    this.db.run("DELETE FROM clients WHERE clientId = ?", clientId);
    this.db.run("DELETE FROM fieldValues WHERE clientId = ?", clientId);
    this.db.run("DELETE FROM pairs WHERE viewer = ? OR subject = ?", clientId, clientId);
  }

  // keep puts a client in, with all pairs of both of its lists.
  private keep(client: ClientRecord): void {
    const { fields, clientIdsClientCanView, viewByClients, ...record } = client;
    this.db.run("INSERT INTO clients VALUES (?, ?)", client.clientId, JSON.stringify(record));
    this.keepValues(client.clientId, fields);
    for (const subject of clientIdsClientCanView) {
      this.db.run("INSERT OR IGNORE INTO pairs VALUES (?, ?)", client.clientId, subject);
    }
    for (const viewer of viewByClients) {
      this.db.run("INSERT OR IGNORE INTO pairs VALUES (?, ?)", viewer.clientId, client.clientId);
    }
  }
  // [/take]

  // keepValues keeps the values that fields have of their own; one that stands for
  // a property has that of the record.
  private keepValues(clientId: string, fields: FieldValue[]): void {
    this.db.run("DELETE FROM fieldValues WHERE clientId = ?", clientId);
    for (const field of fields) {
      if (field.propertyCode === null && field.value !== null) {
        this.db.run("INSERT INTO fieldValues VALUES (?, ?, ?)", clientId, field.schedulerPreferenceFieldDefnId, JSON.stringify(field.value));
      }
    }
  }

  // definitions are the custom fields of the business, by id.
  definitions(): Definition[] {
    const rows = this.db.all("SELECT definition FROM definitions ORDER BY CAST(field AS INTEGER)");
    return rows.map((row) => JSON.parse(String(row.definition)) as Definition);
  }

  // takeDefinitions takes in the custom fields of a version, and the values that
  // were read anew because choices were renamed.
  takeDefinitions(version: number, definitions: Definition[], reread: { clientId: string; fields: FieldValue[] }[]): void {
    this.db.transaction(() => {
      this.db.run("DELETE FROM definitions");
      for (const definition of definitions) {
        this.db.run("INSERT INTO definitions VALUES (?, ?)", definition.schedulerPreferenceFieldDefnId, JSON.stringify(definition));
      }
      for (const { clientId, fields } of reread) {
        if (this.db.all("SELECT 1 FROM clients WHERE clientId = ?", clientId).length > 0) {
          this.keepValues(clientId, fields);
        }
      }
      this.db.run("UPDATE place SET definitionsVersion = ?", version);
    });
  }

  // forgetAll leaves nothing of what another token saw.
  forgetAll(): void {
    this.db.transaction(() => {
      for (const table of ["place", "clients", "pairs", "fieldValues", "definitions"]) {
        this.db.run(`DELETE FROM ${table}`);
      }
    });
  }

  ids(): string[] {
    return this.db.all("SELECT clientId FROM clients ORDER BY CAST(clientId AS INTEGER)").map((row) => String(row.clientId));
  }

  // [client]
  // client is a client as the API answers it, derived from what is held; null when
  // it is not held.
  client(clientId: string): ClientRecord | null {
    const [row] = this.db.all("SELECT record FROM clients WHERE clientId = ?", clientId);
    if (row === undefined) {
      return null;
    }
    const record = JSON.parse(String(row.record)) as ClientRecord;
    return {
      ...record,
      fields: this.fieldsOf(record),
      clientIdsClientCanView: this.other("subject", "viewer", clientId),
      viewByClients: this.other("viewer", "subject", clientId).map((viewer) => ({ clientId: viewer })),
    };
  }

  // other is the other side of a client's pairs, of clients that are held.
  private other(wanted: "viewer" | "subject", given: "viewer" | "subject", clientId: string): string[] {
    const rows = this.db.all(
      `SELECT ${wanted} AS id FROM pairs JOIN clients ON clients.clientId = ${wanted} WHERE ${given} = ? ORDER BY CAST(${wanted} AS INTEGER)`,
      clientId,
    );
    return rows.map((row) => String(row.id));
  }

  private fieldsOf(record: ClientRecord): FieldValue[] {
    const rows = this.db.all("SELECT field, value FROM fieldValues WHERE clientId = ?", record.clientId);
    const values = new Map(rows.map((row) => [String(row.field), JSON.parse(String(row.value)) as unknown]));
    return this.definitions().map(({ schedulerPreferenceFieldDefnId, label, propertyCode }) => {
      const value = propertyCode === null ? values.get(schedulerPreferenceFieldDefnId) : property(record, propertyCode);
      return { schedulerPreferenceFieldDefnId, label, propertyCode, value: value ?? null };
    });
  }
  // [/client]
}

// property is the value of a property as a field shows it.
function property(record: ClientRecord, name: string): unknown {
  return name === "timeZone" ? (record.timeZone as { timeZoneId: string } | null)?.timeZoneId : record[name];
}
