import type { SqlEngine } from "../../dev/neon/sql-engine.js";

/** What the tables of a database hold, as text, so that another one can begin with it. */
export async function copyRows(engine: SqlEngine): Promise<string> {
  const tables = await valuesOf(engine, "select tablename from pg_tables where schemaname = 'public' order by 1");
  const copies: [table: string, columns: string, rows: string][] = [];
  for (const table of tables) {
    const [columns = ""] = await valuesOf(
      engine,
      `select string_agg(quote_ident(column_name), ', ') from information_schema.columns
        where table_schema = 'public' and table_name = '${table}' and is_generated = 'NEVER'`,
    );
    const [rows = "[]"] = await valuesOf(
      engine,
      `select coalesce(jsonb_agg(to_jsonb(t)), '[]')::text from "${table}" t`,
    );
    copies.push([table, columns, rows]);
  }
  return JSON.stringify(copies);
}

/** Fills an empty, migrated database with such a copy. */
export async function pasteRows(engine: SqlEngine, copy: string): Promise<void> {
  const copies = JSON.parse(copy) as [table: string, columns: string, rows: string][];
  await engine.run(
    [
      // Rows come in any order, so references are not looked at before all are there.
      { query: "set local session_replication_role = replica", params: [] },
      ...copies
        .filter(([, , rows]) => rows !== "[]")
        .map(([table, columns, rows]) => ({
          query: `insert into "${table}" (${columns}) overriding system value select ${columns} from jsonb_populate_recordset(null::"${table}", $1::jsonb)`,
          params: [rows],
        })),
    ],
    { transaction: {} },
  );
}

async function valuesOf(engine: SqlEngine, query: string): Promise<string[]> {
  const [result] = await engine.run([{ query, params: [] }], { transaction: null });
  return (result?.rows ?? []).flatMap(([value]) => value ?? []);
}
