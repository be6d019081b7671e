/** Writes the entity-relationship diagram of the schema into docs/database.md; `--check` only says whether it is up to date. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getTableName, is } from "drizzle-orm";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import * as core from "../lib/db/schema.js";
import * as access from "../lib/db/schema-access.js";
import * as live from "../lib/db/schema-live.js";
import * as messages from "../lib/db/schema-messages.js";
import * as metrics from "../lib/db/schema-metrics.js";
import * as sync from "../lib/db/schema-sync.js";

const document = join(import.meta.dirname, "../docs/database.md");
const [start, end] = ["<!-- diagram: npm run db:diagram -->", "<!-- end of diagram -->"];

/** Every table of the schema, by name. */
export const schemaTables = (): PgTable[] =>
  Object.values<unknown>({ ...core, ...access, ...live, ...messages, ...metrics, ...sync })
    .filter((value): value is PgTable => is(value, PgTable))
    .sort((a, b) => (getTableName(a) < getTableName(b) ? -1 : 1));

/** The document with the diagram of the schema as it is now between its two marks. */
export function withDiagram(text: string): string {
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/database.md needs the lines ${start} and ${end}`);
  return `${text.slice(0, from)}${start}\n\n\`\`\`mermaid\n${diagram()}\n\`\`\`\n\n${text.slice(to)}`;
}

function diagram(): string {
  const tables = schemaTables().map(getTableConfig);
  const relations = tables.flatMap((table) => table.foreignKeys.map((key) => relation(table, key.reference())));
  return ["erDiagram", ...relations, ...tables.map(entity)].join("\n");
}

type Table = ReturnType<typeof getTableConfig>;
type Reference = ReturnType<Table["foreignKeys"][number]["reference"]>;

/** The many stand on the right; `o|` where a row may belong to none, `||` where it must. */
function relation(table: Table, { columns, foreignTable }: Reference): string {
  const isRequired = columns.every((column) => column.notNull);
  const isOnly = columns.every((column) => column.isUnique);
  const names = columns.map(({ name }) => name).join(", ");
  return `  ${getTableName(foreignTable)} ${isRequired ? "||" : "o|"}--${isOnly ? "o|" : "o{"} ${table.name} : "${names}"`;
}

function entity(table: Table): string {
  const primary = new Set([
    ...table.columns.filter((column) => column.primary).map(({ name }) => name),
    ...table.primaryKeys.flatMap((key) => key.columns.map(({ name }) => name)),
  ]);
  const foreign = new Set(table.foreignKeys.flatMap((key) => key.reference().columns.map(({ name }) => name)));
  const lines = table.columns.map((column) => {
    const keys = [
      primary.has(column.name) ? "PK" : "",
      foreign.has(column.name) ? "FK" : "",
      column.isUnique ? "UK" : "",
    ].filter(Boolean);
    const type = column.getSQLType().replace("timestamp with time zone", "timestamptz");
    return `    ${[type, column.name, keys.join(", ")].filter(Boolean).join(" ")}`;
  });
  return `  ${table.name} {\n${lines.join("\n")}\n  }`;
}

if (import.meta.filename === process.argv[1]) {
  const now = readFileSync(document, "utf8");
  const next = withDiagram(now);
  if (!process.argv.includes("--check")) writeFileSync(document, next);
  else if (next !== now) {
    console.error("docs/database.md does not show the schema as it is: npm run db:diagram");
    process.exitCode = 1;
  }
}
