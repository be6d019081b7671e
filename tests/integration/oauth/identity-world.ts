import { randomBytes, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { confluenceSimulator } from "../../../dev/confluence/simulator.js";
import { faults } from "../../../dev/faults.js";
import { inProcess } from "../../../dev/in-process.js";
import { linearSimulator } from "../../../dev/linear/simulator.js";
import { connectLinks } from "../../../lib/commands/connect-link.js";
import { confluenceOAuth } from "../../../lib/confluence/oauth.js";
import { basicAuthorization, bearerAuthorization } from "../../../lib/confluence/request.js";
import { accessibleSites, listSpaces } from "../../../lib/confluence/sites.js";
import { accessStore } from "../../../lib/db/access-store.js";
import { connectionStore } from "../../../lib/db/connection-store.js";
import { installationStore, linearTokenId } from "../../../lib/db/installation-store.js";
import { keyring } from "../../../lib/db/keyring.js";
import { oauthStateStore } from "../../../lib/db/oauth-state-store.js";
import { outboxStore } from "../../../lib/db/outbox-store.js";
import { sessionStore } from "../../../lib/db/session-store.js";
import { signInStore } from "../../../lib/db/sign-in-store.js";
import { tokenStore } from "../../../lib/db/token-store.js";
import { derivedUuid, type OrganizationId, type SessionId } from "../../../lib/domain/ids.js";
import type { Question } from "../../../lib/domain/session.js";
import { oauth } from "../../../lib/http/oauth.js";
import { linearClient } from "../../../lib/linear/client.js";
import { identify, linearOAuth } from "../../../lib/linear/oauth.js";
import { accessTokens } from "../../../lib/pipeline/access-token.js";
import type { Delivering } from "../../../lib/ports.js";
import type { QueueMessage } from "../../../lib/ports-services.js";
import type { Identity } from "../../../lib/ports-identity.js";
import type { TestDatabase } from "../../support/test-database.js";

export const publicUrl = "https://agent.test";
const linearUrl = "http://linear.test";
const confluenceUrl = "http://confluence.test";
export const acme = "test-org-123" as OrganizationId;
export const linearUser = (name: string, organizationId: string = acme) => derivedUuid(organizationId, "user", name);
export const connectQuestion: Question = { kind: "connect", step: "read-page", again: 0 };

type LinearApp = { clientSecret?: string };

/** The OAuth functions with real stores, before a simulated Linear (Acme with Ada, Grace and the guest Gil; Rival with Mallory) and Confluence. */
export function identityWorld({ db }: TestDatabase, app: LinearApp & { requestsPerMinute?: number } = {}) {
  const switches = faults();
  const linear = linearSimulator({
    baseUrl: linearUrl,
    faults: switches,
    redirectUris: [`${publicUrl}/oauth/linear/callback`],
    organizations: [
      {
        id: acme,
        name: "Acme <&> Sons",
        urlKey: "acme",
        teams: [{ key: "ENG", name: "Engineering" }],
        users: [{ name: "Ada Lovelace", admin: true }, { name: "Grace Hopper" }, { name: "Gil Blas", guest: true }],
        issues: [{ team: "ENG", title: "Plan" }],
      },
      { id: "rival", name: "Rival", urlKey: "rival", teams: [], users: [{ name: "Mallory" }] },
    ],
  });
  const confluence = confluenceSimulator({ baseUrl: confluenceUrl, faults: switches });
  const linearFetch = inProcess((request) => linear.fetch(request));
  const confluenceFetch = inProcess((request) => confluence.fetch(request));
  const keys = keyring(`k1:${randomBytes(32).toString("base64")}`);
  const installations = installationStore(db, keys);
  const published: QueueMessage[] = [];
  const lines: string[] = [];
  const log = (event: string, context: object) => void lines.push(JSON.stringify({ event, ...context }));

  const linearApp = (actor: "app" | "user", scopes: string[]) =>
    linearOAuth({
      authorizeUrl: `${linearUrl}/oauth/authorize`,
      tokenUrl: `${linearUrl}/oauth/token`,
      revokeUrl: `${linearUrl}/oauth/revoke`,
      clientId: "linear-client",
      clientSecret: app.clientSecret ?? "linear-client-secret",
      scopes,
      actor,
      fetch: linearFetch,
      allowInsecure: true,
    });
  const linearInstallation = linearApp("app", ["read", "write", "app:assignable", "app:mentionable"]);
  const tokens = accessTokens({
    store: tokenStore(db, keys, "linear"),
    refresh: (token) => linearInstallation.refresh(token),
    now: Date.now,
  });
  const clock = { offsetMs: 0 };
  const now = () => Date.now() + clock.offsetMs;
  const world: Delivering = {
    sessions: sessionStore(db),
    outbox: outboxStore(db, { claimMs: 20_000, stuckMs: 30_000 }),
    queue: { publish: (message) => Promise.resolve({ messageId: `m${published.push(message)}` }) },
    linear: (organizationId) =>
      linearClient({
        url: `${linearUrl}/graphql`,
        fetch: linearFetch,
        accessToken: () => tokens.get(linearTokenId(organizationId)),
      }),
    dashboardUrl: (session) => `${publicUrl}/plan/${session.id}`,
    log: { info: log, warn: log, error: log },
    now,
  };
  const identity: Identity = {
    publicUrl,
    keyring: keys,
    states: oauthStateStore(db, keys),
    installations,
    connections: connectionStore(db, keys),
    signIns: signInStore(db),
    access: accessStore(db),
    requestsPerMinute: app.requestsPerMinute ?? 1_000,
    linearInstallation,
    linearSignIn: linearApp("user", ["read"]),
    identifyLinear: (accessToken) => identify(`${linearUrl}/graphql`, accessToken, { fetch: linearFetch }),
    confluence: confluenceOAuth({
      authorizeUrl: `${confluenceUrl}/authorize`,
      tokenUrl: `${confluenceUrl}/oauth/token`,
      clientId: "confluence-client",
      clientSecret: "confluence-secret",
      fetch: confluenceFetch,
      allowInsecure: true,
    }),
    directory: {
      sites: (token) => accessibleSites(confluenceUrl, token, { fetch: confluenceFetch }),
      spaces: ({ kind, cloudId, siteUrl, email }, token) =>
        listSpaces({
          kind,
          apiBase: kind === "cloud_oauth" ? `${confluenceUrl}/ex/confluence/${cloudId}` : siteUrl,
          authorization: () =>
            Promise.resolve(
              kind === "cloud_token" ? basicAuthorization(email ?? "", token) : bearerAuthorization(token),
            ),
          fetch: confluenceFetch,
        }),
    },
    world,
  };
  const handle = oauth(() => identity);

  /** A browser with cookies of its own; `as` is who is signed in to Linear there. */
  function aBrowser(as: { user?: string; organization?: string } = {}) {
    const cookies = new Map<string, string>();
    const seen: string[] = [];

    async function send(url: string, init: RequestInit = {}): Promise<Response> {
      const headers = new Headers(init.headers);
      const { host } = new URL(url);
      if (host === "agent.test")
        headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
      const request = new Request(url, { ...init, headers });
      const response =
        host === "agent.test"
          ? await handle(request)
          : await (host === "linear.test" ? linear.fetch(request) : confluence.fetch(request));
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        cookies.set(name, value);
      }
      return response;
    }

    return {
      cookies,
      seen,
      send,
      /** Follows redirects, up to the first that `until` names. */
      async open(start: string, until?: (url: URL) => boolean): Promise<Response & { at: URL }> {
        let url = new URL(start);
        for (;;) {
          if (url.pathname === "/oauth/authorize")
            for (const [name, value] of Object.entries(as)) url.searchParams.set(name, value);
          seen.push(`${url.host}${url.pathname}`);
          const response = await send(url.href);
          const location = response.headers.get("location");
          if (location === null) return Object.assign(response, { at: url });
          url = new URL(location, url);
          if (until?.(url)) return Object.assign(response, { at: url });
        }
      },
      submit: (fields: [string, string][]) =>
        send(`${publicUrl}/oauth/confluence/spaces`, { method: "POST", body: new URLSearchParams(fields) }),
    };
  }

  /** A session that waits for Confluence: Ada mentioned the agent with a page of the space PLAN. */
  async function aWaitingSession(change: { pageUrl?: string; createdBy?: null; question?: Question } = {}) {
    const person = derivedUuid(acme, "ada");
    const pageUrl = change.pageUrl ?? `${confluenceUrl}/wiki/spaces/PLAN/pages/65601/Planning+Home`;
    await db.query(sql`
      insert into users (id, organization_id, linear_user_id, name) values (${person}, ${acme}, ${linearUser("Ada Lovelace")}, 'Ada')
      on conflict do nothing`);
    const { agentSessionId } = linear.control.mention({ issue: "ENG-1", body: "plan it", user: "Ada" });
    const id = randomUUID() as SessionId;
    await db.query(sql`
      insert into planning_sessions (id, organization_id, planning_title, agent_session_id, prompt, status, step, progress, work, question, created_by)
      values (${id}, ${acme}, 'Plan', ${agentSessionId}, ${JSON.stringify({ texts: [], delegated: false, appUserId: null, issue: null })}::jsonb,
              'awaiting_input', 'read-page', 10, ${JSON.stringify({ pageUrl })}::jsonb, ${JSON.stringify(change.question ?? connectQuestion)}::jsonb,
              ${change.createdBy === null ? null : person})`);
    return { id, agentSessionId };
  }

  const links = connectLinks({ keyring: keys, publicUrl, installations, now });
  async function connectLink(id: SessionId): Promise<string> {
    const loaded = await world.sessions.load(id);
    if (!loaded) throw new Error(`There is no session ${id}`);
    return links(loaded.session);
  }

  return {
    linear,
    confluence,
    switches,
    identity,
    world,
    published,
    lines,
    clock,
    aBrowser,
    aWaitingSession,
    connectLink,
  };
}

/** Every row of every table, to see that nothing changed; requests are counted whatever becomes of them. */
export async function everyRow({ db }: TestDatabase): Promise<Record<string, unknown[]>> {
  const tables = await db.query<{ name: string }>(
    sql`select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'rate_limits' order by 1`,
  );
  const rows: Record<string, unknown[]> = {};
  for (const { name } of tables)
    rows[name] = await db.query(
      sql`select to_jsonb(t) as row from ${sql.identifier(name)} t order by to_jsonb(t)::text`,
    );
  return rows;
}

/** The form's fields as a browser would send them, unless `spaces` says what was ticked instead. */
export function fieldsOf(html: string, spaces?: string[]): [string, string][] {
  const choice = /name="choice" value="([^"]+)"/.exec(html)?.[1] ?? "";
  const ticked = [...html.matchAll(/name="space" value="([^"]+)" checked/g)].map((match) => match[1] ?? "");
  return [["choice", choice], ...(spaces ?? ticked).map((key): [string, string] => ["space", key])];
}
