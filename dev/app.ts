/** The application on this machine: the production handlers, composed for a local world. */
import { createApi } from "../lib/compose/api.js";
import { createConsole } from "../lib/compose/console.js";
import { openBase } from "../lib/compose/delivering.js";
import { type Environment, readEnvironment } from "../lib/compose/env.js";
import { createHealth } from "../lib/compose/health.js";
import { createIntake } from "../lib/compose/intake.js";
import { createMetrics } from "../lib/compose/metrics.js";
import { createPageIntake } from "../lib/compose/page-intake.js";
import { createStream } from "../lib/compose/stream.js";
import { createWorker } from "../lib/compose/worker.js";
import { v1 } from "../lib/http/api/v1.js";
import { health } from "../lib/http/health.js";
import { confluenceWebhook } from "../lib/http/confluence-webhook.js";
import { linearWebhook } from "../lib/http/linear-webhook.js";
import { metrics } from "../lib/http/metrics.js";
import { oauth } from "../lib/http/oauth.js";
import { failures, steps, sweeping } from "../lib/http/steps.js";
import { streams } from "../lib/http/stream.js";
import { sweep } from "../lib/pipeline/sweep.js";
import type { Log } from "../lib/ports.js";
import type { Routes } from "./host.js";
import type { LocalWorld } from "./world.js";

/** Each function of `api/` at its path, as `vercel.json` routes it; a test holds the two against each other. */
export function appRoutes(env: Environment, log: Log): Routes {
  const intake = { ...createIntake(env), waitUntil: (work: Promise<unknown>) => void work };
  const createdPageIntake = createPageIntake(env);
  const pageIntake = { ...createdPageIntake, world: { ...createdPageIntake.world, log } };
  const worker = createWorker(env);
  const quiet = { world: { ...intake.world, log } };
  const withLog = { ...worker, world: { ...worker.world, log } };
  const console = createConsole(env);
  const createdApi = { ...createApi(env), waitUntil: intake.waitUntil };
  const figures = { ...createMetrics(env), log };
  const identity = { ...console, world: { ...console.world, log } };
  const api = v1(() => ({ ...createdApi, world: { ...createdApi.world, log }, log, checkAnswers: true }));
  const createdStream = createStream(env, openBase(env), log);
  const stream = streams(() => createdStream);
  return {
    "/api/plan": api,
    "/api/planning": api,
    "/api/v1": api,
    "/api/plan/*/stream": stream,
    "/api/v1/sessions/*/stream": stream,
    "/api/webhooks/confluence": confluenceWebhook(() => pageIntake),
    "/api/webhooks/linear": linearWebhook(() => ({ ...intake, ...quiet })),
    "/api/steps": steps(() => withLog),
    "/api/failures": failures(() => withLog),
    "/api/sweep": sweeping(() => withLog),
    "/oauth": oauth(() => identity),
    "/api/metrics": metrics(() => figures),
    "/api/health": health(() => createHealth(env)),
  };
}

export type App = { worker: ReturnType<typeof createWorker>; stop(): void };

/** Mounts the application in the world and sweeps every `sweepMs`. */
export function startApp(world: LocalWorld, log: Log, sweepMs = 5_000): App {
  const env = readEnvironment(world.env);
  world.mount(appRoutes(env, log));
  const worker = createWorker(env);
  const timer = setInterval(
    () =>
      void sweep({ ...worker.world, log }).catch((error: unknown) =>
        log.error("sweep.failed", { reason: String(error) }),
      ),
    sweepMs,
  );
  return { worker, stop: () => clearInterval(timer) };
}

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
