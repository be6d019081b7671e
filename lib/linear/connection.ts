/** One installation's connection to Linear's GraphQL endpoint. */
import * as z from "zod/mini";
import { RetryableError } from "../domain/errors.js";
import type { Budget } from "../ports-services.js";
import { readBudget } from "./budget.js";
import type { Document } from "./documents.js";
import { GraphqlError, meaningOf, rateLimited, refusalOf, refused, throwIfRunEnding } from "./errors.js";

export type ConnectionOptions = {
  url: string;
  accessToken: () => Promise<string>;
  /** Is to bring `accessToken` to give another token: Linear did not take the one it gave. */
  onUnauthorized?: () => Promise<void>;
  fetch?: typeof fetch;
  timeoutMs?: number;
};

/** What Linear said: data, and the errors that concern single entries. */
export type Answer<Data> = { data: Data | null; errors: GraphqlError[] };

export type Connection = {
  /** Sends a document; throws where the answer, or an error in it, concerns the whole request. */
  send<Data>(document: Document<Data>, variables: Record<string, unknown>): Promise<Answer<Data>>;
  /** Sends a document that succeeds or fails as one. */
  ask<Data>(document: Document<Data>, variables: Record<string, unknown>): Promise<Data>;
  budget(): Budget | null;
};

type Received = Answer<unknown> & { headers: Headers };

const envelope = z.object({ data: z.optional(z.unknown()), errors: z.nullish(z.array(GraphqlError)) });

/** Connects to Linear; calls time out and are never repeated but once under a fresh token. */
export function connectLinear(options: ConnectionOptions): Connection {
  const { url, accessToken, onUnauthorized, timeoutMs = 10_000 } = options;
  const send = options.fetch ?? fetch;
  let budget: Budget | null = null;

  async function post(name: string, body: string): Promise<Received> {
    const authorization = `Bearer ${await accessToken()}`;
    const { response, text } = await exchange(name, () =>
      send(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: authorization },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      }),
    );
    budget = readBudget(response.headers) ?? budget;
    return receive(name, response, text);
  }

  async function postAuthorized(name: string, body: string): Promise<Received> {
    const received = await post(name, body);
    if (!onUnauthorized || !received.errors.some((error) => meaningOf(error) === "unauthorized")) return received;
    await onUnauthorized();
    return post(name, body);
  }

  const connection: Connection = {
    async send(document, variables) {
      const body = JSON.stringify({ query: document.text, variables, operationName: document.name });
      const { data, errors, headers } = await postAuthorized(document.name, body);
      throwIfRunEnding(document.name, errors, headers);
      if (data === null && errors.length > 0) return { data: null, errors };
      const parsed = document.answer.safeParse(data);
      if (parsed.success) return { data: parsed.data, errors };
      if (errors.length > 0) return { data: null, errors };
      throw unavailable(document.name, { cause: parsed.error });
    },
    async ask(document, variables) {
      const { data, errors } = await connection.send(document, variables);
      if (errors[0]) throw refused(document.name, refusalOf(errors[0]));
      if (data === null) throw unavailable(document.name);
      return data;
    },
    budget: () => budget,
  };
  return connection;
}

async function exchange(
  operation: string,
  send: () => Promise<Response>,
): Promise<{ response: Response; text: string }> {
  try {
    const response = await send();
    return { response, text: await response.text() };
  } catch (cause) {
    throw new RetryableError("linear_unreachable", { cause, context: { operation } });
  }
}

function receive(operation: string, response: Response, text: string): Received {
  const { status, headers } = response;
  if (status === 429) throw rateLimited(operation, headers);
  if (status >= 500) throw unavailable(operation, { status });
  const parsed = envelope.safeParse(parseJson(text));
  if (!parsed.success) throw unavailable(operation, { status });
  const { data = null, errors } = parsed.data;
  if (data === null && !errors?.length) throw unavailable(operation, { status });
  return { data, errors: errors ?? [], headers };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which must not reach a log.
    return undefined;
  }
}

function unavailable(operation: string, { status = null as number | null, cause = undefined as unknown } = {}) {
  return new RetryableError("linear_unavailable", { cause, context: { operation, status } });
}
