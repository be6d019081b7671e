import * as z from "zod/mini";
import { Instant, Paging, pageOf, text, Uuid } from "../common.js";
import { routes } from "../route.js";

/** The most that a token may do: `read` as a viewer, `write` as a member, `admin` as an admin, and never more than its owner. */
export const Scope = z.enum(["read", "write", "admin"]);

/** A browser in which somebody is signed in. */
export const SignIn = z.object({
  id: Uuid,
  userId: Uuid,
  /** The one that this request comes with. */
  isCurrent: z.boolean(),
  userAgent: z.string(),
  createdAt: Instant,
  seenAt: Instant,
  expiresAt: Instant,
});
export type SignIn = z.infer<typeof SignIn>;

/** A token as lists show it; `hint` are its first letters. */
export const ApiToken = z.object({
  id: Uuid,
  userId: Uuid,
  userName: z.string(),
  name: z.string(),
  scope: Scope,
  hint: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
  usedAt: z.nullable(Instant),
});
export type ApiToken = z.infer<typeof ApiToken>;

/** A new token; `token` is shown this once. */
export const CreatedToken = z.extend(ApiToken, { token: z.string() });
export type CreatedToken = z.infer<typeof CreatedToken>;

const byId = z.object({ id: Uuid });
const auth = { tag: "signing in" } as const;
const tokens = { tag: "tokens" } as const;

/** Who is signed in where, and the tokens of scripts and editors. */
export const accessRoutes = routes({
  signOut: {
    ...auth,
    method: "POST",
    path: "/api/v1/auth/sign-out",
    summary: "Ends the sign-in or the token that the request comes with",
    access: "viewer",
    status: 204,
    answer: null,
  },
  listSignIns: {
    ...auth,
    method: "GET",
    path: "/api/v1/auth/sign-ins",
    summary: "Lists where one is signed in, the newest first; admins may ask for somebody else",
    access: "viewer",
    query: z.extend(Paging, { userId: z.optional(Uuid) }),
    status: 200,
    answer: pageOf(SignIn),
  },
  revokeSignIn: {
    ...auth,
    method: "DELETE",
    path: "/api/v1/auth/sign-ins/{id}",
    summary: "Ends a sign-in; admins may end those of others",
    access: "viewer",
    params: byId,
    status: 204,
    answer: null,
  },
  redeemCode: {
    ...auth,
    method: "POST",
    path: "/api/v1/auth/token",
    summary: "Trades the one-time code of a sign-in for a token",
    access: "public",
    body: z.object({
      code: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/, "is not complete")),
      code_verifier: z.string().check(z.regex(/^[A-Za-z0-9._~-]{43,128}$/, "has 43 to 128 unreserved characters")),
    }),
    status: 200,
    answer: CreatedToken,
  },
  listTokens: {
    ...tokens,
    method: "GET",
    path: "/api/v1/tokens",
    summary: "Lists one's tokens, the newest first; admins may ask for everybody's",
    access: "viewer",
    query: z.extend(Paging, { all: z.optional(z.enum(["true", "false"])) }),
    status: 200,
    answer: pageOf(ApiToken),
  },
  createToken: {
    ...tokens,
    method: "POST",
    path: "/api/v1/tokens",
    summary: "Makes a token for a script; not by a token",
    access: "viewer",
    body: z.object({
      name: text(60),
      scope: Scope,
      expiresInDays: z._default(z.int().check(z.gte(1), z.lte(365)), 90),
    }),
    status: 201,
    answer: CreatedToken,
  },
  revokeToken: {
    ...tokens,
    method: "DELETE",
    path: "/api/v1/tokens/{id}",
    summary: "Ends a token; admins may end those of others",
    access: "viewer",
    params: byId,
    status: 204,
    answer: null,
  },
});
