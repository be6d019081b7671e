import { randomUUID } from "node:crypto";
import { type Callback, newSecret, takeAuthorization } from "../commands/authorization.js";
import {
  chooseSpaces,
  finishConsent,
  finishIdentification,
  followConnectLink,
} from "../commands/connect-confluence.js";
import { beginInstallation, finishInstallation } from "../commands/install-linear.js";
import { beginSignIn, finishSignIn, signInDays } from "../commands/sign-in.js";
import { readGoal } from "../commands/sign-in-goal.js";
import { FatalError, RequestError, RetryableError } from "../domain/errors.js";
import type { Log } from "../ports.js";
import type { Identity, OAuthRequest } from "../ports-identity.js";
import { browserSecret, countAnonymous, hashOf, sealSecret, sessionCookie } from "./api/authenticate.js";
import { codePage, messagePage, spacesPage } from "./pages.js";
import { currentRequestId, inRequest } from "./request.js";
import { readRaw } from "./respond.js";

const spacesPath = "/oauth/confluence/spaces";
type Route = (request: Request, identity: Identity) => Promise<Response>;

const routes: Record<string, Route> = {
  "GET /oauth/sign-in": async (request, identity) => {
    const { searchParams: query } = new URL(request.url);
    const goal = readGoal(query, identity.publicUrl);
    const choosesWorkspace = query.get("workspace") === "choose";
    return leave(request, identity, (browser) => beginSignIn(identity, { goal, browser, choosesWorkspace }));
  },
  "GET /oauth/linear/install": (request, identity) =>
    leave(request, identity, (browser) => beginInstallation(identity, browser)),
  "GET /oauth/linear/callback": linearCallback,
  "GET /oauth/confluence/connect": (request, identity) => {
    const link = new URL(request.url).searchParams.get("link") ?? "";
    return leave(request, identity, (browser) => followConnectLink(identity, link, browser));
  },
  "GET /oauth/confluence/callback": confluenceCallback,
  [`POST ${spacesPath}`]: spacesChosen,
};

/** Signing in, installing in Linear and connecting Confluence, as browsers go through it: redirects, and pages that say what happened. */
export const oauth =
  (deps: () => Identity) =>
  async (request: Request): Promise<Response> => {
    const identity = deps();
    const { pathname } = new URL(request.url);
    const route = routes[`${request.method} ${pathname}`];
    if (!route) return messagePage(404, "Nothing here", "This address leads nowhere. Please check the link.");
    const { log, tracer } = identity.world;
    return inRequest(request, { log, tracer, name: "oauth", operation: `${request.method} ${pathname}` }, () =>
      route(request, identity).catch((error: unknown) => toPage(error, pathname, log)),
    );
  };

async function linearCallback(request: Request, identity: Identity): Promise<Response> {
  const callback = toCallback(request, identity);
  const begun = await takeAuthorization(identity, callback, ["sign_in", "install_linear", "identify_linear"]);
  if (begun.purpose === "sign_in") return signedIn(request, identity, callback, begun);
  if (begun.purpose === "identify_linear") return redirect(await finishIdentification(identity, callback, begun));
  const { workspace } = await finishInstallation(identity, callback, begun);
  return messagePage(
    200,
    "The agent is installed",
    `It is now in ${workspace}. Mention it on an issue together with a Confluence page, or delegate the issue to it.`,
  );
}

async function signedIn(
  request: Request,
  identity: Identity,
  callback: Callback,
  begun: OAuthRequest,
): Promise<Response> {
  const { keyring, publicUrl } = identity;
  const secret = newSecret();
  const before = browserSecret(request, { keyring, publicUrl });
  const end = await finishSignIn(identity, callback, begun, {
    hash: hashOf(secret),
    userAgent: (request.headers.get("user-agent") ?? "").slice(0, 300),
    replaces: before === null ? null : hashOf(before),
    requestId: currentRequestId() ?? randomUUID(),
  });
  if (end.kind === "callback") return redirect(end.location);
  if (end.kind === "paste") return codePage(end.client, end.code);
  const response = redirect(end.returnTo);
  const { name, attributes } = sessionCookie(publicUrl);
  const seconds = signInDays * 86_400;
  response.headers.append("set-cookie", `${name}=${sealSecret(secret, keyring)}; ${attributes}; Max-Age=${seconds}`);
  return response;
}

