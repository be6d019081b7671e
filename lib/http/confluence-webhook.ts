import { RequestError } from "../domain/errors.js";
import type { PageEvent } from "../domain/page-event.js";
import { publishRuns } from "../pipeline/publish-runs.js";
import type { World } from "../ports.js";
import type { PageEventStore } from "../ports-sync.js";
import { readRaw, respond } from "./respond.js";

type Received = { raw: Uint8Array; headers: Headers };

export type PageIntakeDeps = {
  webhooks: {
    readForge(webhook: Received): Promise<PageEvent>;
    readAutomation(connectionId: string, webhook: Received): Promise<PageEvent>;
    readDataCenter(connectionId: string, webhook: Received): Promise<PageEvent>;
  };
  pages: PageEventStore;
  world: Pick<World, "queue" | "log" | "tracer">;
};

/**
 * Takes in one webhook of Confluence, each of the three senders on a path of its own: verify, make the runs of the page's plans due, answer. A
 * run whose message cannot be queued now is found by the sweep.
 */
export const confluenceWebhook =
  (deps: () => PageIntakeDeps) =>
  (request: Request): Promise<Response> => {
    const { webhooks, pages, world } = deps();
    return respond(request, world, "page_webhook", async () => {
      const event = await read(new URL(request.url).pathname, request, webhooks);
      if (event.kind === "test" || event.kind === "ignored") return Response.json({ outcome: event.kind });
      const runs = await pages.pageChanged(event);
      world.log.info("page_webhook.received", { kind: event.kind, change: event.change, runs: runs.length });
      await publishRuns(runs, world).catch((reason: unknown) =>
        world.log.warn("page_webhook.left_to_sweep", { reason: String(reason) }),
      );
      return Response.json({ outcome: runs.length > 0 ? "accepted" : "ignored" });
    });
  };

async function read(path: string, request: Request, webhooks: PageIntakeDeps["webhooks"]): Promise<PageEvent> {
  const [, sender, connectionId = ""] =
    /\/confluence\/(forge|automation|data-center)(?:\/([0-9a-f-]{36}))?\/?$/.exec(path) ?? [];
  if (!sender || (sender === "forge") !== (connectionId === ""))
    throw new RequestError(
      "unknown_webhook",
      404,
      "Webhooks come to /forge, /automation/{connection} or /data-center/{connection}",
    );
  const received = { raw: await readRaw(request), headers: request.headers };
  if (sender === "forge") return webhooks.readForge(received);
  return sender === "automation"
    ? webhooks.readAutomation(connectionId, received)
    : webhooks.readDataCenter(connectionId, received);
}
