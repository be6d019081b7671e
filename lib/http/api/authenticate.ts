import { createHash } from "node:crypto";
import type { Route } from "../../contract/route.js";
import { RequestError } from "../../domain/errors.js";
import type { OrganizationId } from "../../domain/ids.js";
import type { Principal } from "../../domain/principal.js";
import type { Keyring } from "../../ports-identity.js";
import type { AccessStore, Credential } from "../../ports-people.js";
import { notFoundAt } from "./input.js";

export type AccessDeps = {
  access: AccessStore;
  keyring: Keyring;
  publicUrl: string;
  /** The organization whose demo user a request without credentials is; null where there is no such user. */
  demoOrganization: OrganizationId | null;
  /** Requests that a person may make in a minute, or an address from which nobody is signed in. */
  requestsPerMinute: number;
};

/** Tokens begin so, which lets secret scanners find them. */
export const tokenPrefix = "lpa_";

/**
 * Who sent this request. Throws RequestError: 400 where it must name its organization and does not, 401 where nobody is signed in, 404
 * where it names another organization than the person's, 429 where there were too many.
 */
export async function authenticate(
  request: Request,
  deps: AccessDeps,
  route: Pick<Route, "path" | "needsOrganization">,
): Promise<Principal> {
  const credential = readCredential(request, deps);
  const named = organizationNamedBy(request);
  const isAnonymous = credential === null || credential.kind === "demo";
  if (route.needsOrganization && isAnonymous && named.length === 0)
    throw new RequestError("organization_required", 400, "X-Org-Id header required");
  if (!credential) throw notSignedIn();
  requireSameOrigin(request, credential, deps.publicUrl);
  const known = await deps.access.authenticate(credential, deps.requestsPerMinute);
  if (!known) {
    // Guessing is counted too.
    await countAnonymous(request, deps);
    throw notSignedIn();
  }
  const { principal, retryAfterMs } = known;
  if (retryAfterMs !== null) throw tooMany(retryAfterMs);
  if (named.some((id) => id !== principal.organizationId)) throw notFoundAt(route);
  return principal;
}

/** Counts a request of somebody who is not signed in, by address; throws RequestError 429 where there were too many in this minute. */
export async function countAnonymous(
  request: Request,
  {
    access,
    requestsPerMinute,
  }: Pick<AccessDeps, "requestsPerMinute"> & { access: Pick<AccessStore, "countAnonymous"> },
): Promise<void> {
  const retryAfterMs = await access.countAnonymous(`address:${hashOf(addressOf(request))}`, requestsPerMinute);
  if (retryAfterMs !== null) throw tooMany(retryAfterMs);
}

/** As the platform names it, which overwrites what a client says of itself. */
function addressOf(request: Request): string {
  const [first = ""] = (request.headers.get("x-forwarded-for") ?? "").split(",");
  return request.headers.get("x-real-ip") ?? first.trim();
}

const tooMany = (retryAfterMs: number) =>
  new RequestError("rate_limited", 429, "There were too many requests in this minute", { retryAfterMs });

/** A token wins over a cookie: who sends one means it. */
function readCredential(request: Request, { keyring, publicUrl, demoOrganization }: AccessDeps): Credential | null {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const [, token = ""] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (!token.startsWith(tokenPrefix)) throw notSignedIn();
    return { kind: "token", hash: hashOf(token) };
  }
  const secret = browserSecret(request, { keyring, publicUrl });
  if (secret !== null) return { kind: "browser", hash: hashOf(secret) };
  return demoOrganization === null ? null : { kind: "demo", organizationId: demoOrganization };
}

/** What this browser keeps of a sign-in, or null. */
export function browserSecret(
  request: Request,
  { keyring, publicUrl }: Pick<AccessDeps, "keyring" | "publicUrl">,
): string | null {
  const sealed = cookieOf(request, sessionCookie(publicUrl).name);
  return sealed === null ? null : openSecret(sealed, keyring);
}

const cookiePlace = { provider: "people", row: "cookie", kind: "session" };

/** What the browser keeps of a sign-in; what nobody sealed costs no query. */
export const sealSecret = (secret: string, keyring: Keyring): string => keyring.seal(secret, cookiePlace);

function openSecret(sealed: string, keyring: Keyring): string | null {
  try {
    return keyring.open(sealed, cookiePlace);
  } catch {
    return null;
  }
}

/** Browsers keep `__Host-` cookies to this host and to https, which the local world does not speak. Lax, because Linear sends people back from its own site. */
export function sessionCookie(publicUrl: string): { name: string; attributes: string } {
  const isSecure = publicUrl.startsWith("https:");
  return {
    name: isSecure ? "__Host-session" : "session",
    attributes: `Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`,
  };
}

export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

function cookieOf(request: Request, name: string): string | null {
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key === name) return value.join("=");
  }
  return null;
}

/** A browser sends its cookie whoever asks it to, so a change must come from our own pages. */
function requireSameOrigin(request: Request, credential: Credential, publicUrl: string): void {
  if (credential.kind === "token" || request.method === "GET" || request.method === "HEAD") return;
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if ((origin !== null && origin !== new URL(publicUrl).origin) || site === "cross-site")
    throw new RequestError("cross_site", 403, "This request came from another site");
}

/** The organizations that header and query name; who repeats one, or names two, must be right about all. */
function organizationNamedBy(request: Request): string[] {
  const headers = (request.headers.get("x-org-id") ?? "").split(",").map((id) => id.trim());
  return [...headers.filter(Boolean), ...new URL(request.url).searchParams.getAll("org").filter(Boolean)];
}

const notSignedIn = () =>
  new RequestError("not_signed_in", 401, "Please sign in, or send a token that is valid: Authorization: Bearer …");
