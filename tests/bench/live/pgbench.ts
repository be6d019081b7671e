import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What PostgreSQL does by itself: clients that wait for nothing but the answer, all on one row. Latencies in ms. */
export function pgbench(
  url: string,
  statement: string,
  clients: number,
  seconds: number,
): { perSecond: number; latencies: number[] } {
  const dir = mkdtempSync(join(tmpdir(), "pgbench-"));
  try {
    writeFileSync(join(dir, "script.sql"), statement);
    const options = ["-n", "-M", "extended", "-c", String(clients), "-j", "2", "-T", String(seconds), "-l"];
    execFileSync("pgbench", [...options, "-f", "script.sql", url], { cwd: dir, stdio: ["ignore", "pipe", "pipe"] });
    const lines = readdirSync(dir)
      .filter((file) => file.startsWith("pgbench_log"))
      .flatMap((file) => readFileSync(join(dir, file), "utf8").trim().split("\n"));
    const latencies = lines.map((one) => Number(one.split(" ")[2]) / 1_000);
    return { perSecond: latencies.length / seconds, latencies };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