async function confluenceCallback(request: Request, identity: Identity): Promise<Response> {
  const callback = toCallback(request, identity);
  const begun = await takeAuthorization(identity, callback, ["connect_confluence"]);
  return spacesPage({ action: spacesPath, ...(await finishConsent(identity, callback, begun)) });
}

async function spacesChosen(request: Request, identity: Identity): Promise<Response> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded"))
    throw new RequestError("not_a_form", 415, "This address takes the form that it gave out.");
  const form = new URLSearchParams(Buffer.from(await readRaw(request)).toString("utf8"));
  const { siteUrl, resumed } = await chooseSpaces(identity, {
    choice: form.get("choice") ?? "",
    spaces: form.getAll("space"),
    browser: browserOf(request, identity),
  });
  const next =
    resumed > 0
      ? "The agent goes on with the plan by itself: look at the issue in Linear."
      : "You can close this page.";
  return messagePage(200, "Confluence is connected", `${new URL(siteUrl).host} is connected. ${next}`);
}

/** Sends the browser away with a secret of its own, without which nobody can come back in its place. */
async function leave(
  request: Request,
  identity: Identity,
  begin: (browser: string) => Promise<string>,
): Promise<Response> {
  // Each is kept until it is over, and anybody may begin one.
  await countAnonymous(request, identity);
  const browser = browserOf(request, identity) ?? newSecret();
  const response = redirect(await begin(browser));
  const { name, attributes } = cookieOf(identity);
  response.headers.append("set-cookie", `${name}=${browser}; ${attributes}; Max-Age=3600`);
  return response;
}

/** Browsers keep `__Host-` cookies to this host and to https, which the local world does not speak. */
function cookieOf({ publicUrl }: Identity): { name: string; attributes: string } {
  const isSecure = publicUrl.startsWith("https:");
  // Lax, because providers send the browser back from their own site.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  return { name: isSecure ? "__Host-oauth" : "oauth", attributes };
}

function browserOf(request: Request, identity: Identity): string | null {
  const { name } = cookieOf(identity);
  const cookies = (request.headers.get("cookie") ?? "").split(";").map((cookie) => cookie.trim().split("="));
  const value = cookies.find(([key]) => key === name)?.[1] ?? "";
  return /^[A-Za-z0-9_-]{43}$/.test(value) ? value : null;
}

const toCallback = (request: Request, identity: Identity): Callback => ({
  url: new URL(request.url),
  browser: browserOf(request, identity),
});

const redirect = (location: string): Response =>
  new Response(null, {
    status: 302,
    headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });

/** What went wrong, for a person; the log gets the code and never what the request carried. */
function toPage(error: unknown, path: string, log: Log): Response {
  if (error instanceof RequestError) {
    log.warn("oauth.refused", { path, code: error.code, status: error.status });
    return retryAfter(messagePage(error.status, "This did not work", error.message), error.retryAfterMs);
  }
  if (error instanceof RetryableError) {
    log.error("oauth.failed", { path, code: error.code });
    const text =
      "One of the services did not answer, so nothing was finished. Please wait a minute and open the link again.";
    return retryAfter(messagePage(503, "Please try again", text), error.retryAfterMs ?? 30_000);
  }
  if (error instanceof FatalError) {
    log.error("oauth.failed", { path, code: error.code });
    return messagePage(502, "This did not work", error.words);
  }
  log.error("oauth.failed", { path, code: "unexpected", reason: error instanceof Error ? error.name : "unknown" });
  return messagePage(
    500,
    "Something went wrong",
    "That was our fault, and nothing was changed that you did not see. Please try again.",
  );
}

function retryAfter(response: Response, ms: number | null): Response {
  if (ms !== null) response.headers.set("retry-after", String(Math.ceil(ms / 1_000)));
  return response;
}
