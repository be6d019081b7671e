import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { lostAnswer } from "./faults.js";
import type { Simulator } from "./simulator.js";

export type Route = (request: Request) => Promise<Response>;

/** Routes by the beginning of their path, whole segments, of which `*` is any; the longest that fits answers, and sees the path as it was asked for. */
export type Routes = Record<string, Route>;

export type Host = { url: string; close(): Promise<void> };

/** Serves everything on one origin. Port 0 takes a free one. */
export async function serve(options: { port: number; host?: string; routes: Routes }): Promise<Host> {
  const server = createServer((incoming, outgoing) => {
    answer(options.routes, incoming, outgoing).catch(() => {
      // The client has gone, or the answer broke off in the middle: there is nobody left to tell.
      outgoing.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new Error(`Port ${options.port} is in use; choose another one`) : error),
    );
    server.listen(options.port, options.host ?? "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A simulator under a prefix that its own paths do not have. */
export function withoutPrefix(prefix: string, route: Route): Route {
  return (request) => {
    const url = new URL(request.url);
    const path = url.pathname.slice(prefix.length);
    return route(new Request(`${url.origin}${path.startsWith("/") ? "" : "/"}${path}${url.search}`, request));
  };
}

/** Each simulator under its name: `/linear`, `/qstash`. */
export const simulatorRoutes = (simulators: Simulator[]): Routes =>
  Object.fromEntries(
    simulators.map((simulator) => {
      const prefix = `/${simulator.name}`;
      return [prefix, withoutPrefix(prefix, (request) => simulator.fetch(request))];
    }),
  );

async function answer(routes: Routes, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = await readRequest(incoming, outgoing);
  const response = request ? await respond(routes, request) : problem(400, "The request has no URL that can be read");
  if (response.headers.has(lostAnswer)) return void incoming.socket.destroy();
  await write(response, outgoing, incoming.method === "HEAD");
}

/** The body is read as a whole and passed on byte for byte: signatures are over exactly these bytes. */
async function readRequest(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Request | null> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  const url = `http://${incoming.headers.host ?? "localhost"}${incoming.url ?? "/"}`;
  if (!URL.canParse(url)) return null;

  const gone = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2)
    headers.append(incoming.rawHeaders[i] ?? "", incoming.rawHeaders[i + 1] ?? "");
  const { method = "GET" } = incoming;
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(url, {
    method,
    headers,
    signal: gone.signal,
    ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
  });
}

async function respond(routes: Routes, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const prefix = Object.keys(routes)
    .filter((candidate) => isPrefix(candidate, pathname))
    .sort((a, b) => depth(b) - depth(a))[0];
  const route = prefix === undefined ? undefined : routes[prefix];
  if (!route)
    return problem(404, `Nothing is served at ${pathname}; there is ${Object.keys(routes).sort().join(", ")}`);
  try {
    return await route(request);
  } catch (error) {
    console.error(`${request.method} ${pathname} failed`, error);
    return problem(500, error instanceof Error ? error.message : String(error));
  }
}

const depth = (path: string): number => path.split("/").filter(Boolean).length;

function isPrefix(candidate: string, pathname: string): boolean {
  const segments = pathname.split("/");
  return (
    candidate === "/" || candidate.split("/").every((part, i) => part === segments[i] || (part === "*" && segments[i]))
  );
}

async function write(response: Response, outgoing: ServerResponse, isHead: boolean): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== "set-cookie") outgoing.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
  if (response.body === null || isHead) return void outgoing.end();
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) return passOn(response.body, outgoing);
  await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), outgoing);
}

/** Events by the shortest way; who listens wants to know that the stream is open before there is the first one. */
async function passOn(events: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  outgoing.flushHeaders();
  const reader = events.getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => undefined));
  for (let next = await reader.read(); !next.done; next = await reader.read())
    if (!outgoing.write(next.value)) await drained(outgoing);
  outgoing.end();
}

const drained = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      outgoing.off("drain", go).off("close", go);
      resolve();
    };
    outgoing.once("drain", go).once("close", go);
    if (outgoing.destroyed) go();
  });

export const problem = (status: number, message: string): Response => Response.json({ error: message }, { status });
