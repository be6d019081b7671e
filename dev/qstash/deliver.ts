import { signDelivery } from "./signature.js";
import type { DeadMessage, QueuedMessage } from "./message.js";

export type Answer = { status: number; headers: Record<string, string>; body: string; error: string | null };

/** The request as the destination gets it: signed for this URL and this body. */
export function toRequest(message: QueuedMessage, key: string, now: number, signal: AbortSignal): Request {
  const body = Buffer.from(message.body, "base64");
  const headers = new Headers(message.headers);
  headers.set("user-agent", "Upstash-QStash");
  headers.set("upstash-signature", signDelivery(key, { url: message.url, body, now }));
  headers.set("upstash-message-id", message.messageId);
  headers.set("upstash-retried", String(message.retried));
  headers.set("upstash-caller-ip", "127.0.0.1");
  headers.set("upstash-region", "eu-central-1");
  if (message.scheduleId !== null) headers.set("upstash-schedule-id", message.scheduleId);
  const hasBody = message.method !== "GET" && message.method !== "HEAD";
  return new Request(message.url, {
    method: message.method,
    headers,
    redirect: "manual",
    signal,
    ...(hasBody ? { body } : {}),
  });
}

/** No answer at all has status 0. */
export const noAnswer = (error: unknown): Answer => ({
  status: 0,
  headers: {},
  body: "",
  error: error instanceof Error ? error.message : String(error),
});

export async function readAnswer(response: Response): Promise<Answer> {
  const body = Buffer.from(await response.arrayBuffer()).toString("base64");
  return { status: response.status, headers: Object.fromEntries(response.headers), body, error: null };
}

export const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300;
export const isNonRetryable = ({ status, headers }: Answer): boolean =>
  status === 489 && headers["upstash-nonretryable-error"] === "true";

/** What QStash tells a callback; a failure callback also learns where the message lies now. */
export function callbackBody(message: QueuedMessage, answer: Answer, dead: DeadMessage | null): Uint8Array {
  const lists = (headers: Record<string, string>) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const body = {
    status: answer.status,
    header: lists(answer.headers),
    body: answer.error === null ? answer.body : Buffer.from(answer.error).toString("base64"),
    retried: message.retried,
    maxRetries: message.maxRetries,
    ...(dead ? { dlqId: dead.dlqId } : {}),
    sourceMessageId: message.messageId,
    topicName: "",
    endpointName: "",
    url: message.url,
    method: message.method,
    sourceHeader: lists(message.headers),
    sourceBody: message.body,
    notBefore: String(message.dueAt),
    createdAt: String(message.createdAt),
    scheduleId: message.scheduleId ?? "",
    callerIP: "127.0.0.1",
  };
  return new TextEncoder().encode(JSON.stringify(body));
}
