import { giveUp } from "../pipeline/give-up.js";
import { runStep } from "../pipeline/run-step.js";
import { sweep } from "../pipeline/sweep.js";
import type { World } from "../ports.js";
import type { StepMessage } from "../ports-services.js";
import { readRaw, respond } from "./respond.js";
import { bears } from "./secret.js";

export type WorkerDeps = {
  world: World;
  /** Throws RequestError where the queue has not signed these bytes for this path. */
  verify: (request: { headers: Headers; body: string; path: string }) => Promise<void>;
  readStep: (body: string) => StepMessage;
  readFailure: (body: string) => { message: StepMessage; reason: string };
  /** The scheduler's own secret, for callers that are not the queue; null allows only the queue. */
  cronSecret: string | null;
  /** What the sweep looks after besides deliveries. */
  upkeep: () => Promise<void>;
};

/** Runs the pipeline step that the queue brings. A message ahead of the database comes again. */
export const steps =
  (deps: () => WorkerDeps) =>
  (request: Request): Promise<Response> => {
    const { world, verify, readStep } = deps();
    return respond(request, world, "step", async () => {
      const message = readStep(await verified(request, verify));
      const outcome = await inSpan(message, world, () => runStep(message, world));
      return outcome === "ahead"
        ? Response.json({ outcome }, { status: 503, headers: { "Retry-After": "1" } })
        : Response.json({ outcome });
    });
  };

/** Hears of steps that the queue gave up on. */
export const failures =
  (deps: () => WorkerDeps) =>
  (request: Request): Promise<Response> => {
    const { world, verify, readFailure } = deps();
    return respond(request, world, "failure", async () => {
      const { message, reason } = readFailure(await verified(request, verify));
      return Response.json({ outcome: await giveUp(message, reason, world) });
    });
  };

/** Runs the sweep for the queue's schedule, or for a scheduler that knows the secret. */
export const sweeping =
  (deps: () => WorkerDeps) =>
  (request: Request): Promise<Response> => {
    const { world, verify, cronSecret, upkeep } = deps();
    return respond(request, world, "sweep", async () => {
      const isCron = cronSecret !== null && bears(request, cronSecret);
      if (!isCron) await verified(request, verify);
      const swept = await sweep(world);
      await upkeep();
      return Response.json(swept);
    });
  };

function inSpan<T>({ id, step, version }: StepMessage, { tracer }: World, run: () => Promise<T>): Promise<T> {
  if (!tracer) return run();
  const attributes = { "session.id": id, "session.version": version };
  return tracer.span({ name: `step ${step}`, kind: "internal", attributes }, run);
}

async function verified(request: Request, verify: WorkerDeps["verify"]): Promise<string> {
  const body = Buffer.from(await readRaw(request)).toString("utf8");
  await verify({ headers: request.headers, body, path: new URL(request.url).pathname });
  return body;
}
