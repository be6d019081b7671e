import { randomBytes, randomUUID } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import { announcing } from "../../lib/compose/announcing.js";
import { createApi } from "../../lib/compose/api.js";
import { readEnvironment } from "../../lib/compose/env.js";
import { api } from "../../lib/contract/api.js";
import { ApiError, type Client, client } from "../../lib/contract/client.js";
import { json } from "../../lib/db/database.js";
import type { EngagementId, OrganizationId, SessionId, UserId } from "../../lib/domain/ids.js";
import type { Role, Scope } from "../../lib/domain/principal.js";
import { defaultEngagementSettings, type EngagementSettings, type SessionStatus } from "../../lib/domain/session.js";
import { hashOf, tokenPrefix } from "../../lib/http/api/authenticate.js";
import { type ApiDeps, v1 } from "../../lib/http/api/v1.js";
import { type TestDatabase, testDatabase } from "./test-database.js";

/** Somebody who can call the API with a token of their own. */
export type Person = {
  organizationId: OrganizationId;
  userId: UserId;
  linearUserId: string;
  name: string;
  token: string;
};

export type ApiWorld = Awaited<ReturnType<typeof apiWorld>>;

const publicUrl = "http://localhost:3000";
/** Nobody listens there: what a test wants of the services it brings itself. */
const nowhere = "http://127.0.0.1:1";
const settings = {
  PUBLIC_URL: publicUrl,
  DATABASE_URL: "postgres://local:local@localhost/local",
  TOKEN_KEYS: `test:${randomBytes(32).toString("base64")}`,
  LINEAR_API_URL: nowhere,
  ATLASSIAN_AUTH_URL: nowhere,
  ATLASSIAN_API_URL: nowhere,
  QSTASH_URL: nowhere,
  LINEAR_CLIENT_ID: "linear-client",
  LINEAR_CLIENT_SECRET: "linear-secret",
  LINEAR_WEBHOOK_SECRET: "linear-webhook-secret",
  CONFLUENCE_CLIENT_ID: "confluence-client",
  CONFLUENCE_CLIENT_SECRET: "confluence-secret",
  QSTASH_TOKEN: "qstash-token",
  QSTASH_CURRENT_SIGNING_KEY: "current",
  QSTASH_NEXT_SIGNING_KEY: "next",
  CRON_SECRET: "cron-secret",
  REQUESTS_PER_MINUTE: "1000000",
};

/**
 * The whole REST API in this process, as production composes it, over a test database: every answer is held against its schema. `env`
 * changes settings, `deps` replaces what the handlers are given.
 */
