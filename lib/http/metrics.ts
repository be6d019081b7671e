import { toExposition } from "./exposition.js";
import type { Figure } from "../domain/metrics.js";
import type { Log } from "../ports.js";
import type { MetricsStore } from "../ports-operating.js";
import { bears } from "./secret.js";

export type MetricsDeps = {
  metrics: MetricsStore;
  /** What a scraper must show; null where nobody may. */
  token: string | null;
  log: Log;
};

/** The figures for Prometheus. A part that cannot be read is left out and says so; without the database there is still an answer. */
export const metrics =
  (deps: () => MetricsDeps) =>
  async (request: Request): Promise<Response> => {
    const { metrics: store, token, log } = deps();
    if (token === null) return plain("Not found\n", 404);
    if (!bears(request, token)) return plain("Not signed in\n", 401, { "www-authenticate": "Bearer" });
    const parts = [
      await collect("fold", async () => store.fold().then(() => []), log),
      await collect("sums", () => store.sums(), log),
      ...(await Promise.all([
        collect("sessions", () => store.sessions(), log),
        collect("states", () => store.states(), log),
      ])),
    ];
    const isUp = parts.some(({ figures }) => figures !== null);
    const figures = [
      ...parts.flatMap((part) => part.figures ?? []),
      figure("planning_database_up", "", isUp ? 1 : 0),
      ...parts.map((part) => figure("planning_metrics_collected", part.name, part.figures === null ? 0 : 1)),
    ];
    return plain(toExposition(figures), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "private, max-age=5",
    });
  };

async function collect(
  name: string,
  read: () => Promise<Figure[]>,
  log: Log,
): Promise<{ name: string; figures: Figure[] | null }> {
  try {
    return { name, figures: await read() };
  } catch (error) {
    log.error("metrics.part_failed", { part: name, reason: error instanceof Error ? error.name : "unknown" });
    return { name, figures: null };
  }
}

const figure = (name: string, label: string, value: number): Figure => ({
  name,
  organizationId: "",
  label,
  bucket: "",
  value,
});

const plain = (text: string, status: number, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...headers },
  });
