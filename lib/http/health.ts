import type { Log } from "../ports.js";

export type HealthDeps = { ping: () => Promise<void>; log: Log; version: string };

/** Says whether the database can be reached and which version runs; 503 where it cannot. */
export const health =
  (deps: () => HealthDeps) =>
  async (_request: Request): Promise<Response> => {
    const { ping, log, version } = deps();
    try {
      await ping();
      return Response.json({ status: "ok", version });
    } catch {
      log.error("health.database_unreachable", { version });
      return Response.json({ status: "database_unreachable", version }, { status: 503 });
    }
  };
