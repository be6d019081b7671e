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

/**
 * Writes one resource: the status of an answer that says whether it was done (2xx, or a 4xx that is no matter of authorization). 401 is
 * one that stayed after a refresh: the caller knows whether the authorization is good elsewhere.
 */
export type Put = (path: string, content: unknown) => Promise<number>;

/**
 * Writes one new resource: the status, and what was made. Nothing is refreshed for it: the authorization has just been good for reading, and 401 means that it
 * is not meant for this.
 */
export type Post = <T>(
  path: string,
  content: unknown,
  schema: z.ZodMiniType<T>,
) => Promise<{ status: number; made: T | null }>;

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
    const request = { method: "GET" as const, path };
    const answer = need === "required" ? await sendAuthorized(options, request) : await send(options, request);
    if (answer.status === 401 && need === "required") throw revoked();
    if ([401, 403, 404, 410].includes(answer.status)) return null;
    if (answer.status !== 200) throw toError(answer);
    return parse(answer.text, schema);
  };
}

/** A writer of the REST API; what was refused for a stale authorization was not done, and is the only thing that is sent twice. */
export function apiWriter(options: ApiOptions): Put {
  return async (path, content) => {
    const answer = await sendAuthorized(options, { method: "PUT", path, content });
    if (!saysWhether(answer)) throw toError(answer);
    return answer.status;
  };
}

/** A writer of new resources of the REST API. */
export function apiPoster(options: ApiOptions): Post {
  return async (path, content, schema) => {
    const answer = await send(options, { method: "POST", path, content });
    if (!saysWhether(answer)) throw toError(answer);
    const { status } = answer;
    return { status, made: status < 300 ? parse(answer.text, schema) : null };
  };
}

/** True for an answer after which it is known whether the write was done. */
const saysWhether = ({ status }: Answer) =>
  status < 300 || (status >= 400 && status < 500 && status !== 408 && status !== 429);

type Request = { method: "GET" | "PUT" | "POST"; path: string; content?: unknown };
type Answer = { status: number; headers: Headers; text: string };

async function sendAuthorized(options: ApiOptions, request: Request): Promise<Answer> {
  const answer = await send(options, request);
  if (answer.status !== 401 || options.onUnauthorized === undefined) return answer;
  await refresh(options.onUnauthorized);
  return send(options, request);
}

async function send(options: ApiOptions, { method, path, content }: Request): Promise<Answer> {
  const authorization = await options.authorization();
  const hasContent = content !== undefined;
  try {
    const response = await (options.fetch ?? fetch)(`${options.apiBase}${path}`, {
      method,
      headers: {
        authorization,
        accept: "application/json",
        ...(hasContent && { "content-type": "application/json" }),
      },
      ...(hasContent && { body: JSON.stringify(content) }),
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

/** A write that Confluence does not take as it is, for a reason that no repeat changes; its words may quote the page and are not kept. */
export function refused(status: number): FatalError {
  const words =
    "Confluence did not accept what I wanted to write on the page. Nothing on it was changed. " +
    "Please check that its title is free in the space and that the page can be edited and saved by hand.";
  return new FatalError("confluence_refused", words, { context: { status } });
}

function revoked(cause?: unknown): FatalError {
  const words = "Confluence no longer accepts our connection. Please connect it again, then ask me to retry.";
  return new FatalError("confluence_revoked", words, { cause });
}
