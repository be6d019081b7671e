import { createHash } from "node:crypto";
import type { Route } from "../../contract/route.js";
import { RequestError } from "../../domain/errors.js";
import type { Principal } from "../../domain/principal.js";
import type { Log } from "../../ports.js";
import type { IdempotencyStore } from "../../ports-people.js";

/** An answer before it is sent. */
export type Reply = { status: number; headers: Record<string, string>; body: string | null };

/** The `Idempotency-Key` of a request that may be repeated, else null. */
export function idempotencyKeyOf(route: Route, request: Request, principal: Principal | null): string | null {
  const key = request.headers.get("idempotency-key");
  if (key === null || !route.isRepeatable || !principal) return null;
  if (key === "" || key.length > 200)
    throw new RequestError("invalid_request", 400, "An Idempotency-Key has 1 to 200 characters");
  return key;
}

/**
 * Runs a request with an `Idempotency-Key` once, and answers its repeats with what was answered first. One that failed may be tried again;
 * what it makes has the same id then.
 */
export async function once(
  work: { principal: Principal; key: string; request: Request; raw: string; contentType: string },
  { idempotency, log }: { idempotency: IdempotencyStore; log: Log },
  run: (newId: string) => Promise<Reply>,
): Promise<Reply> {
  const { principal, key, request, raw, contentType } = work;
  const { pathname, search } = new URL(request.url);
  const hash = createHash("sha256")
    .update(JSON.stringify([request.method, pathname, search, raw]))
    .digest("base64url");
  const begun = await idempotency.begin(principal, key, hash);
  if (begun.kind === "other")
    throw new RequestError("idempotency_key_reused", 422, "This Idempotency-Key was used for another request");
  if (begun.kind === "running")
    throw new RequestError("idempotency_key_busy", 409, "The first request with this Idempotency-Key is at work", {
      retryAfterMs: 1_000,
    });
  if (begun.kind === "done")
    return {
      status: begun.status,
      headers: { "content-type": contentType, "idempotency-replayed": "true" },
      body: begun.body === "" ? null : begun.body,
    };

  const failed = (event: string) => (reason: unknown) =>
    log.warn(event, { code: reason instanceof Error ? reason.name : "unknown" });
  const reply = await run(begun.newId).catch(async (error: unknown) => {
    // What was refused has done nothing; anything else may have, and is the same thing when it is tried again.
    const free = error instanceof RequestError ? idempotency.forget : idempotency.release;
    await free(principal, key).catch(failed("idempotency.not_freed"));
    throw error;
  });
  // It is done: that nobody noted it must not make the caller do it again.
  const answered = { status: reply.status, body: reply.body ?? "" };
  await idempotency.finish(principal, key, answered).catch(failed("idempotency.not_finished"));
  return reply;
}
