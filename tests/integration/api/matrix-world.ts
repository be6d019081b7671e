import { randomUUID } from "node:crypto";
import { wholeApi } from "../../../lib/contract/api.js";
import { openApi } from "../../../lib/contract/openapi.js";
import { transport } from "../../support/api-transport.js";
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
  const carry = transport(world);
  return async ({ path, method, body }, headers) => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const { status, text } = await carry(path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...json,
    });
    return { status, said: text.replaceAll(/"requestId":"[^"]*"/g, "") };
  };
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
