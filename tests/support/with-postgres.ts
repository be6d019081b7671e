/** `tsx tests/support/with-postgres.ts COMMAND…` runs a command while a PostgreSQL server of its own listens at `TEST_POSTGRES_URL`. */
import { spawn } from "node:child_process";
import { startPostgres } from "./postgres.js";

const [command, ...args] = process.argv.slice(2);
if (command === undefined) throw new Error("Which command?");
const server = await startPostgres();
const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, TEST_POSTGRES_URL: server.url } });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void child.kill(signal));
const code = await new Promise<number>((resolve, reject) => {
  child.once("error", reject);
  child.once("exit", (exitCode) => resolve(exitCode ?? 1));
});
await server.stop();
process.exitCode = code;
