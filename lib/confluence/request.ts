import type * as z from "zod/mini";
import { FatalError, RetryableError } from "../domain/errors.js";

/** How one connection reaches Confluence's REST API. */
export type ApiOptions = {
  /** Cloud with OAuth: `https://api.atlassian.com/ex/confluence/{cloudId}`; with an API token, and Data Center: the site itself. */
  apiBase: string;
  /** The value of the Authorization header, asked for before each call. */
  authorization: () => Promise<string>;
  /** Called once when Confluence refuses the authorization; afterwards `authorization` gives a new one. */
  onUnauthorized?: () => Promise<void>;
  fetch?: typeof fetch;
  timeoutMs?: number;
};

/**
 * Reads one resource, null where Confluence shows none to us. `optional` takes a refused authorization for null as well: a scope
 * that is missing for a side question must not end the connection.
 */
export type Get = <T>(path: string, schema: z.ZodMiniType<T>, need?: "required" | "optional") => Promise<T | null>;

/** The Authorization value of Cloud's API tokens. */
export function basicAuthorization(email: string, token: string): string {
  return `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`;
}

/** The Authorization value of OAuth access tokens and of Data Center's personal access tokens. */
export function bearerAuthorization(token: string): string {
  return `Bearer ${token}`;
}

/** A reader of the REST API that turns every refusal and accident into our errors, and never repeats by itself but for one refresh. */
export function apiReader(options: ApiOptions): Get {
  return async (path, schema, need = "required") => {
    let answer = await send(options, path);
    if (answer.status === 401 && need === "required" && options.onUnauthorized !== undefined) {
      await refresh(options.onUnauthorized);
      answer = await send(options, path);
    }
    if (answer.status === 401 && need === "required") throw revoked();
    if ([401, 403, 404, 410].includes(answer.status)) return null;
    if (answer.status !== 200) throw toError(answer);
    return parse(answer.text, schema);
  };
}

type Answer = { status: number; headers: Headers; text: string };

async function send(options: ApiOptions, path: string): Promise<Answer> {
  const authorization = await options.authorization();
  try {
    const response = await (options.fetch ?? fetch)(`${options.apiBase}${path}`, {
      headers: { authorization, accept: "application/json" },
      // Followed, the authorization would travel to wherever the answer points.
      redirect: "manual",
      signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    throw new RetryableError("confluence_unreachable", { cause });
  }
}

async function refresh(onUnauthorized: () => Promise<void>): Promise<void> {
  try {
    await onUnauthorized();
  } catch (cause) {
    throw cause instanceof FatalError ? revoked(cause) : cause;
  }
}

function toError({ status, headers }: Answer): RetryableError {
  const retryAfterMs = readRetryAfter(headers);
  const isRateLimit = status === 429 || (status === 503 && retryAfterMs !== null);
  return new RetryableError(isRateLimit ? "confluence_rate_limited" : "confluence_unavailable", {
    retryAfterMs,
    context: { status },
  });
}

/** Seconds, or a date; the reset of the quota where neither is given. */
function readRetryAfter(headers: Headers): number | null {
  const value = headers.get("retry-after");
  if (value !== null && /^\d+$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value ?? headers.get("x-ratelimit-reset") ?? "");
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function parse<T>(text: string, schema: z.ZodMiniType<T>): T {
  const read = schema.safeParse(readJson(text));
  if (read.success) return read.data;
  // The parser's message quotes what it read, and pages do not belong in logs.
  const fields = read.error.issues.map((issue) => issue.path.join(".")).join(" ");
  throw new RetryableError("confluence_unavailable", { context: { unexpected: fields || "no JSON" } });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function revoked(cause?: unknown): FatalError {
  const words = "Confluence no longer accepts our connection. Please connect it again, then ask me to retry.";
  return new FatalError("confluence_revoked", words, { cause });
}
