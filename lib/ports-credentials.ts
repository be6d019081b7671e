/** What signing in, signing out and tokens for scripts ask of the outside. Secrets come as the hash under which they are stored. */
import type { OrganizationId, UserId } from "./domain/ids.js";
import type { Principal, Role, Scope } from "./domain/principal.js";
import type { LinearPerson } from "./ports-identity.js";

/** A browser in which a person is signed in. Instants as ISO 8601 writes them. */
export type SignIn = {
  id: string;
  userId: UserId;
  userAgent: string;
  createdAt: string;
  seenAt: string;
  expiresAt: string;
};
/** What a browser is to keep of its sign-in, as the hash under which it is stored; `replaces` is what it kept before. */
export type BrowserSignIn = {
  hash: string;
  userAgent: string;
  replaces: string | null;
  days: number;
  requestId: string;
};
export type SignInStore = {
  /**
   * Stores who signed in and, with `browser`, that they are signed in there; `replaces` is what the browser was signed in with before.
   * The role counts for somebody to whom nobody gave one yet. Null where the organization has not installed the app.
   */
  signIn(
    person: LinearPerson,
    role: Role,
    browser: BrowserSignIn | null,
  ): Promise<{ organizationId: OrganizationId; userId: UserId } | null>;
  /** Those that are alive, the newest first: one's own, or those of a colleague for an admin; null where there is no such person, for this one. */
  list(principal: Principal, userId: UserId, page: PageWish): Promise<PageOf<SignIn> | null>;
  /** False where there is none, for this person. */
  revoke(principal: Principal, id: string, requestId: string): Promise<boolean>;
};

/** A token of somebody; `hint` are its first letters. */
export type ApiToken = {
  id: string;
  userId: UserId;
  userName: string;
  name: string;
  scope: Scope;
  hint: string;
  createdAt: string;
  expiresAt: string;
  usedAt: string | null;
};
export type NewApiToken = { id: string; name: string; scope: Scope; hash: string; hint: string; days: number };
export type ApiTokenStore = {
  /** `gone` where the owner or their organization is no more. */
  create(
    owner: { organizationId: OrganizationId; userId: UserId },
    token: NewApiToken,
    requestId: string,
  ): Promise<ApiToken | "too_many" | "gone">;
  /** Those that nobody revoked, the newest first: one's own, or everybody's. */
  list(principal: Principal, whose: "own" | "all", page: PageWish): Promise<PageOf<ApiToken>>;
  /** False where there is none, for this person. */
  revoke(principal: Principal, id: string, requestId: string): Promise<boolean>;
};

/** Where a page of a list begins and how long it is. */
export type PageWish = { limit: number; cursor: string | null };
export type PageOf<T> = { items: T[]; next: string | null };
