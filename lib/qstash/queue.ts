import type { Client, PublishRequest } from "@upstash/qstash";
import { RetryableError } from "../domain/errors.js";
import type { Queue, QueueMessage } from "../ports-services.js";

export type QueueOptions = {
  /** The region's base URL. */
  url?: string;
  token: string;
  /** Where steps are run: `https://…/api/steps`. */
  destination: string;
  /** Who hears of a message that QStash gave up on: `https://…/api/failures`. */
  failureCallback: string;
  retries: number;
  /** Milliseconds as an expression of `retried`. */
  retryDelay: string;
  flowControl?: PublishRequest["flowControl"];
  timeoutMs?: number;
  /** Headers that a message carries to whoever runs it. */
  carry?: () => Record<string, string>;
};

const europe = "https://qstash.upstash.io";

/** The queue of pipeline steps. A publish that ends in an error may have been accepted: its deduplication id makes a repeat harmless. */
export function qstashQueue(options: QueueOptions): Queue {
  // The SDK takes longer to load than everything else a webhook needs, so it is loaded by the first publish.
  let client: Promise<Client> | undefined;
  return {
    async publish(message) {
      try {
        client ??= connect(options);
        const { messageId } = await within(options.timeoutMs ?? 5_000, send(await client, options, message));
        return { messageId };
      } catch (error) {
        throw new RetryableError("queue_unavailable", {
          cause: error,
          context: { step: message.body.step, version: message.body.version },
        });
      }
    },
  };
}

async function connect({ url, token }: QueueOptions): Promise<Client> {
  const { Client } = await import("@upstash/qstash");
  // Without `devMode: false` an environment variable could send messages to a server that the SDK downloads.
  return new Client({ devMode: false, baseUrl: url ?? europe, token, retry: false, enableTelemetry: false });
}

function send(client: Client, options: QueueOptions, message: QueueMessage): Promise<{ messageId: string }> {
  return client.publishJSON({
    url: options.destination,
    body: message.body,
    ...(options.carry ? { headers: options.carry() } : {}),
    deduplicationId: message.deduplicationId,
    retries: options.retries,
    retryDelay: options.retryDelay,
    failureCallback: options.failureCallback,
    ...(message.notBefore === undefined ? {} : { notBefore: Math.ceil(message.notBefore / 1000) }),
    ...(options.flowControl ? { flowControl: options.flowControl } : {}),
  });
}

function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
