import type { Delivery } from "../domain/delivery.js";
import { deliverBehind } from "../pipeline/deliver.js";
import { receive } from "../pipeline/receive.js";
import type { Delivering, InboxStore } from "../ports.js";
import { readRaw, requireJson, respond } from "./respond.js";

export type IntakeDeps = {
  verify: (request: { raw: Uint8Array; headers: Headers }) => Delivery;
  inbox: InboxStore;
  world: Delivering;
  /** Lets work go on after the answer. */
  waitUntil: (work: Promise<unknown>) => void;
};

/**
 * Takes in one webhook of Linear: verify, store, queue the step, answer; words go out behind the answer. Once the delivery is stored the
 * answer is 200 whatever else fails, because the sweep delivers what is left.
 */
export const linearWebhook =
  (deps: () => IntakeDeps) =>
  (request: Request): Promise<Response> => {
    const { verify, inbox, world, waitUntil } = deps();
    return respond(request, world, "webhook", async () => {
      requireJson(request);
      const delivery = verify({ raw: await readRaw(request), headers: request.headers });
      const { outcome, ...sending } = await receive(delivery, inbox);
      world.log.info("webhook.received", { type: delivery.event.type, meaning: delivery.meaning, outcome });
      await deliverBehind(sending, { world, waitUntil });
      return Response.json({ outcome });
    });
  };
