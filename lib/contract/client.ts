import type { Api, Operation } from "./api.js";
import type { Problem } from "./common.js";
import type { RequestOf, ResultOf, Route } from "./route.js";

/** What the API answered instead of success, or `status` 0 where no answer came. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    /** What the server asked to wait, ms. */
    readonly retryAfterMs: number | null,
  ) {
    super(problem?.detail ?? (status === 0 ? "The server could not be reached" : `The server answered ${status}`));
  }
  get code(): string {
    return this.problem?.code ?? "no_answer";
  }
}

type Options = { signal?: AbortSignal; idempotencyKey?: string };
type Call<R extends Route> =
  Record<never, never> extends RequestOf<R>
    ? (request?: RequestOf<R>, options?: Options) => Promise<ResultOf<R>>
    : (request: RequestOf<R>, options?: Options) => Promise<ResultOf<R>>;
/** Every operation as a function; throws ApiError where the answer is no success. */
export type Client = { [Name in Operation]: Call<Api[Name]> };

/** A client of the API at `baseUrl`. `headers` are sent with each request: a bearer token, an organization. */
export function client(
  routes: Api,
  options: { baseUrl: string; headers?: () => Record<string, string>; fetch?: typeof fetch },
): Client {
  const send = options.fetch ?? fetch;
  const call = async (route: Route, request: Sent = {}, { signal, idempotencyKey }: Options = {}): Promise<unknown> => {
    const init: RequestInit = {
      method: route.method,
      headers: {
        accept: "application/json",
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
        ...options.headers?.(),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(signal ? { signal } : {}),
    };
    const response = await send(`${options.baseUrl}${addressOf(route, request)}`, init).catch((cause: unknown) => {
      if (signal?.aborted) throw cause;
      throw new ApiError(0, null, null);
    });
    if (!response.ok) throw await toError(response);
    if (route.answer === null) return null;
    return route.contentType ? response.text() : response.json();
  };
  return Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [
      name,
      (request?: Sent, more?: Options) => call(route, request, more),
    ]),
  ) as unknown as Client;
}

type Value = string | number | boolean | null | undefined;
type Sent = { params?: Record<string, Value>; query?: Record<string, Value>; body?: unknown };

/** Path and query of a request, with everything in it escaped. */
export function addressOf(route: Pick<Route, "path">, { params = {}, query = {} }: Sent): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segment(name, params[name]));
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value == null ? [] : [[name, String(value)]])),
  ).toString();
  return search === "" ? path : `${path}?${search}`;
}

/** Nothing, and dots in whatever writing, would lead to another operation. */
function segment(name: string, value: Value): string {
  if (value == null || ["", ".", ".."].includes(String(value))) throw new TypeError(`${name} cannot stand in a path`);
  return encodeURIComponent(String(value));
}

async function toError(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Problem | null;
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const isProblem = typeof body?.code === "string";
  return new ApiError(response.status, isProblem ? body : null, Number.isNaN(seconds) ? null : seconds * 1_000);
}
