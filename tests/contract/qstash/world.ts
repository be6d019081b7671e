import { Client, type PublishRequest } from "@upstash/qstash";
import { serve, simulatorRoutes } from "../../../dev/host.js";
import { type QstashOptions, type QstashSimulator, qstashSimulator } from "../../../dev/qstash/simulator.js";

export type Received = { url: string; method: string; headers: Headers; body: string };

/** A simulated QStash behind HTTP with the real SDK in front, a clock that stands still, and a destination that answers as told. */
export type QueueWorld = {
  queue: QstashSimulator;
  client: Client;
  url: string;
  received: Received[];
  /** What the destination does with the next deliveries; 200 when there is nothing left. */
  answers: ((received: Received) => Response | Promise<Response>)[];
  /** Publishes to `destination`, with whatever of the SDK's options a test is about. */
  publish(more?: PublishOptions): Promise<{ messageId: string; deduplicated?: boolean }>;
  /** How long each message still waits. */
  waits(): number[];
  now(): number;
  /** Moves the clock and waits until everything that is due then has been sent. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
};

type PublishOptions = Partial<Omit<PublishRequest<unknown>, "url" | "urlGroup" | "topic" | "api">>;

export const destination = "https://app.example/api/steps";
export const token = "the-token";

export async function aQueueWorld(options: Partial<QstashOptions> = {}): Promise<QueueWorld> {
  let at = Date.now();
  const received: Received[] = [];
  const answers: QueueWorld["answers"] = [];
  const queue = qstashSimulator({
    baseUrl: "http://localhost/qstash",
    token,
    now: () => at,
    async send(request) {
      const { url, method, headers } = request;
      const delivery = { url, method, headers, body: await request.text() };
      received.push(delivery);
      return (await answers.shift()?.(delivery)) ?? new Response("ok");
    },
    ...options,
  });
  const host = await serve({ port: 0, routes: simulatorRoutes([queue]) });
  const url = `${host.url}/qstash`;
  const client = new Client({ devMode: false, baseUrl: url, token, retry: false, enableTelemetry: false });
  return {
    queue,
    client,
    async publish(more = {}) {
      const request = { url: destination, body: { hello: "world" }, ...more };
      return (await client.publishJSON(request)) as { messageId: string; deduplicated?: boolean };
    },
    waits: () => queue.control.messages().map(({ dueAt }) => dueAt - at),
    url,
    received,
    answers,
    now: () => at,
    async advance(ms) {
      at += ms;
      await queue.idle();
    },
    async close() {
      await host.close();
      await queue.close();
    },
  };
}

export const failing =
  (status = 500, headers: Record<string, string> = {}) =>
  () =>
    new Response("it broke", { status, headers });
