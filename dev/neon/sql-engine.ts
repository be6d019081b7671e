/** A database behind Neon's HTTP protocol. */
export type SqlEngine = {
  /** Runs one query on its own, or several as one transaction where `transaction` is given. Values go in and come out as text. */
  run(queries: SqlQuery[], options: { transaction: TransactionOptions | null }): Promise<SqlResult[]>;
  /** Runs a script of any number of statements: migrations, fixtures. */
  exec(script: string): Promise<void>;
  close(): Promise<void>;
};

export type SqlQuery = { query: string; params: (string | null)[] };

export type TransactionOptions = { isolationLevel?: IsolationLevel; readOnly?: boolean; deferrable?: boolean };
export type IsolationLevel = keyof typeof isolationLevels;

export type SqlResult = {
  command: string;
  rowCount: number | null;
  rowAsArray: true;
  fields: { name: string; dataTypeID: number }[];
  rows: (string | null)[][];
};

/** The database's own refusal, as opposed to a connection that broke. */
export type DatabaseError = Error & { code: string; severity: string };

export const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error &&
  "severity" in error &&
  "code" in error &&
  typeof error.code === "string" &&
  /^[0-9A-Z]{5}$/.test(error.code);

export const isolationLevels = {
  ReadUncommitted: "read uncommitted",
  ReadCommitted: "read committed",
  RepeatableRead: "repeatable read",
  Serializable: "serializable",
} as const;

/** The statement that gives an open transaction these properties; null where it has none to give. */
export function setTransaction(options: TransactionOptions): string | null {
  const modes: string[] = [];
  if (options.isolationLevel) modes.push(`isolation level ${isolationLevels[options.isolationLevel]}`);
  if (options.readOnly !== undefined) modes.push(options.readOnly ? "read only" : "read write");
  if (options.deferrable !== undefined) modes.push(options.deferrable ? "deferrable" : "not deferrable");
  return modes.length > 0 ? `set transaction ${modes.join(", ")}` : null;
}

/**
 * What must run before the next request may have this connection: every request to Neon starts a session of its own, so an open
 * transaction or a setting must not reach the next one.
 */
export function cleanUpAfter(results: SqlResult[]): string[] {
  const commands = new Set(results.map((result) => result.command));
  if (commands.has("BEGIN") || commands.has("START")) return ["rollback", "discard all"];
  return ["SET", "PREPARE", "LISTEN", "DECLARE", "RESET"].some((command) => commands.has(command))
    ? ["discard all"]
    : [];
}
