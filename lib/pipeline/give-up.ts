import type { SessionId } from "../domain/ids.js";
import { gaveUp } from "../domain/wording/failures.js";
import type { World } from "../ports.js";
import type { StepMessage } from "../ports-services.js";
import { deliver } from "./deliver.js";
import { move } from "./move.js";
import { giveUpSync } from "./run-sync.js";

/**
 * The queue has used up its retries of a step. The session fails in words, so that a person can ask to go on, unless it has moved since or
 * somebody is at work on it.
 */
export async function giveUp(message: StepMessage, reason: string, world: World): Promise<"failed" | "ignored"> {
  if (message.kind === "sync") return giveUpSync(message, reason, world);
  const loaded = await world.sessions.load(message.id as SessionId);
  if (!loaded || loaded.session.version !== message.version || loaded.session.status !== "processing") return "ignored";
  if (loaded.session.stopRequested || (loaded.plan && (await world.leases.isHeld(loaded.plan.id)))) return "ignored";
  const words = gaveUp(loaded.session.step, reason);
  const outcome = await move(
    world.sessions,
    loaded.session,
    {
      event: { type: "failed", failure: { code: "step_gave_up", words } },
      say: [{ content: { type: "error", body: words } }],
      log: [{ type: "step.gave_up", body: { reason }, actor: "agent" }],
    },
    "queue",
  );
  if (outcome !== "committed") return "ignored";
  await deliver(loaded.session.id, world);
  return "failed";
}
