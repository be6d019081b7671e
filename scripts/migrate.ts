/** Brings the database of DATABASE_URL_UNPOOLED (or DATABASE_URL) up to date. Several may start at once: one applies, the others wait and find nothing to do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";

const folder = join(import.meta.dirname, "../drizzle");
/** Any number that nobody else locks. */
const lock = 4_711_202_601;

type Migration = { tag: string; when: number; hash: string };
type Applied = { when: number; hash: string };

/** Applies, in one transaction, the migrations that the database does not have. Throws where one would be skipped or has changed since. */
export async function applyMigrations(url: string, migrationsFolder = folder): Promise<{ applied: string[] }> {
  const migrations = readMigrations(migrationsFolder);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000 });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [lock]);
    const before = await readApplied(client);
    refuseWhatWouldBeSkipped(migrations, before);
    await migrate(drizzle({ client }), { migrationsFolder });
    const after = await readApplied(client);
    const missing = migrations.filter((migration) => !isApplied(migration, after));
    if (missing.length > 0) throw new Error(`Not applied although the migrator succeeded: ${names(missing)}`);
    return { applied: migrations.filter((migration) => !isApplied(migration, before)).map(({ tag }) => tag) };
  } finally {
    await client.end();
  }
}

/** The migrations of the journal. The migrator goes by `when` alone, so it has to rise from each to the next. */
function readMigrations(migrationsFolder: string): Migration[] {
  const journal = JSON.parse(readFileSync(join(migrationsFolder, "meta/_journal.json"), "utf8")) as {
    entries: { tag: string; when: number }[];
  };
  const files = readMigrationFiles({ migrationsFolder });
  const migrations = journal.entries.map(({ tag, when }, index) => ({ tag, when, hash: files[index]?.hash ?? "" }));
  for (const [index, migration] of migrations.entries()) {
    const earlier = migrations[index - 1];
    if (earlier && migration.when <= earlier.when)
      throw new Error(
        `${migration.tag} is stamped no later than ${earlier.tag}: a database that has that one would skip it silently. Generate it again.`,
      );
  }
  return migrations;
}

/** A migration stamped before the newest applied one is skipped without a word; one that has changed since is not applied again. */
function refuseWhatWouldBeSkipped(migrations: Migration[], applied: Applied[]): void {
  const newest = Math.max(0, ...applied.map(({ when }) => when));
  const skipped = migrations.filter((migration) => migration.when <= newest && !isApplied(migration, applied));
  if (skipped.length > 0)
    throw new Error(
      `${names(skipped)} would be skipped: the database already has a migration with a later stamp. Generate it again, so that it comes last.`,
    );
  const changed = migrations.filter(({ when, hash }) => applied.some((row) => row.when === when && row.hash !== hash));
  if (changed.length > 0)
    throw new Error(
      `${names(changed)} has changed since this database applied it. Put it back and add a new migration.`,
    );
}

async function readApplied(client: pg.Client): Promise<Applied[]> {
  const { rows: tables } = await client.query<{ table: string | null }>(
    `select to_regclass('drizzle.__drizzle_migrations')::text as "table"`,
  );
  if (!tables[0]?.table) return [];
  const { rows } = await client.query<{ created_at: string; hash: string }>(
    "select created_at, hash from drizzle.__drizzle_migrations",
  );
  return rows.map((row) => ({ when: Number(row.created_at), hash: row.hash }));
}

const isApplied = ({ when }: Migration, applied: Applied[]): boolean => applied.some((row) => row.when === when);
const names = (migrations: Migration[]): string => migrations.map(({ tag }) => tag).join(", ");

async function main(): Promise<number> {
  const url = process.env.DATABASE_URL_UNPOOLED || process.env.DATABASE_URL;
  if (!url) {
    console.error(
      "DATABASE_URL_UNPOOLED (or DATABASE_URL) is not set: the direct connection string of the database, without “-pooler” in its host.",
    );
    return 1;
  }
  if (URL.canParse(url) && new URL(url).hostname.includes("-pooler")) {
    console.error(
      "This is the pooled address, which keeps no lock. Migrations need the direct one: the host without “-pooler”.",
    );
    return 1;
  }
  try {
    const { applied } = await applyMigrations(url);
    console.log(applied.length > 0 ? `Applied ${applied.join(", ")}` : "The database is up to date");
    return 0;
  } catch (error) {
    console.error(`The database was not migrated. ${reason(error)}`);
    return 1;
  }
}

/** The innermost words: drizzle's own error repeats the whole statement. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reason(error.cause);
  return "code" in error && error.message === "" ? String(error.code) : error.message;
}

if (import.meta.filename === process.argv[1]) process.exitCode = await main();
