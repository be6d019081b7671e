import { array, nullish, object, record, string } from "zod/mini";
import { RequestError } from "../../lib/domain/errors.js";
import type { Queued } from "./dispatcher.js";
import type { DeadMessage, QueuedMessage } from "./message.js";
import type { Schedule, Scheduler } from "./schedules.js";
import type { SigningKeys } from "./signature.js";

type Published = { messageId: string; deduplicated?: boolean };

/** What QStash's HTTP API does, apart from HTTP. */
export type QstashCommands = {
  state: Queued & { schedules: Record<string, Schedule> };
  publish: (destination: string, headers: Headers, body: Uint8Array) => Published;
  cancel: (messageId: string) => boolean;
  bringBack: (dlqId: string) => Published | null;
  forget: (dlqId: string) => boolean;
  schedules: Scheduler;
  rotateKeys: () => SigningKeys;
};

const Batch = array(
  object({
    destination: string(),
    headers: nullish(record(string(), string())),
    body: nullish(string()),
    queue: nullish(string()),
  }),
);

/** Finds the operation that a request asks for: its name, by which faults are drawn, and the way to its answer. */
export function qstashApi(
  commands: QstashCommands,
): (request: Request) => { operation: string; answer: () => Promise<Response> } {
  const { state } = commands;
  return (request) => {
    const url = new URL(request.url);
    const [, version, resource = "", ...rest] = url.pathname.split("/");
    // The destination stands in the path as it is, with its own slashes and its own query.
    const tail = rest.join("/");
    const destination = tail + url.search;
    const ids = (name: string) => url.searchParams.getAll(name).flatMap((value) => value.split(","));
    const route = version === "v2" ? `${request.method} ${resource}${tail === "" ? "" : "/…"}` : "";

    switch (route) {
      case "POST publish/…":
        return {
          operation: `publish ${pathOf(destination)}`,
          answer: async () => {
            const published = commands.publish(destination, request.headers, await bytes(request));
            return Response.json(published, { status: published.deduplicated ? 202 : 201 });
          },
        };
      case "POST batch":
        return { operation: "batch", answer: async () => Response.json(publishAll(commands, await request.text())) };
      case "POST schedules/…":
        return {
          operation: "schedules",
          answer: async () =>
            Response.json(commands.schedules.create(destination, request.headers, await bytes(request)), {
              status: 201,
            }),
        };
      case "GET schedules":
        return json("schedules", () => Object.values(state.schedules).map(toScheduleView));
      case "GET schedules/…":
        return json("schedules", () => toScheduleView(found(state.schedules[tail], "schedule", tail)));
      case "DELETE schedules/…":
        return json("schedules", () => removed(commands.schedules.remove(tail), "schedule", tail));
      case "GET messages/…":
        return json("messages", () => toMessageView(found(state.messages[tail], "message", tail)));
      case "DELETE messages/…":
        return json("messages", () => ({ ...removed(commands.cancel(tail), "message", tail), cancelled: 1 }));
      case "GET dlq":
        return json("dlq", () => {
          const wanted = ids("dlqIds");
          const dead = Object.values(state.dlq).filter(({ dlqId }) => wanted.length === 0 || wanted.includes(dlqId));
          return { messages: dead.map(toDeadView), cursor: "" };
        });
      case "GET dlq/…":
        return json("dlq", () => toDeadView(found(state.dlq[tail], "dead letter", tail)));
      case "POST dlq/…": {
        if (tail !== "retry") break;
        return json("dlq", () => {
          const asked = ids("dlqIds");
          const responses = (asked.length > 0 ? asked : Object.keys(state.dlq)).map(commands.bringBack);
          return { cursor: "", responses: responses.filter((response) => response !== null) };
        });
      }
      case "DELETE dlq/…":
        return json("dlq", () => removed(commands.forget(tail), "dead letter", tail));
      case "DELETE dlq":
        return json("dlq", () => ({ deleted: ids("dlqIds").filter(commands.forget).length }));
      case "GET keys":
        return json("keys", () => state.keys);
      case "POST keys/…":
        if (tail === "rotate") return json("keys", commands.rotateKeys);
    }
    throw new RequestError("not_found", 404, `${request.method} ${url.pathname} is nothing that this queue knows`);
  };
}

function publishAll(commands: QstashCommands, text: string): Published[] {
  const batch = Batch.safeParse(readJson(text));
  if (!batch.success)
    throw new RequestError("invalid_batch", 400, "a batch is an array of {destination, headers, body}");
  return batch.data.map(({ destination, headers, body, queue }) => {
    if (queue) throw new RequestError("not_supported", 400, "named queues are not part of this simulator");
    return commands.publish(destination, new Headers(headers ?? {}), new TextEncoder().encode(body ?? ""));
  });
}

const json = (operation: string, read: () => unknown) => ({
  operation,
  answer: async () => Response.json(read()),
});

function found<T>(thing: T | undefined, what: string, id: string): T {
  if (thing === undefined) throw new RequestError("not_found", 404, `${what} ${id} not found`);
  return thing;
}

function removed(was: boolean, what: string, id: string): Record<string, never> {
  if (!was) throw new RequestError("not_found", 404, `${what} ${id} not found`);
  return {};
}

function toMessageView(message: QueuedMessage): Record<string, unknown> {
  return {
    messageId: message.messageId,
    url: message.url,
    method: message.method,
    header: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, [value]])),
    body: Buffer.from(message.body, "base64").toString(),
    createdAt: message.createdAt,
    notBefore: message.dueAt,
    maxRetries: message.maxRetries,
    retried: message.retried,
    retryDelayExpression: message.retryDelay ?? undefined,
    callback: message.callback?.url,
    failureCallback: message.failureCallback?.url,
    scheduleId: message.scheduleId ?? undefined,
    callerIP: "127.0.0.1",
    flowControlKey: message.flowControl?.key,
    parallelism: message.flowControl?.parallelism ?? undefined,
    rate: message.flowControl?.rate ?? undefined,
    label: message.label ?? undefined,
  };
}

const toDeadView = (dead: DeadMessage) => ({
  ...toMessageView(dead),
  dlqId: dead.dlqId,
  responseStatus: dead.responseStatus,
  responseHeader: Object.fromEntries(Object.entries(dead.responseHeaders).map(([name, value]) => [name, [value]])),
  responseBody: dead.responseBody,
});

const toScheduleView = (schedule: Schedule) => ({
  scheduleId: schedule.scheduleId,
  cron: schedule.cron,
  destination: schedule.destination,
  method: schedule.headers["upstash-method"] ?? "POST",
  body: Buffer.from(schedule.body, "base64").toString(),
  createdAt: schedule.createdAt,
  retries: Number(schedule.headers["upstash-retries"] ?? 3),
  isPaused: false,
  nextScheduleTime: schedule.nextAt,
});

const bytes = async (request: Request) => new Uint8Array(await request.arrayBuffer());
const pathOf = (url: string) => (URL.canParse(url) ? new URL(url).pathname : "");

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
