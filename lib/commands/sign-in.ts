import { RequestError } from "../domain/errors.js";
import type { Role } from "../domain/principal.js";
import type { ApiToken, ApiTokenStore, BrowserSignIn, NewApiToken } from "../ports-credentials.js";
import type { Identity, LinearPerson, OAuthRequest, OAuthStateStore, SignInGoal } from "../ports-identity.js";
import { beginAuthorization, type Callback, challengeOf, exchangeCode, newSecret } from "./authorization.js";

/** Where the browser of somebody goes to show Linear who they are. A program gets nothing without their consent, each time. */
export const beginSignIn = (
  identity: Identity,
  { goal, browser, choosesWorkspace }: { goal: SignInGoal; browser: string; choosesWorkspace: boolean },
): Promise<string> =>
  beginAuthorization(identity, {
    purpose: "sign_in",
    link: null,
    goal,
    browser,
    asksAgain: choosesWorkspace || "client" in goal,
  });

/** How long a browser stays signed in, in days. */
export const signInDays = 30;
/** What follows a sign-in: the browser is signed in and goes on, or a program gets a code, at its address or by the person's hand. */
export type SignInEnd =
  | { kind: "browser"; returnTo: string }
  | { kind: "callback"; location: string }
  | { kind: "paste"; client: string; code: string };

/** Ends what `beginSignIn` began: the person is one of ours from now on. Throws RequestError where their workspace has not installed the app. */
export async function finishSignIn(
  identity: Identity,
  callback: Callback,
  request: OAuthRequest,
  browser: Omit<BrowserSignIn, "days">,
): Promise<SignInEnd> {
  const { goal } = request;
  if (!goal) throw new Error("a sign-in leads nowhere");
  const tokens = await exchangeCode(identity, callback, request);
  const person = await identity.identifyLinear(tokens.accessToken);
  const known = await identity.signIns.signIn(
    person,
    roleOf(person),
    "client" in goal ? null : { ...browser, days: signInDays },
  );
  if (!known) throw notInstalled(person, identity.publicUrl);
  const { organizationId, userId } = known;
  identity.world.log.info("person.signed_in", {
    organizationId,
    userId,
    requestId: browser.requestId,
    as: "client" in goal ? "program" : "browser",
  });
  if (!("client" in goal)) return { kind: "browser", returnTo: goal.returnTo };

  const { client } = goal;
  const code = newSecret();
  await identity.states.keepCode(code, { organizationId, userId, client });
  if (client.callback === null) return { kind: "paste", client: client.name, code };
  const location = new URL(client.callback);
  location.searchParams.set("code", code);
  if (client.state !== null) location.searchParams.set("state", client.state);
  return { kind: "callback", location: location.href };
}

/** The life of a token that a program gets by a code, in days. */
export const programTokenDays = 90;

/** Trades a one-time code for a token that the program which asked for it may use; the code is used up, whatever comes of it. */
export async function redeemCode(
  deps: { states: OAuthStateStore; apiTokens: ApiTokenStore },
  given: { code: string; codeVerifier: string; token: Pick<NewApiToken, "id" | "hash" | "hint">; requestId: string },
): Promise<ApiToken> {
  const meaning = await deps.states.takeCode(given.code);
  if (!meaning || challengeOf(given.codeVerifier) !== meaning.client.codeChallenge) throw codeRefused();
  const wish = { ...given.token, name: meaning.client.name, scope: "write", days: programTokenDays } as const;
  const token = await deps.apiTokens.create(meaning, wish, given.requestId);
  if (token === "gone") throw codeRefused();
  if (token === "too_many") throw tooManyTokens();
  return token;
}

/** Everybody begins with what they are in Linear. */
const roleOf = ({ isAdmin, isGuest }: LinearPerson): Role => (isGuest ? "viewer" : isAdmin ? "admin" : "member");

const notInstalled = ({ organization }: LinearPerson, publicUrl: string) =>
  new RequestError(
    "not_installed",
    403,
    `The agent is not installed in the Linear workspace ${organization.name}, so nobody can sign in from there. An admin of the workspace can install it at ${publicUrl}/oauth/linear/install. If you meant another workspace, choose it at ${publicUrl}/oauth/sign-in?workspace=choose. Nothing was changed.`,
  );
const codeRefused = () =>
  new RequestError(
    "code_refused",
    400,
    "This code is unknown, was used, has expired after five minutes, or is another program's. Please sign in again.",
  );
/** Why there is no token: its owner has as many as one person may have. */
export const tooManyTokens = (): RequestError =>
  new RequestError("too_many_tokens", 409, "You have as many tokens as one person may have. Please revoke some first.");
