/** What people's requests ask of the outside, beside `ports.ts`. */
import type { OrganizationId } from "./domain/ids.js";
import type { Principal } from "./domain/principal.js";

/** What a request shows of who sent it; secrets as the hash under which they are stored. */
export type Credential =
  | { kind: "browser" | "token"; hash: string }
  /** Nobody: the demo user of this organization, where the configuration has one. */
  | { kind: "demo"; organizationId: OrganizationId };

export type AccessStore = {
  /**
   * Who this is, counted as one request of the minute that runs; null where the credential is unknown, expired or revoked. `retryAfterMs` is
   * set where there were more than `perMinute`.
   */
  authenticate(
    credential: Credential,
    perMinute: number,
  ): Promise<{ principal: Principal; retryAfterMs: number | null } | null>;
  /** Counts a request of somebody unknown, by `key`; the wait where there were more than `perMinute`, else null. */
  countAnonymous(key: string, perMinute: number): Promise<number | null>;
};

/** Answers to requests that carried an `Idempotency-Key`. */
export type IdempotencyStore = {
  /**
   * `new`: the caller does it and then tells, and what it makes has the id `newId`; `done`: it was done, this was answered; `running`: it is
   * being done; `other`: the key was used for something else.
   */
  begin(
    principal: Principal,
    key: string,
    requestHash: string,
  ): Promise<
    | { kind: "new"; newId: string }
    | { kind: "done"; status: number; body: string }
    | { kind: "running" }
    | { kind: "other" }
  >;
  finish(principal: Principal, key: string, answer: { status: number; body: string }): Promise<void>;
  /** Lets a repeat try again at once, which makes the same thing: the first may have made it. */
  release(principal: Principal, key: string): Promise<void>;
  /** Nothing was done, and the key may be used for anything. */
  forget(principal: Principal, key: string): Promise<void>;
};

/** What belongs to no session's log: sign-ins, tokens, settings, members. Written by the statement that changes it, wherever there is one. */
export type AuditEntry = {
  action: string;
  resourceType: string;
  resourceId: string;
  details: Record<string, unknown>;
};

/** In whose name an audit entry stands: Linear's id of the person, or `agent`. */
export type AuditAuthor = { organizationId: OrganizationId; actor: string; requestId: string | null };
