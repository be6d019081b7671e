import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { OAuthPurpose } from "../ports-identity.js";
import { instant, organizationId, times, users } from "./schema.js";

/** One installation's grant. Tokens are sealed; `refreshing_until` is the claim of whoever refreshes. */
export const linearTokens = pgTable("linear_tokens", {
  id: uuid("id").primaryKey(),
  organizationId: organizationId().unique(),
  appUserId: text("app_user_id").notNull(),
  accessToken: text("access_token").notNull(),
  refreshToken: text("refresh_token"),
  scope: text("scope").notNull().default(""),
  expiresAt: instant("expires_at").notNull(),
  version: integer("version").notNull().default(1),
  refreshingUntil: instant("refreshing_until"),
  revokedAt: instant("revoked_at"),
  ...times,
});

/** A connection to one Confluence site and the spaces that the agent may use there. */
export const confluenceTokens = pgTable(
  "confluence_tokens",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    kind: text("kind").$type<"cloud_oauth" | "cloud_token" | "data_center">().notNull(),
    siteUrl: text("site_url").notNull(),
    cloudId: text("cloud_id"),
    spaces: text("spaces").array().notNull(),
    /** The account of a Cloud API token; null for the other kinds. */
    email: text("email"),
    accessToken: text("access_token").notNull(),
    refreshToken: text("refresh_token"),
    scope: text("scope").notNull().default(""),
    expiresAt: instant("expires_at"),
    version: integer("version").notNull().default(1),
    refreshingUntil: instant("refreshing_until"),
    revokedAt: instant("revoked_at"),
    /** What senders of webhooks show or sign with, sealed; null where none was asked for. */
    webhookSecret: text("webhook_secret"),
    ...times,
  },
  (table) => [unique("confluence_tokens_organization_site").on(table.organizationId, table.siteUrl)],
);

/** Authorization requests under way; a row is used once. */
export const oauthStates = pgTable("oauth_states", {
  /** SHA-256 of the state that the browser carries. */
  id: text("id").primaryKey(),
  organizationId: text("organization_id"),
  purpose: text("purpose").$type<OAuthPurpose>().notNull(),
  sessionId: uuid("session_id"),
  /** Linear user who must finish what the connect link began. */
  linearUserId: text("linear_user_id"),
  codeVerifier: text("code_verifier").notNull(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
  ...times,
});

/** People signed in: a row for each browser or editor. What they hold is stored as a hash. */
export const signIns = pgTable(
  "sign_ins",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** SHA-256 of the secret. */
    hash: text("hash").notNull().unique(),
    userAgent: text("user_agent").notNull().default(""),
    expiresAt: instant("expires_at").notNull(),
    seenAt: instant("seen_at").notNull().defaultNow(),
    revokedAt: instant("revoked_at"),
    ...times,
  },
  (table) => [index("sign_ins_user").on(table.userId, table.createdAt)],
);

/** Tokens for scripts and editors, shown once and stored as a hash. */
export const apiTokens = pgTable(
  "api_tokens",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** The most that it may do, whatever its owner may. */
    scope: text("scope").$type<"read" | "write" | "admin">().notNull(),
    hash: text("hash").notNull().unique(),
    /** The first letters, by which people tell their tokens apart. */
    hint: text("hint").notNull(),
    expiresAt: instant("expires_at").notNull(),
    usedAt: instant("used_at"),
    revokedAt: instant("revoked_at"),
    ...times,
  },
  (table) => [index("api_tokens_user").on(table.userId, table.createdAt)],
);

/** Answers to requests that carried an `Idempotency-Key`, for repeats within a day. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    key: text("key").notNull(),
    organizationId: organizationId(),
    /** SHA-256 of method, path and body. */
    requestHash: text("request_hash").notNull(),
    /** What the request makes gets this id, however often it is tried. */
    newId: uuid("new_id").notNull(),
    /** When a request that has not told its end may be tried again. */
    heldUntil: instant("held_until").notNull(),
    /** Null while the first request is at work. */
    status: integer("status"),
    body: text("body"),
    ...times,
  },
  (table) => [primaryKey({ columns: [table.userId, table.key] }), index("idempotency_keys_age").on(table.createdAt)],
);

/** Requests of a caller in the minute that runs. */
export const rateLimits = pgTable(
  "rate_limits",
  {
    key: text("key").primaryKey(),
    windowStart: instant("window_start").notNull(),
    used: integer("used").notNull(),
    ...times,
  },
  (table) => [index("rate_limits_age").on(table.windowStart)],
);

/** What happened that belongs to no session: sign-ins, tokens, settings, members. Only ever added to. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    /** Linear's id of the person, or `agent`. */
    actor: text("actor").notNull(),
    action: text("action").notNull(),
    resourceType: text("resource_type").notNull(),
    resourceId: text("resource_id").notNull(),
    details: jsonb("details").$type<Record<string, unknown>>().notNull(),
    requestId: text("request_id"),
    ...times,
  },
  (table) => [index("audit_log_organization").on(table.organizationId, table.createdAt.desc(), table.id.desc())],
);
