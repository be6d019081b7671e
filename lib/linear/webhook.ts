import { LINEAR_WEBHOOK_SIGNATURE_HEADER as signatureHeader, LinearWebhookClient } from "@linear/sdk/webhooks";
import type { Delivery } from "../domain/delivery.js";
import { RequestError } from "../domain/errors.js";
import { toDelivery } from "./to-delivery.js";

/** Reads signed requests of Linear; what is not signed by it, or longer than a minute ago, is refused. */
export function linearWebhook(secret: string): (request: { raw: Uint8Array; headers: Headers }) => Delivery {
  const client = new LinearWebhookClient(secret);
  return ({ raw, headers }) => {
    const body = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
    const signature = headers.get(signatureHeader);
    if (!signature) throw new RequestError("webhook_not_signed", 401, "The request carries no signature");
    return toDelivery(verify(client, body, signature), headers.get("Linear-Delivery"));
  };
}

function verify(client: LinearWebhookClient, body: Buffer, signature: string): unknown {
  try {
    return client.parseData(body, signature);
  } catch (cause) {
    throw refusalOf(cause);
  }
}

/** The SDK says by its words alone what it refuses; a parser's words quote the body and are not kept. */
function refusalOf(cause: unknown): RequestError {
  if (cause instanceof SyntaxError) return new RequestError("invalid_json", 400, "The body is not JSON");
  const isStale = cause instanceof Error && /timestamp/i.test(cause.message);
  return isStale
    ? new RequestError("webhook_stale", 401, "The request was not signed within the last minute", { cause })
    : new RequestError("webhook_signature_invalid", 401, "The signature does not fit the body", { cause });
}
