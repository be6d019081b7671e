import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

const installations = "/usr/lib/postgresql";

/** A PostgreSQL server of its own in a temporary directory; `restart` kills it as a crash does and starts it again on the same data. */
export type PostgresServer = { url: string; restart(): Promise<void>; stop(): Promise<void> };

/** Starts the newest PostgreSQL that Debian's packages have installed, without durability: its data live as long as the server. `more` are settings, each `name=value`. */
export async function startPostgres(more: string[] = []): Promise<PostgresServer> {
  const bin = newestInstallation();
  const dir = mkdtempSync(join(tmpdir(), "postgres-"));
  const account = serverAccount();
  if (account) chownSync(dir, account.uid, account.gid);
  const data = join(dir, "data");
  execFileSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"],
    { ...account, cwd: dir, stdio: ["ignore", "ignore", "inherit"] },
  );
  // A socket in the directory instead of a port, which another process could take before the server does.
  const url = `postgres://postgres:local@localhost/postgres?host=${encodeURIComponent(dir)}`;

  const start = async () => {
    const settings = [
      "fsync=off",
      "synchronous_commit=off",
      "full_page_writes=off",
      "max_connections=200",
      "timezone=UTC",
      ...more,
    ];
    const server = spawn(
      join(bin, "postgres"),
      ["-D", data, "-k", dir, "-h", "", ...settings.flatMap((setting) => ["-c", setting])],
      { ...account, cwd: dir, stdio: ["ignore", "ignore", "pipe"] },
    );
    let log = "";
    server.stderr.on("data", (chunk: Buffer) => void (log = (log + chunk.toString()).slice(-4000)));
    const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
    await untilReady(url, () => {
      if (server.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${log}`);
    });
    return { server, ended };
  };

  let running = await start();
  const killWithParent = () => void running.server.kill("SIGQUIT");
  process.on("exit", killWithParent);
  const halt = async () => {
    running.server.kill("SIGQUIT");
    await running.ended;
  };
  return {
    url,
    async restart() {
      await halt();
      running = await start();
    },
    async stop() {
      process.off("exit", killWithParent);
      await halt();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Creates a database on the server of `url`, a copy of `template` where one is named, and returns its URL. */
export async function createDatabase(url: string, name: string, template?: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const from = template === undefined ? "" : ` template ${pg.escapeIdentifier(template)}`;
    await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
    await client.query(`create database ${pg.escapeIdentifier(name)}${from}`);
  } finally {
    await client.end();
  }
  const created = new URL(url);
  created.pathname = `/${name}`;
  return created.href;
}

function newestInstallation(): string {
  const versions = existsSync(installations)
    ? readdirSync(installations).filter((version) => existsSync(join(installations, version, "bin", "initdb")))
    : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (!newest) throw new Error(`No PostgreSQL in ${installations}: apt-get install postgresql`);
  return join(installations, newest, "bin");
}

/** PostgreSQL refuses to run as root; the package has made an account for it. */
function serverAccount(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function untilReady(url: string, assertRunning: () => void): Promise<void> {
  for (;;) {
    assertRunning();
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await pause(50);
    }
  }
}