export async function apiWorld(
  options: { env?: Record<string, string>; deps?: Partial<ApiDeps>; database?: TestDatabase } = {},
) {
  const database = options.database ?? (await testDatabase());
  const { db } = database;
  const env = readEnvironment({ ...settings, ...options.env });
  const base = { env, db, announce: announcing(env, db) };
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const created = createApi(env, base);
  const deps: ApiDeps = {
    ...created,
    // The queue takes every message and brings none.
    world: { ...created.world, log: silent, queue: { publish: async () => ({ messageId: randomUUID() }) } },
    log: silent,
    observe: () => undefined,
    checkAnswers: true,
    ...options.deps,
  };
  const handle = v1(() => deps);
  const run = (statement: SQL) => db.query(statement);

  /** The typed client of the API, as this person; as nobody where none is named. */
  const as = (person: Pick<Person, "token"> | null): Client =>
    client(api, {
      baseUrl: publicUrl,
      fetch: async (input, init) => handle(new Request(input, init)),
      headers: (): Record<string, string> => (person ? { authorization: `Bearer ${person.token}` } : {}),
    });

  const anOrganization = async (id = `org-${randomUUID().slice(0, 8)}`): Promise<OrganizationId> => {
    await run(sql`insert into organizations (id, name, url_key) values (${id}, ${id}, ${id}) on conflict do nothing`);
    return id as OrganizationId;
  };

  const aToken = async (person: Omit<Person, "token">, scope: Scope = "admin"): Promise<string> => {
    const token = `${tokenPrefix}${randomBytes(24).toString("base64url")}`;
    await run(sql`
      insert into api_tokens (id, organization_id, user_id, name, scope, hash, hint, expires_at)
      values (gen_random_uuid(), ${person.organizationId}, ${person.userId}, 'test', ${scope}, ${hashOf(token)}, ${token.slice(0, 8)}, now() + interval '1 day')`);
    return token;
  };

  /** A person of the organization with a token that may do whatever the person may. */
  const aPerson = async (
    organizationId: OrganizationId,
    differs: { role?: Role; name?: string; linearUserId?: string; scope?: Scope } = {},
  ): Promise<Person> => {
    const userId = randomUUID() as UserId;
    const linearUserId = differs.linearUserId ?? `linear-${userId.slice(0, 8)}`;
    const name = differs.name ?? "Ada";
    await run(sql`
      insert into users (id, organization_id, linear_user_id, name, email, role)
      values (${userId}, ${organizationId}, ${linearUserId}, ${name}, ${`${linearUserId}@example.com`}, ${differs.role ?? "member"})`);
    const person = { organizationId, userId, linearUserId, name };
    return { ...person, token: await aToken(person, differs.scope) };
  };

  /** An engagement without any session. */
  const anEngagement = async (
    organizationId: OrganizationId,
    differs: { name?: string; teamId?: string; settings?: Partial<EngagementSettings>; pageUrls?: string[] } = {},
  ): Promise<EngagementId> => {
    const id = randomUUID();
    await run(sql`
      insert into engagements (id, organization_id, team_id, name, settings, page_urls)
      values (${id}, ${organizationId}, ${differs.teamId ?? null}, ${differs.name ?? "Checkout"},
              ${json({ ...defaultEngagementSettings, ...differs.settings })},
              (select coalesce(array_agg(value), '{}') from jsonb_array_elements_text(${json(differs.pageUrls ?? [])})))`);
    return id as EngagementId;
  };

  const aMember = (engagementId: EngagementId, person: Person, role: Role = "member") =>
    run(sql`
      insert into engagement_members (engagement_id, user_id, organization_id, role)
      values (${engagementId}, ${person.userId}, ${person.organizationId}, ${role})`);

  /** A session made by this person, in their own engagement unless one is named, put where a test needs it. */
  const aSession = async (
    person: Person,
    differs: {
      title?: string;
      engagementId?: EngagementId | null;
      pageUrl?: string | null;
      participants?: string[];
      status?: SessionStatus;
      archived?: boolean;
    } = {},
  ): Promise<SessionId> => {
    const id = randomUUID() as SessionId;
    await deps.livePlans.create({
      id,
      organizationId: person.organizationId,
      engagementId: differs.engagementId ?? null,
      title: differs.title ?? "Launch",
      description: null,
      pageUrl: differs.pageUrl ?? null,
      participants: differs.participants ?? [],
      createdBy: person.userId,
      actor: person.linearUserId,
      writable: { byDefault: true, except: [] },
    });
    if (differs.status || differs.archived)
      await run(sql`
        update planning_sessions set status = coalesce(${differs.status ?? null}, status),
               archived_at = case when ${differs.archived ?? false}::boolean then now() end where id = ${id}`);
    return id;
  };

  return {
    database,
    db,
    /** What other functions over the same database are composed from. */
    base,
    deps,
    as,
    /** Any request, as a client that knows nothing of the contract would send it. */
    send: (path: string, init: RequestInit = {}, person: Pick<Person, "token"> | null = null): Promise<Response> => {
      const headers = new Headers(init.headers);
      if (person) headers.set("authorization", `Bearer ${person.token}`);
      return handle(new Request(`${publicUrl}${path}`, { ...init, headers }));
    },
    anOrganization,
    aPerson,
    aToken,
    anEngagement,
    aMember,
    aSession,
    reset: () => database.reset(),
    close: () => database.close(),
  };
}

/** What the API refused, as `[status, code]`; throws where it did not. */
export async function refusal(answer: Promise<unknown>): Promise<[number, string]> {
  const problem = await refused(answer);
  return [problem.status, problem.code];
}

/** The error with which the API refused. */
export async function refused(answer: Promise<unknown>): Promise<ApiError> {
  const outcome = await answer.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome && outcome.error instanceof ApiError) return outcome.error;
  throw "error" in outcome ? outcome.error : new Error(`not refused: ${JSON.stringify(outcome.value)}`);
}

/** What the API refused of several requests that are under way. */
export const refusals = (answers: Promise<unknown>[]): Promise<[number, string][]> => Promise.all(answers.map(refusal));
