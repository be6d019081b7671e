import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Owner = { pid: number; startedAt: string | null };

/**
 * Makes this process the owner of a directory until the returned function is called. Throws one line that names the other owner where
 * a living process has it; a dead owner's lock is taken over.
 */
export function lockDirectory(dir: string): () => void {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, "owner.json");
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startedAt: startedAt(process.pid) } satisfies Owner));
  try {
    while (!linked(mine, path)) {
      const owner = readOwner(path);
      if (owner && isAlive(owner))
        throw new Error(`${dir} is in use by process ${owner.pid}; stop it or choose another directory`);
      setAside(path, `${mine}.dead`, owner);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  const release = () => {
    process.off("exit", release);
    rmSync(path, { force: true });
  };
  process.on("exit", release);
  return release;
}

/** Creates the lock with its content in one step, which writing a new file would not. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Two processes may find the same dead owner: the slower one must not take away the lock that the faster one now holds. */
function setAside(path: string, aside: string, dead: Owner | null): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const taken = readOwner(aside);
  if (taken?.pid !== dead?.pid || taken?.startedAt !== dead?.startedAt) linked(aside, path);
  rmSync(aside, { force: true });
}

function readOwner(path: string): Owner | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Owner;
  } catch {
    return null;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return owner.startedAt === null || owner.startedAt === startedAt(owner.pid);
}

/** Tells a process from a later one with the same id, where the system says when it started. */
function startedAt(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${boot} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
  } catch {
    return null;
  }
}
