/**
 * The application alone in a process of its own, for worlds that outlive it: its functions on one port, and the sweep that a scheduler
 * would call. Settings come from the environment; `PORT` 0 takes a free port, and a parent process hears which.
 */
import { readEnvironment } from "../lib/compose/env.js";
import { jsonLog } from "../lib/compose/log.js";
import { createWorker } from "../lib/compose/worker.js";
import { sweep } from "../lib/pipeline/sweep.js";
import { appRoutes } from "./app.js";
import { serve } from "./host.js";

async function main(): Promise<void> {
  const env = readEnvironment(process.env);
  const log = jsonLog();
  const { world } = createWorker(env);
  const host = await serve({ port: Number(process.env.PORT ?? 0), routes: appRoutes(env, log) });
  setInterval(
    () => void sweep({ ...world, log }).catch((error: unknown) => log.error("sweep.failed", { reason: String(error) })),
    Number(process.env.SWEEP_MS ?? 5_000),
  );

  // Who was started by a process ends with it.
  process.once("disconnect", () => process.exit(0));
  process.send?.({ url: host.url });
  log.info("app.listening", { url: host.url });
}

// Not awaited at the top, so that it can be bundled as a script, whose compiled code can be kept.
void main();
