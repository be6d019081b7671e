import { Receiver } from "@upstash/qstash";
import { int, literal, minLength, nonnegative, nullish, number, object, string, union, uuid } from "zod/mini";
import { RequestError } from "../domain/errors.js";
import type { StepMessage } from "../ports-services.js";

const Step = object({
  kind: union([literal("session"), literal("sync")]),
  id: uuid(),
  step: string().check(minLength(1)),
  version: int().check(nonnegative()),
});

const FailureReport = object({
  status: nullish(number()),
  body: nullish(string()),
  dlqId: nullish(string()),
  sourceBody: string(),
});

/** A step message that QStash gave up on, where it lies now, and what the last attempt answered. */
export type FailureCallback = { message: StepMessage; dlqId: string | null; status: number; reason: string };

/** QStash's clock and ours may differ by this much. */
const clockToleranceSeconds = 5;
const longestReason = 500;

/**
 * Checks that QStash signed this body for this path of ours; anything else is a RequestError 401. A signature stays good for five minutes, so
 * a replay passes: handlers must be idempotent.
 */
export function qstashVerifier(options: {
  currentSigningKey: string;
  nextSigningKey: string;
  publicBaseUrl: string;
}): (headers: Headers, body: string, path: string) => Promise<void> {
  const { currentSigningKey, nextSigningKey } = options;
  // With one of them empty the SDK would look for keys in the environment.
  if (!currentSigningKey || !nextSigningKey) throw new Error("Both QStash signing keys must be set");
  // Without `devMode: false` an environment variable could make publicly known keys valid.
  const receiver = new Receiver({ devMode: false, currentSigningKey, nextSigningKey });
  const baseUrl = options.publicBaseUrl.replace(/\/$/, "");
  return async (headers, body, path) => {
    const signature = headers.get("upstash-signature");
    if (signature === null) throw new RequestError("signature_missing", 401, "Upstash-Signature is missing");
    try {
      await receiver.verify({ signature, body, url: baseUrl + path, clockTolerance: clockToleranceSeconds });
    } catch (error) {
      throw new RequestError("signature_invalid", 401, "Upstash-Signature does not fit this request", { cause: error });
    }
  };
}

/** Reads the verified body of a step delivery; another shape is a RequestError 400. */
export function readStepMessage(body: string): StepMessage {
  const message = Step.safeParse(readJson(body));
  if (!message.success)
    throw new RequestError("invalid_step_message", 400, "The body is not {kind, id, step, version}");
  return message.data;
}

/** Reads the verified body of a failure callback; another shape, also of the message in it, is a RequestError 400. */
export function readFailureCallback(body: string): FailureCallback {
  const report = FailureReport.safeParse(readJson(body));
  if (!report.success)
    throw new RequestError("invalid_failure_callback", 400, "The body is no failure callback of QStash");
  const { status, dlqId, sourceBody } = report.data;
  return {
    message: readStepMessage(fromBase64(sourceBody)),
    dlqId: dlqId || null,
    status: status ?? 0,
    reason: fromBase64(report.data.body ?? "").slice(0, longestReason),
  };
}

const fromBase64 = (text: string) => Buffer.from(text, "base64").toString("utf8");

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
