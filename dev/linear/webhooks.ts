import { createHmac, randomUUID } from "node:crypto";
import type { Fault, Faults } from "../faults.js";
import type { Delivery } from "./model.js";
import type { Store, WebhookEvent } from "./store.js";

export type Webhooks = {
  enqueue: (organizationId: string, event: WebhookEvent) => void;
  /** Takes up what an earlier process left waiting. */
  resume(): void;
  /** Resolves when nothing is under way; what waits for a later attempt is left out. */
  settled(): Promise<void>;
  close(): void;
};

/** Held back until another one has left; if none comes, it leaves by itself. */
const reorderedAtLatestMs = 1_000;
const endedToKeep = 500;

/** Sends signed webhooks to the app, and again where it does not answer 200 in time. */
export function webhooks(store: Store, send: (request: Request) => Promise<Response>, faults: Faults): Webhooks {
  const timers = new Set<NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let held: (() => void)[] = [];

  const later = (ms: number, action: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, ms);
    timers.add(timer);
  };

  const track = (work: Promise<void>) => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };

  const attempt = async (delivery: Delivery, deliveryId: string) => {
    const at = store.now();
    const status = await post(store, send, delivery, deliveryId);
    if (delivery.status !== "waiting") return;
    delivery.attempts.push({ at, deliveryId, status });
    const delayMs = store.app.webhookRetryDelaysMs[delivery.attempts.length - 1];
    if (status === 200) end(store, delivery, "delivered");
    else if (delayMs === undefined) end(store, delivery, "failed");
    else {
      delivery.dueAt = store.now() + delayMs;
      later(delayMs, () => track(attempt(delivery, idOfRetry(store, deliveryId))));
    }
    store.touch();
  };

  const leave = (delivery: Delivery, twice: boolean) => {
    const waiting = held;
    held = [];
    track(
      (async () => {
        const first = attempt(delivery, delivery.id);
        if (twice) await post(store, send, delivery, idOfRetry(store, delivery.id));
        await first;
        for (const release of waiting) release();
      })(),
    );
  };

  const start = (delivery: Delivery, drawn: Fault[]) => {
    const has = (kind: Fault["kind"]) => drawn.find((fault) => fault.kind === kind);
    const twice = has("duplicate") !== undefined;
    const delay = has("delay") ?? has("latency");
    if (has("drop")) end(store, delivery, "dropped");
    else if (delay) later(delay.ms ?? 1_000, () => leave(delivery, twice));
    else if (has("reorder")) {
      let released = false;
      const release = () => {
        if (!released) leave(delivery, twice);
        released = true;
      };
      held.push(release);
      later(has("reorder")?.ms ?? reorderedAtLatestMs, release);
    } else leave(delivery, twice);
  };

  return {
    enqueue(organizationId, event) {
      const { app, world } = store;
      if (!app.webhookUrl || !app.webhookTypes.includes(event.type)) return;
      const delivery: Delivery = {
        id: randomUUID(),
        type: event.type,
        action: event.action,
        organizationId,
        body: {
          ...event,
          createdAt: store.stamp(),
          organizationId,
          // Data events are a webhook's and name no app; the others are the app's own.
          ...("data" in event ? {} : { oauthClientId: app.clientId }),
          webhookId: app.webhookId,
        },
        status: "waiting",
        attempts: [],
        dueAt: store.now(),
      };
      world.deliveries.push(delivery);
      prune(store);
      store.touch();
      start(delivery, faults.draw(`webhook:${event.type}`));
    },
    resume() {
      for (const delivery of store.world.deliveries) {
        if (delivery.status !== "waiting") continue;
        const last = delivery.attempts.at(-1)?.deliveryId;
        const id = last ? idOfRetry(store, last) : delivery.id;
        later(Math.max(0, delivery.dueAt - store.now()), () => track(attempt(delivery, id)));
      }
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** The HTTP status of the app's answer; null where none came in time. */
async function post(
  store: Store,
  send: (request: Request) => Promise<Response>,
  { type, body }: Delivery,
  deliveryId: string,
): Promise<number | null> {
  const { webhookUrl, webhookSecret, webhookTimeoutMs } = store.app;
  if (!webhookUrl || !body) return null;
  const timestamp = store.now();
  const raw = JSON.stringify({ ...body, webhookTimestamp: timestamp });
  const signal = AbortSignal.timeout(webhookTimeoutMs);
  const tooLate = new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
  const request = new Request(webhookUrl, {
    method: "POST",
    body: raw,
    signal,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "User-Agent": "Linear-Webhook",
      "Linear-Delivery": deliveryId,
      "Linear-Event": type,
      "Linear-Signature": createHmac("sha256", webhookSecret).update(raw).digest("hex"),
      "Linear-Timestamp": String(timestamp),
    },
  });
  const answered = send(request).then(
    async (response) => {
      await response.body?.cancel();
      return response.status;
    },
    () => null,
  );
  return Promise.race([answered, tooLate]);
}

function idOfRetry(store: Store, deliveryId: string): string {
  return store.switches.webhookRetryDeliveryId === "same" ? deliveryId : randomUUID();
}

function end(store: Store, delivery: Delivery, status: Delivery["status"]): void {
  delivery.status = status;
  delivery.body = null;
  store.touch();
}

function prune(store: Store): void {
  const { deliveries } = store.world;
  if (deliveries.length <= endedToKeep * 2) return;
  const ended = deliveries.filter((delivery) => delivery.status !== "waiting");
  const old = new Set(ended.slice(0, -endedToKeep));
  store.world.deliveries = deliveries.filter((delivery) => !old.has(delivery));
}
