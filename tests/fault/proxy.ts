/** Between the application and everything outside: sees each call before it is forwarded and after it is answered. */
import { lostAnswer } from "../../dev/faults.js";
import { type Host, type Route, serve, withoutPrefix } from "../../dev/host.js";
import { neonHttp } from "../../dev/neon/neon-http.js";
import type { LocalWorld, Services } from "../../dev/world.js";
import { keyOf } from "./call-key.js";

/** One call of the application, named so that the same call has the same name in every run. */
export type Call = { kind: Services; key: string; occurrence: number; text: string };
/** May wait before `next`, after it, or not call it at all. */
export type Interceptor = (call: Call, next: () => Promise<Response>) => Promise<Response>;

export type FaultProxy = {
  url: string;
  /** Every call so far, in the order in which they came. */
  calls: Call[];
  /** Asked from the first to the last; the last one's `next` is the world. */
  interceptors: Interceptor[];
  connect(between: { world: LocalWorld; app: () => Promise<string> }): void;
  close(): Promise<void>;
};

/** Starts the proxy on a free port. It can be connected only then, because the world must know its address. */
export async function startProxy(): Promise<FaultProxy> {
  const calls: Call[] = [];
  const interceptors: Interceptor[] = [];
  const counts = new Map<string, number>();
  let outside: Partial<Record<Services, Route>> = {};
  let appUrl: () => Promise<string> = () => Promise.reject(new Error("no application is connected"));

  const outgoing =
    (kind: Services): Route =>
    async (request) => {
      const body = request.method === "GET" ? null : new Uint8Array(await request.arrayBuffer());
      const forward = () => {
        const { method, headers } = request;
        return (outside[kind] ?? gone)(new Request(request.url, { method, headers, ...(body ? { body } : {}) }));
      };
      const text = body ? Buffer.from(body).toString("utf8") : "";
      const key = keyOf(kind, request, text);
      if (key === null) return forward();
      const count = (counts.get(`${kind} ${key}`) ?? 0) + 1;
      counts.set(`${kind} ${key}`, count);
      const call: Call = { kind, key, occurrence: count, text };
      calls.push(call);
      const chain = interceptors.reduceRight<() => Promise<Response>>(
        (next, interceptor) => () => interceptor(call, next),
        forward,
      );
      return chain();
    };

  const incoming: Route = async (request) => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    for (const name of ["connection", "host", "content-length", "transfer-encoding"]) headers.delete(name);
    const body = request.method === "GET" ? {} : { body: await request.arrayBuffer() };
    try {
      const url = `${await appUrl()}${pathname}${search}`;
      const answer = await fetch(url, { method: request.method, headers, redirect: "manual", ...body });
      return new Response(await answer.arrayBuffer(), { status: answer.status, headers: withoutEncoding(answer) });
    } catch {
      return gone();
    }
  };

  const host: Host = await serve({
    port: 0,
    routes: {
      "/neon": outgoing("neon"),
      "/linear": outgoing("linear"),
      "/confluence": outgoing("confluence"),
      "/qstash": outgoing("qstash"),
      "/api": incoming,
      "/oauth": incoming,
    },
  });
  return {
    url: host.url,
    calls,
    interceptors,
    connect({ world, app }) {
      appUrl = app;
      outside = {
        neon: neonHttp(world.engine, { faults: world.faults.neon }),
        linear: (request) => world.linear.fetch(request),
        confluence: (request) => world.confluence.fetch(request),
        qstash: withoutPrefix("/qstash", (request) => world.qstash.fetch(request)),
      };
    },
    close: () => host.close(),
  };
}

/** The connection breaks: there is nobody on the other side. */
export const gone = (): Promise<Response> =>
  Promise.resolve(new Response(null, { status: 502, headers: { [lostAnswer]: "1" } }));

function withoutEncoding(answer: Response): Headers {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"])
    headers.delete(name);
  return headers;
}
