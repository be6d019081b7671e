/** Plays recorded answers of Linear, one for each request, and keeps what was asked. */
import { linearClient } from "../../../lib/linear/client.js";
import type { LinearClient } from "../../../lib/ports-services.js";

export type RecordedRequest = { query: string; variables: Record<string, unknown>; authorization: string | null };
export type RecordedAnswer = { status?: number; headers?: Record<string, string>; body: unknown };

type Play =
  | RecordedAnswer
  | Error
  | ((request: RecordedRequest, signal: AbortSignal) => RecordedAnswer | Promise<RecordedAnswer>);

export function recordedLinear(...plays: Play[]): {
  client: LinearClient;
  requests: RecordedRequest[];
  refreshes: () => number;
} {
  const requests: RecordedRequest[] = [];
  let refreshes = 0;
  const client = linearClient({
    url: "https://linear.test/graphql",
    accessToken: () => Promise.resolve(`token-${refreshes}`),
    onUnauthorized: () => {
      refreshes += 1;
      return Promise.resolve();
    },
    timeoutMs: 50,
    fetch: async (_url, init) => {
      const { query, variables } = JSON.parse(init?.body as string);
      const request = { query, variables, authorization: new Headers(init?.headers).get("Authorization") };
      requests.push(request);
      const play = plays[Math.min(requests.length, plays.length) - 1];
      if (play === undefined || play instanceof Error) throw play ?? new Error("Nothing was recorded");
      const {
        status = 200,
        headers,
        body,
      } = typeof play === "function" ? await play(request, init?.signal as AbortSignal) : play;
      return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
    },
  });
  return { client, requests, refreshes: () => refreshes };
}

/** Errors in the shapes that Linear was seen to send. */
export const linearErrors = {
  conflict: (entity: string, id: string) => ({
    message: `conflict on insert of ${entity}`,
    extensions: {
      type: "invalid input",
      code: "INPUT_ERROR",
      userError: true,
      userPresentableMessage: `Entity ${entity} with id ${id} already exists.`,
    },
  }),
  notFound: (entity: string) => ({
    message: `Entity not found: ${entity}`,
    extensions: { type: "invalid input", code: "INPUT_ERROR", userError: true },
  }),
  labelTaken: {
    message: "duplicate label name",
    extensions: {
      type: "invalid input",
      code: "INPUT_ERROR",
      userPresentableMessage: 'Label "Feature" already exists in team Engineering.',
    },
  },
  refused: (message: string) => ({
    message,
    extensions: { type: "invalid input", code: "INPUT_ERROR", userError: true },
  }),
  planFull: {
    message: "You've exceeded the free issue limit for this workspace. Please upgrade.",
    extensions: { type: "invalid input", code: "INPUT_ERROR", userError: true },
  },
  rateLimited: {
    message: "Rate limit exceeded",
    extensions: { type: "ratelimited", code: "RATELIMITED", statusCode: 429, userError: true },
  },
  unauthorized: {
    message: "Authentication required, not authenticated",
    extensions: { type: "authentication error", code: "AUTHENTICATION_ERROR", userError: true },
  },
  untyped: { message: "Bad request" },
  forbidden: {
    message: "You don't have access",
    extensions: { type: "forbidden", code: "FORBIDDEN", userError: true },
  },
  internal: { message: "Internal server error", extensions: { type: "internal error", code: "INTERNAL_SERVER_ERROR" } },
};

type Input = { id?: string };

/** The inputs of the writes that share a request, in their order. */
export const inputsOf = ({ variables }: RecordedRequest): Input[] =>
  Object.entries(variables).flatMap(([name, value]) => (name.startsWith("input") ? [value as Input] : []));

const aliasesOf = ({ query }: RecordedRequest) =>
  [...query.matchAll(/^ {2}(w\d+):/gm)].map(([, alias]) => alias as string);

/** Every entry done, under the id that it names or one that Linear draws. */
export function allDone(request: RecordedRequest): RecordedAnswer {
  return failing(request, () => undefined);
}

/** Entries fail with what `errorOf` says of their number; the others are done. */
export function failing(request: RecordedRequest, errorOf: (n: number) => object | undefined): RecordedAnswer {
  const aliases = aliasesOf(request);
  const inputs = inputsOf(request);
  const data = aliases.map((alias, n) => [
    alias,
    errorOf(n) ? null : { success: true, written: { id: inputs[n]?.id ?? request.variables[`id${n}`] ?? `made-${n}` } },
  ]);
  const found = aliases.flatMap((alias, n) => (errorOf(n) ? [{ ...errorOf(n), path: [alias] }] : []));
  return { body: { data: Object.fromEntries(data), ...(found.length > 0 && { errors: found }) } };
}
