import { FatalError, RequestError, RetryableError } from "../domain/errors.js";
import type { World } from "../ports.js";
import { inRequest } from "./request.js";

/** The largest body that is read; a provider's event is far smaller. */
const maxBodyBytes = 4 * 1024 * 1024;

/** Answers a request; the only place that knows which error is which status. What went wrong is logged by code, never by content. */
export const respond = (
  request: Request,
  world: Pick<World, "log" | "tracer">,
  name: string,
  handle: () => Promise<Response>,
): Promise<Response> =>
  inRequest(request, { log: world.log, tracer: world.tracer, name, operation: name }, async () => {
    try {
      return await handle();
    } catch (error) {
      return toResponse(error, name, world.log);
    }
  });

function toResponse(error: unknown, name: string, log: World["log"]): Response {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unexpected";
  if (error instanceof RequestError) {
    log.warn(`${name}.refused`, { code, status: error.status });
    return Response.json({ error: { code, message: error.message } }, { status: error.status });
  }
  log.error(`${name}.failed`, { code, reason: error instanceof Error ? error.name : "unknown" });
  if (error instanceof RetryableError) return retryLater(code, error.retryAfterMs);
  if (error instanceof FatalError)
    return Response.json({ error: { code } }, { status: 489, headers: { "Upstash-NonRetryable-Error": "true" } });
  return Response.json({ error: { code: "unexpected" } }, { status: 500 });
}

/** 429 where the other side named a time, 503 where it did not. */
function retryLater(code: string, retryAfterMs: number | null): Response {
  const seconds = Math.ceil((retryAfterMs ?? 1_000) / 1_000);
  return Response.json(
    { error: { code } },
    { status: retryAfterMs === null ? 503 : 429, headers: { "Retry-After": String(seconds) } },
  );
}

/** The body exactly as it was sent, for signatures; more than 4 MiB is refused before it is read to the end. */
export async function readRaw(request: Request): Promise<Uint8Array> {
  const tooLarge = () => new RequestError("body_too_large", 413, "The body is too large");
  if (Number(request.headers.get("content-length") ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Refuses what is not JSON by its own word; providers always say so. */
export function requireJson(request: Request): void {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? ""))
    throw new RequestError("not_json", 415, "The body must be application/json");
}
