import { randomUUID } from "node:crypto";
import { createStream } from "../../../lib/compose/stream.js";
import { wholeApi } from "../../../lib/contract/api.js";
import { openApi } from "../../../lib/contract/openapi.js";
import { streams } from "../../../lib/http/stream.js";
import type { ApiWorld } from "../../support/api-world.js";
import { type Built, type Ids, type Operation, operationsOf, requestFor, type Slot } from "../../support/operations.js";

/** Every operation that the OpenAPI document names. */
export const operations = operationsOf(openApi(wholeApi));

export type Headers = Record<string, string>;
/** What was answered; `said` is the body without what differs from one request to the next. */
export type Answered = { status: number; said: string };
export type Send = (request: Built, headers: Headers) => Promise<Answered>;

/** Sends whatever the document describes; of a stream the beginning is read. */
export function sender(world: ApiWorld): Send {
  const watch = streams(() => ({ ...createStream(world.base.env, world.base), ...world.deps }));
  return async ({ path, method, body }, headers) => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const init = { method, headers: { "content-type": "application/json", ...headers }, ...json };
    const isStream = /\/stream(?:\?|$)/.test(path);
    const response = isStream
      ? await watch(new Request(`${world.deps.publicUrl}${path}`, init))
      : await world.send(path, init);
    const said = isStream && response.ok ? await beginningOf(response) : await response.text();
    return { status: response.status, said: said.replaceAll(/"requestId":"[^"]*"/g, "") };
  };
}

async function beginningOf({ body }: Response): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let said = "";
  while (!said.includes("connected")) {
    const { value, done } = await reader.read();
    if (done) break;
    said += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return said;
}

/** What is answered to an id in one place of a request that is else one's own, without the id itself. */
export async function answerTo(
  send: Send,
  operation: Operation,
  own: Ids,
  { slot, id }: { slot: Slot; id: string },
  headers: Headers,
): Promise<Answered> {
  const { status, said } = await send(requestFor(operation, own, { instead: { slot, id } }), headers);
  return { status, said: said.replaceAll(id, "…") };
}

/** An id of this kind that nobody has. */
export const unknownId = (slot: Slot): string =>
  slot.kind === "organization" ? `org-${randomUUID().slice(0, 8)}` : randomUUID();

export const nameOf = ({ place, path, kind }: Slot): string => `${kind} in ${place} ${path.join(".")}`;
