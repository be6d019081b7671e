import { createHash, randomBytes } from "node:crypto";
import { RequestError } from "../../lib/domain/errors.js";
import { readDuration } from "./duration.js";
import { readRetryDelay } from "./retry-delay.js";

export type QueuedMessage = {
  messageId: string;
  url: string;
  method: string;
  /** What the destination gets, by name in lower case. */
  headers: Record<string, string>;
  /** Base64, so that any bytes come out as they went in. */
  body: string;
  createdAt: number;
  /** Earliest next attempt. */
  dueAt: number;
  retried: number;
  maxRetries: number;
  retryDelay: string | null;
  timeoutMs: number | null;
  callback: CallbackTarget | null;
  failureCallback: CallbackTarget | null;
  flowControl: FlowControl | null;
  deduplicationId: string | null;
  scheduleId: string | null;
  label: string | null;
};

/** Where an answer or a failure goes; the headers are those of a publish of its own. */
export type CallbackTarget = { url: string; headers: Record<string, string> };
export type FlowControl = { key: string; parallelism: number | null; rate: number | null; periodMs: number };

export type DeadMessage = QueuedMessage & {
  dlqId: string;
  responseStatus: number;
  responseHeaders: Record<string, string>;
  responseBody: string;
};

const maxBodyBytes = 1024 * 1024;

/** Reads a publish as its headers describe it; what QStash would refuse is a RequestError. */
export function readMessage(destination: string, headers: Headers, body: Uint8Array, now: number): QueuedMessage {
  if (body.byteLength > maxBodyBytes)
    throw new RequestError("message_too_large", 413, "the message is larger than 1 MB");
  const retryDelay = headers.get("upstash-retry-delay");
  if (retryDelay !== null) parsed(() => readRetryDelay(retryDelay));
  return {
    messageId: newId("msg"),
    url: readDestination(destination),
    method: headers.get("upstash-method")?.toUpperCase() ?? "POST",
    headers: forwardedHeaders(headers),
    body: Buffer.from(body).toString("base64"),
    createdAt: now,
    dueAt: readDueAt(headers, now),
    retried: 0,
    maxRetries: readCount(headers, "upstash-retries") ?? 3,
    retryDelay,
    timeoutMs: readDurationHeader(headers, "upstash-timeout"),
    callback: readCallback(headers, "upstash-callback"),
    failureCallback: readCallback(headers, "upstash-failure-callback"),
    flowControl: readFlowControl(headers),
    deduplicationId: readDeduplicationId(destination, headers, body),
    scheduleId: null,
    label: headers.get("upstash-label"),
  };
}

export const newId = (prefix: "msg" | "dlq" | "scd"): string => `${prefix}_${randomBytes(18).toString("base64url")}`;

function readDestination(destination: string): string {
  if (!/^https?:\/\//.test(destination) || !URL.canParse(destination))
    throw new RequestError(
      "invalid_destination",
      400,
      `invalid destination url: ${destination || "(none)"} is no http(s) URL`,
    );
  return destination;
}

function readDueAt(headers: Headers, now: number): number {
  const notBefore = readCount(headers, "upstash-not-before");
  return notBefore === null
    ? now + (readDurationHeader(headers, "upstash-delay") ?? 0)
    : Math.max(now, notBefore * 1000);
}

/** `upstash-failure-callback-retries: 1` is the `upstash-retries: 1` of the callback's own message. */
function readCallback(headers: Headers, name: string): CallbackTarget | null {
  const url = headers.get(name);
  if (url === null) return null;
  const own = [...headers].filter(([key]) => key.startsWith(`${name}-`));
  return {
    url: readDestination(url),
    headers: Object.fromEntries(own.map(([key, value]) => [`upstash-${key.slice(name.length + 1)}`, value])),
  };
}

function readFlowControl(headers: Headers): FlowControl | null {
  const key = headers.get("upstash-flow-control-key");
  if (key === null) return null;
  const value = Object.fromEntries(
    (headers.get("upstash-flow-control-value") ?? "").split(",").map((part) => part.trim().split("=")),
  ) as Record<string, string | undefined>;
  const count = (text: string | undefined) => (text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : null);
  const flow = {
    key,
    parallelism: count(value.parallelism),
    rate: count(value.rate),
    periodMs: readDuration(value.period ?? "1s") ?? 1000,
  };
  if (flow.parallelism === null && flow.rate === null)
    throw new RequestError(
      "invalid_flow_control",
      400,
      "upstash-flow-control-value names neither parallelism nor rate",
    );
  return flow;
}

function readDeduplicationId(destination: string, headers: Headers, body: Uint8Array): string | null {
  const given = headers.get("upstash-deduplication-id");
  if (given !== null || headers.get("upstash-content-based-deduplication") !== "true") return given;
  const forwarded = JSON.stringify(forwardedHeaders(headers));
  return `content:${createHash("sha256").update(`${destination}\n${forwarded}\n`).update(body).digest("hex")}`;
}

function forwardedHeaders(headers: Headers): Record<string, string> {
  const prefix = "upstash-forward-";
  const forwarded = [...headers].flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : name === "content-type" ? [[name, value]] : [],
  );
  return Object.fromEntries(forwarded) as Record<string, string>;
}

function readCount(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  if (text === null) return null;
  if (!/^\d+$/.test(text)) throw new RequestError("invalid_header", 400, `invalid ${name}: ${text}`);
  return Number(text);
}

function readDurationHeader(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  if (text === null) return null;
  const duration = readDuration(text);
  if (duration === null) throw new RequestError("invalid_header", 400, `invalid ${name}: ${text}`);
  return duration;
}

/** What a reader of a header throws is the sender's mistake. */
export function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RequestError("invalid_header", 400, (error as Error).message, { cause: error });
  }
}
