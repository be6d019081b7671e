import { readCallbackAddress } from "../domain/callback-address.js";
import { RequestError } from "../domain/errors.js";
import type { SignInClient, SignInGoal } from "../ports-identity.js";

/**
 * Where a sign-in is to lead, from the query that begins it: `return`, a path of ours, or `client` with `code_challenge` and perhaps
 * `callback` and `state`. Throws RequestError for everything that leads elsewhere.
 */
export function readGoal(query: URLSearchParams, publicUrl: string): SignInGoal {
  return query.has("client") || query.has("callback") || query.has("code_challenge")
    ? { client: readClient(query) }
    : { returnTo: readReturn(query.get("return") ?? "/", publicUrl) };
}

/** Whole addresses are compared and kept, because a path alone may name a host: `//elsewhere`. */
function readReturn(path: string, publicUrl: string): string {
  const { origin } = new URL(publicUrl);
  if (path.startsWith("/") && path.length <= 1_000 && URL.canParse(path, origin)) {
    const url = new URL(path, origin);
    if (url.origin === origin) return url.href;
  }
  throw refused("return", "is a path of this site, such as /plan/…");
}

function readClient(query: URLSearchParams): SignInClient {
  const name = query.get("client") ?? "";
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._()+-]{0,59}$/u.test(name))
    throw refused("client", "is the name of the program, of letters, digits and spaces");
  const codeChallenge = query.get("code_challenge") ?? "";
  const method = query.get("code_challenge_method") ?? "S256";
  if (!/^[A-Za-z0-9_-]{43}$/.test(codeChallenge) || method !== "S256")
    throw refused("code_challenge", "is the SHA-256 of the verifier in base64url (PKCE, S256)");
  const state = query.get("state");
  if (state !== null && !/^[\x21-\x7e]{1,500}$/.test(state))
    throw refused("state", "has at most 500 characters of ASCII, without blanks");
  return { name, codeChallenge, state, callback: readCallback(query.get("callback")) };
}

/** In base64url, so that no step on the way decodes what is inside. */
function readCallback(encoded: string | null): string | null {
  if (encoded === null) return null;
  const address = /^[A-Za-z0-9_-]{1,3000}$/.test(encoded)
    ? readCallbackAddress(Buffer.from(encoded, "base64url").toString("utf8"))
    : null;
  if (address === null)
    throw refused("callback", "is, in base64url, an address of an editor's extension or of this machine, and no other");
  return address;
}

const refused = (name: string, what: string) =>
  new RequestError("sign_in_refused", 400, `This sign-in leads nowhere: “${name}” ${what}. Nothing was changed.`);
