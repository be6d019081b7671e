type Details = { cause?: unknown; context?: Record<string, string | number | boolean | null> };

/** Trying again may help; the queue does, not before `retryAfterMs` where the other side named a time. `code` is stable. */
export class RetryableError extends Error {
  override name = "RetryableError";
  readonly retryAfterMs: number | null;
  readonly context: NonNullable<Details["context"]>;
  constructor(
    readonly code: string,
    details: Details & { retryAfterMs?: number | null } = {},
  ) {
    super(code, { cause: details.cause });
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.context = details.context ?? {};
  }
}

/** No retry can help: the run ends and the person is told. `words` is what they read: what happened and what to do next. */
export class FatalError extends Error {
  override name = "FatalError";
  readonly context: NonNullable<Details["context"]>;
  constructor(
    readonly code: string,
    readonly words: string,
    details: Details = {},
  ) {
    super(code, { cause: details.cause });
    this.context = details.context ?? {};
  }
}

/** A request that we refuse: its sender can mend it. `status` is the HTTP status that says why, `shown` what the answer says beside the message. */
export class RequestError extends Error {
  override name = "RequestError";
  readonly shown: Record<string, unknown>;
  readonly retryAfterMs: number | null;
  constructor(
    readonly code: string,
    readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 412 | 413 | 415 | 422 | 429,
    message: string,
    details: Details & { shown?: Record<string, unknown>; retryAfterMs?: number } = {},
  ) {
    super(message, { cause: details.cause });
    this.shown = details.shown ?? {};
    this.retryAfterMs = details.retryAfterMs ?? null;
  }
}
