/** Signed calls of Confluence's three senders; what is not signed as it should be is refused before anything of it is read. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import * as jose from "jose";
import * as z from "zod/mini";
import { RequestError } from "../domain/errors.js";
import type { PageEvent } from "../domain/page-event.js";
import { forgeKeys } from "./forge-keys.js";
import { readAutomationEvent, readDataCenterEvent, readForgeEvent } from "./to-page-event.js";

/** A call as it came in. */
export type ReceivedWebhook = { raw: Uint8Array; headers: Headers };

export type ConfluenceWebhookOptions = {
  /** The Forge app whose triggers call us; null where there is none. */
  forge: { appId: string; keysUrl?: string } | null;
  /** The secret of a connection's automation rule or Data Center webhook; null where the connection has none, or is none. */
  secretOf: (connectionId: string) => Promise<string | null>;
  fetch?: typeof fetch;
  timeoutMs?: number;
  now?: () => number;
};

/** Each reads one call or throws RequestError; RetryableError where Atlassian's keys cannot be fetched. */
export type ConfluenceWebhooks = {
  readForge(webhook: ReceivedWebhook): Promise<PageEvent>;
  readAutomation(connectionId: string, webhook: ReceivedWebhook): Promise<PageEvent>;
  readDataCenter(connectionId: string, webhook: ReceivedWebhook): Promise<PageEvent>;
};

/** Where Atlassian publishes the keys of Forge's invocation tokens. */
export const forgeKeysUrl = "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json";

/** The header in which an automation rule shows the secret that its author copied from us. */
export const automationSecretHeader = "x-planning-agent-secret";

/** An automation rule may name its own run in it; repeats of the run are then known as such. */
export const automationDeliveryHeader = "x-planning-agent-delivery";

const signatureHeader = "x-hub-signature";

/** Reads the calls of Forge apps, automation rules and Data Center. */
export function confluenceWebhooks(options: ConfluenceWebhookOptions): ConfluenceWebhooks {
  const { forge, secretOf } = options;
  const keys = forgeKeys({ ...options, url: forge?.keysUrl ?? forgeKeysUrl });

  return {
    async readForge({ raw, headers }) {
      if (forge === null) throw new RequestError("webhook_not_expected", 404, "No Forge app is set up here");
      const cloudId = await verifyInvocation(headers, keys, forge.appId, options.now);
      return readForgeEvent(parse(raw), cloudId);
    },

    async readAutomation(connectionId, { raw, headers }) {
      const given = headers.get(automationSecretHeader);
      if (!given) throw notSigned();
      const secret = await secretOf(connectionId);
      if (secret === null || !isSame(given, secret)) throw signatureInvalid();
      return readAutomationEvent(parse(raw, "or_text"), connectionId, headers.get(automationDeliveryHeader));
    },

    async readDataCenter(connectionId, { raw, headers }) {
      const given = headers.get(signatureHeader);
      // "Test connection" is not signed, and asks for nothing but an answer.
      if (!given && isTest(raw)) return { kind: "test" };
      if (!given) throw notSigned();
      const secret = await secretOf(connectionId);
      if (secret === null || !isSignedWith(raw, given, secret)) throw signatureInvalid();
      return readDataCenterEvent(parse(raw), connectionId);
    },
  };
}

const Claims = z.object({
  context: z.optional(z.object({ cloudId: z.optional(z.string()) })),
  app: z.optional(z.object({ apiBaseUrl: z.optional(z.string()) })),
});

/** The site that an invocation token speaks for. Any app's token is signed with the same keys: `aud` says that it is ours. */
async function verifyInvocation(
  headers: Headers,
  keys: jose.JWTVerifyGetKey,
  appId: string,
  now: () => number = Date.now,
): Promise<string | null> {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (token === undefined) throw notSigned();
  try {
    const { payload } = await jose.jwtVerify(token, keys, {
      algorithms: ["RS256"],
      issuer: "forge/invocation-token",
      audience: `ari:cloud:ecosystem::app/${appId}`,
      requiredClaims: ["exp"],
      clockTolerance: 5,
      currentDate: new Date(now()),
    });
    const claims = Claims.safeParse(payload);
    return claims.success ? siteOf(claims.data) : null;
  } catch (cause) {
    if (!(cause instanceof jose.errors.JOSEError)) throw cause;
    if (cause instanceof jose.errors.JWTExpired)
      throw new RequestError("webhook_stale", 401, "The request's token has expired");
    throw signatureInvalid();
  }
}

const siteOf = ({ context, app }: z.infer<typeof Claims>) =>
  context?.cloudId ?? /\/ex\/confluence\/([\w-]+)/.exec(app?.apiBaseUrl ?? "")?.[1] ?? null;

/** Hexadecimal, with the name of the method before it or without. */
function isSignedWith(raw: Uint8Array, given: string, secret: string): boolean {
  const [, digest] = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(given.trim()) ?? [];
  const wanted = createHmac("sha256", secret).update(raw).digest();
  return digest !== undefined && timingSafeEqual(Buffer.from(digest, "hex"), wanted);
}

/** Compares hashes, so that the time it takes says nothing of where two secrets differ. */
function isSame(given: string, secret: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(secret));
}

const isTest = (raw: Uint8Array) => raw.length < 100 && /^\s*\{\s*"test"\s*:\s*true\s*\}\s*$/.test(textOf(raw));

/** Rules are written by people: what is no JSON may still be the page's bare address. */
function parse(raw: Uint8Array, kind: "json" | "or_text" = "json"): unknown {
  const text = textOf(raw);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which must not reach a log.
    if (kind === "or_text" && /^\s*https?:\/\/\S+\s*$/.test(text)) return text.trim();
    throw new RequestError("invalid_json", 400, "The body is not JSON");
  }
}

const textOf = (raw: Uint8Array) => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("utf8");

const notSigned = () => new RequestError("webhook_not_signed", 401, "The request carries no signature");
const signatureInvalid = () =>
  new RequestError("webhook_signature_invalid", 401, "The signature does not fit the request");
