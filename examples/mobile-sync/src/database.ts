// SQLite, as the copy needs it. sql.js is SQLite in WebAssembly, which keeps the
// database in memory: it is written to its file after each transaction. On a phone
// the four methods are those of the SQLite that is there.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import initSqlJs, { type Database as Sqlite, type SqlValue } from "sql.js";

export class Database {
  private constructor(
    private readonly sqlite: Sqlite,
    private readonly file: string,
  ) {}

  static async open(file: string): Promise<Database> {
    const { Database: Opened } = await initSqlJs();
    return new Database(new Opened(existsSync(file) ? readFileSync(file) : undefined), file);
  }

  // define runs statements without values.
  define(sql: string): void {
    this.sqlite.exec(sql);
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.sqlite.run(sql, values);
  }

  all(sql: string, ...values: SqlValue[]): Record<string, SqlValue>[] {
    const statement = this.sqlite.prepare(sql);
    try {
      statement.bind(values);
      const rows: Record<string, SqlValue>[] = [];
      while (statement.step()) {
        rows.push(statement.getAsObject());
      }
      return rows;
    } finally {
      statement.free();
    }
  }

  // transaction does all of it or nothing, also when the program is killed meanwhile.
  transaction(does: () => void): void {
    this.sqlite.run("BEGIN");
    try {
      does();
      this.sqlite.run("COMMIT");
    } catch (error) {
      this.sqlite.run("ROLLBACK");
      throw error;
    }
    // A file that takes another's place is there whole.
    writeFileSync(`${this.file}.new`, this.sqlite.export());
    renameSync(`${this.file}.new`, this.file);
  }
}
