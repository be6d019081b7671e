import { createHash, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { OrganizationId, UserId } from "../../lib/domain/ids.js";
import { type Role, roles } from "../../lib/domain/principal.js";
import type { SessionStatus } from "../../lib/domain/session.js";
import type { ApiWorld, Person } from "./api-world.js";
import { type Caller, type Choice, type Drawn, slotOf } from "./generated-requests.js";
import { broken } from "./json-arbitrary.js";
import { type Ids, type Kind, type Operation, put, type Slot } from "./operations.js";
import { aBrowser, aScene } from "./scene.js";

/** Where a sequence plays: an organization of its own, with somebody for each role, a scene and what the requests add to it. */
export async function aPlayground(world: ApiWorld, theirs: Ids, stranger: Person) {
  const organizationId = await world.anOrganization();
  const people = Object.fromEntries(
    await Promise.all(roles.map(async (role) => [role, await world.aPerson(organizationId, { role })] as const)),
  ) as Record<Role, Person>;
  const ids = await aScene(world, people.admin);
  const pool = await aPool(world, organizationId, people.admin.userId, ids);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const signIn = async () => ({
    admin: await aBrowser(world, people.admin),
    member: await aBrowser(world, people.member),
    viewer: await aBrowser(world, people.viewer),
    readToken: bearer(await world.aToken(people.admin, "read")),
    stranger: bearer(stranger.token),
    nobody: {},
    guess: bearer("lpa_guess"),
  });
  let credentials: Record<Caller, Record<string, string>> = await signIn();
  /** Of what was answered last, by id. */
  const versions = new Map<string, number>();
  /** Of lists that have another page. */
  const cursors = new Map<string, string>();
  const codes = await aCode(world, organizationId, people.member.userId);

  return {
    organizationId,
    /** The request that was drawn, with the ids that there are now. */
    resolve(operation: Operation, drawn: Drawn): Resolved {
      const named: boolean[] = [];
      const chosen = new Map<number, string>();
      const idAt = (index: number): string => {
        const id = choose(index);
        chosen.set(index, id);
        return id;
      };
      const choose = (index: number): string => {
        const { kind } = operation.slots[index] as Slot;
        const { from, n, junk: odd } = drawn.choices[index] as Choice;
        if (from === "junk") return odd;
        if (kind === "new" || kind === "filter") return randomUUID();
        named.push(from === "theirs");
        if (from === "theirs") return theirs[kind];
        if (from === "unknown") return randomUUID();
        const known = pool[kind] ?? [];
        return from === "scene" || known.length === 0 ? ids[kind] : (known[n % known.length] ?? ids[kind]);
      };
      let path = operation.path;
      let word = 0;
      const search = new URLSearchParams();
      for (const parameter of operation.parameters) {
        const slot = slotOf(operation, parameter);
        const index = slot ? operation.slots.indexOf(slot) : -1;
        if (parameter.in === "path")
          path = path.replace(
            `{${parameter.name}}`,
            encodeURIComponent(slot ? idAt(index) : (drawn.words[word++] ?? "")),
          );
        if (parameter.in !== "query") continue;
        // Filters by id are drawn in half of the requests.
        if (slot && (parameter.required || (drawn.choices[index]?.n ?? 0) % 2 === 0))
          search.set(parameter.name, idAt(index));
        const isNext = parameter.name === "cursor" && cursors.has(operation.operationId);
        const value =
          isNext && drawn.query.cursor != null ? cursors.get(operation.operationId) : drawn.query[parameter.name];
        if (!slot && value != null)
          search.set(parameter.name, typeof value === "string" ? value : JSON.stringify(value));
      }
      let body = structuredClone(drawn.body);
      operation.slots.forEach((slot, index) => {
        if (slot.place === "body" && has(body, slot.path)) put(body, slot.path, idAt(index));
      });
      const seen = (id: string | undefined) => (id === undefined ? undefined : (versions.get(id) ?? 1));
      const inPath = operation.slots.findIndex(({ place }) => place === "path");
      if (drawn.asSeen) {
        replace(body, "expectedVersion", seen(chosen.get(inPath)));
        replace(body, "targetVersion", seen(chosen.get(inPath)));
        replace(
          body,
          "sourceVersion",
          seen(chosen.get(operation.slots.findIndex(({ kind }) => kind === "sourceSession"))),
        );
      }
      if (operation.operationId === "redeemCode" && drawn.caller !== "guess") body = codes;
      if (drawn.breaking && operation.body) body = broken(body, drawn.breaking.at, drawn.breaking);
      const ownOrganization = drawn.caller === "stranger" ? stranger.organizationId : organizationId;
      const organization = { none: null, own: ownOrganization, other: theirs.organization }[drawn.organization];
      const headers: Record<string, string> = {
        ...credentials[drawn.caller],
        ...(organization === null ? {} : { "x-org-id": organization }),
        ...(drawn.key === null ? {} : { "idempotency-key": `${operation.operationId}-${drawn.key}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      };
      const isForeign = drawn.caller === "stranger" || drawn.organization === "other" || named.includes(true);
      return {
        path: search.size === 0 ? path : `${path}?${search.toString()}`,
        init: { method: operation.method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
        isAuthorised:
          operation["x-access"] === "public" || (!isForeign && reaches(drawn.caller, operation["x-access"])),
      };
    },
    /** Keeps what was made and seen for later requests, and lets people in again who have just gone. */
    async learn(operation: Operation, status: number, answer: unknown): Promise<void> {
      const { next } = (answer ?? {}) as { next?: unknown };
      noteVersions(answer, versions);
      if (status >= 300) return;
      if (typeof next === "string") cursors.set(operation.operationId, next);
      for (const [kind, id] of idsIn(operation, answer)) pool[kind] = [...(pool[kind] ?? []), id];
      if (["signOut", "revokeSignIn", "revokeToken", "updateUser"].includes(operation.operationId))
        credentials = await signIn();
    },
  };
}

export type Resolved = {
  path: string;
  init: { method: string; headers: Record<string, string>; body?: string };
  isAuthorised: boolean;
};

const reach: Record<Caller, Role | null> = {
  admin: "admin",
  member: "member",
  viewer: "viewer",
  readToken: "viewer",
  stranger: null,
  nobody: null,
  guess: null,
};
const reaches = (caller: Caller, needed: Role): boolean => {
  const role = reach[caller];
  return role !== null && roles.indexOf(role) >= roles.indexOf(needed);
};

/** Sessions in every state, one deleted and one archived. */
async function aPool(
  world: ApiWorld,
  organizationId: OrganizationId,
  userId: UserId,
  ids: Ids,
): Promise<Partial<Record<Kind, string[]>>> {
  const states: SessionStatus[] = [
    "pending",
    "pending",
    "processing",
    "awaiting_input",
    "completed",
    "failed",
    "failed",
    "cancelled",
  ];
  const sessions = [...states, "deleted", "archived"].map((state) => ({ id: randomUUID(), state }));
  await world.db.query(sql`
    with sessions as (
      insert into planning_sessions (id, organization_id, engagement_id, created_by, planning_title, confluence_page_url, prompt, work, status, step, last_seq, question, failure, deleted_at, archived_at)
      select (s->>'id')::uuid, ${organizationId}, ${ids.engagement}::uuid, ${userId}::uuid, s->>'state', 'https://acme.atlassian.net/wiki/spaces/ENG/pages/4711',
             '{"texts":["Plan"],"delegated":false,"appUserId":null,"issue":null}', '{}',
             case when s->>'state' in ('deleted', 'archived') then 'completed' else s->>'state' end, 'read-page', 1,
             case when s->>'state' = 'awaiting_input' then '{"kind":"no_page","step":"read-page","again":0}'::jsonb end,
             case when s->>'state' = 'failed' then '{"code":"page_not_found","words":"There is no such page","step":"read-page"}'::jsonb end,
             case when s->>'state' = 'deleted' then now() end, case when s->>'state' = 'archived' then now() end
        from jsonb_array_elements(${JSON.stringify(sessions)}::jsonb) s)
    insert into session_events (session_id, seq, organization_id, type, body, actor)
    select (s->>'id')::uuid, 1, ${organizationId}, 'session_created', '{"title":"Plan"}', 'linear' from jsonb_array_elements(${JSON.stringify(sessions)}::jsonb) s`);
  const all = sessions.map(({ id }) => id);
  return { session: all, sourceSession: all };
}

/** A code that a program may trade for a token. */
async function aCode(world: ApiWorld, organizationId: OrganizationId, userId: UserId) {
  const [code, verifier] = [createHash("sha256").update(randomUUID()).digest("base64url"), "v".repeat(43)];
  const codeChallenge = createHash("sha256").update(verifier).digest("base64url");
  await world.deps.states.keepCode(code, { organizationId, userId, client: { name: "editor", codeChallenge } });
  return { code, code_verifier: verifier };
}

/** What an answer says was made, by kind. */
function idsIn({ path, method }: Operation, answer: unknown): [Kind, string][] {
  if (method !== "POST" || typeof answer !== "object" || answer === null) return [];
  const made = answer as { id?: string; plan_id?: string; step?: { id?: string } };
  if (path === "/api/plan/start")
    return made.plan_id
      ? [
          ["session", made.plan_id],
          ["sourceSession", made.plan_id],
        ]
      : [];
  const kinds: [RegExp, Kind[]][] = [
    [/\/sessions$/, ["session", "sourceSession"]],
    [/\/engagements$/, ["engagement"]],
    [/\/steps$/, ["step", "earlierStep"]],
    [/\/tokens$/, ["token"]],
    [/\/merge$/, ["merge"]],
    [/\/decisions$/, ["node"]],
  ];
  const [, of = []] = kinds.find(([pattern]) => pattern.test(path)) ?? [];
  const { id } = made;
  return id === undefined ? [] : of.map((kind): [Kind, string] => [kind, id]);
}

function noteVersions(answer: unknown, versions: Map<string, number>): void {
  if (typeof answer !== "object" || answer === null) return;
  const { id, version, current } = answer as { id?: unknown; version?: unknown; current?: unknown };
  if (typeof id === "string" && typeof version === "number") versions.set(id, version);
  noteVersions(current, versions);
}

function replace(body: unknown, key: string, value: unknown): void {
  if (typeof body === "object" && body !== null && key in body && value !== undefined)
    (body as Record<string, unknown>)[key] = value;
}

function has(body: unknown, path: string[]): boolean {
  let at = body;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !(key in at)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  return at !== null;
}
