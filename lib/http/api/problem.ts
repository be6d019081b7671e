import { FatalError, RequestError, RetryableError } from "../../domain/errors.js";
import type { Log } from "../../ports.js";

const titles: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  410: "Gone",
  412: "Precondition failed",
  413: "Too large",
  415: "Unsupported media type",
  422: "Not possible",
  429: "Too many requests",
  500: "Internal server error",
  502: "A service refused",
  503: "Try again",
};

/** An error as the API answers it (RFC 9457, `application/problem+json`); the log gets codes and ids, never contents. */
export function toProblem(error: unknown, context: { log: Log; requestId: string; operation: string }): Response {
  const { status, code, detail, shown, retryAfterMs } = describe(error);
  const line = { requestId: context.requestId, operation: context.operation, code, status };
  if (status >= 500) context.log.error("api.failed", { ...line, reason: reasonOf(error) });
  else context.log.info("api.refused", line);
  return problem({ status, code, detail, requestId: context.requestId, ...shown }, retryAfterMs);
}

/** What failed and where, without the message, which may quote what people wrote; that of a failed statement has been freed of values. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (sqlStateOf(error)) return error.message;
  const [frame = ""] = /^ +at .*$/m.exec(error.stack ?? "") ?? [];
  return `${error.name}${frame.replace(/^ +/, " ")}`;
}
const sqlStateOf = (error: Error): boolean => "code" in error && /^[0-9A-Z]{5}$/.test(String(error.code));

/** A problem's response. */
export function problem(
  body: { status: number; code: string; detail: string; requestId: string } & Record<string, unknown>,
  retryAfterMs: number | null = null,
): Response {
  const { status, code, detail, requestId, ...more } = body;
  const whole = {
    type: "about:blank",
    title: titles[status] ?? "Error",
    status,
    detail,
    error: detail,
    code,
    requestId,
    ...more,
  };
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (retryAfterMs !== null) headers.set("retry-after", String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
  if (status === 401) headers.set("www-authenticate", "Bearer");
  return new Response(JSON.stringify(whole), { status, headers });
}

type Described = {
  status: number;
  code: string;
  detail: string;
  shown: Record<string, unknown>;
  retryAfterMs: number | null;
};

function describe(error: unknown): Described {
  if (error instanceof RequestError) {
    const { status, code, message: detail, shown, retryAfterMs } = error;
    return { status, code, detail, shown, retryAfterMs };
  }
  if (error instanceof RetryableError) {
    const detail = "A service that this needs did not answer. Nothing is lost; please try again.";
    return { status: 503, code: error.code, detail, shown: {}, retryAfterMs: error.retryAfterMs ?? 1_000 };
  }
  if (error instanceof FatalError)
    return { status: 502, code: error.code, detail: error.words, shown: {}, retryAfterMs: null };
  return { status: 500, code: "unexpected", detail: "Internal server error", shown: {}, retryAfterMs: null };
}
