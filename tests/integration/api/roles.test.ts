import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EngagementId } from "../../../lib/domain/ids.js";
import { type Role, roles, type Scope } from "../../../lib/domain/principal.js";
import { apiWorld, type ApiWorld, type Person } from "../../support/api-world.js";
import { type Ids, type Kind, type Operation, requestFor } from "../../support/operations.js";
import { aBrowser, aScene, rowsOf } from "../../support/scene.js";
import { answerTo, type Headers, nameOf, operations, type Send, sender, unknownId } from "./matrix-world.js";

let world: ApiWorld;
let send: Send;

beforeAll(async () => {
  world = await apiWorld();
  send = sender(world);
});
afterAll(() => world.close());

const scopes: Scope[] = ["read", "write", "admin"];
const guarded = operations.filter((operation) => operation["x-access"] !== "public");
const hasMerge = ({ slots }: Operation) => slots.some(({ kind }) => kind === "merge");
const isAtLeast = (role: Role, needed: Operation["x-access"]) =>
  needed === "public" || roles.indexOf(role) >= roles.indexOf(needed);
const lesser = (one: Role, other: Role): Role => (isAtLeast(one, other) ? other : one);
const code = (said: string): string => /"code":"(\w+)"/.exec(said)?.[1] ?? "";

/** Refused for another reason than the role that the contract names; each has a test of its own where it is made. */
const otherReasons: Record<string, string[]> = {
  createToken: ["not_by_token"],
  revokeToken: ["not_allowed"],
  revokeSignIn: ["not_allowed"],
};
type Answered = { status: number; said: string };
/** What is wrong with an answer to somebody who may: nothing, or a line that says it. */
function unlessAllowed({ operationId }: Operation, { status, said }: Answered): string[] {
  if (status === 403 && otherReasons[operationId]?.includes(code(said))) return [];
  // 409: what is asked for is there, but not in a state for this.
  return [200, 201, 202, 204, 409].includes(status) ? [] : [`${operationId}: ${status} ${said}`];
}
const unlessRefused = ({ operationId }: Operation, { status, said }: Answered): string[] =>
  status === 403 && code(said) === "not_allowed" ? [] : [`${operationId}: ${status} ${said.slice(0, 200)}`];

describe("in an organization", () => {
  const callers = [
    ...roles.map((role) => ({ who: role, role, scope: null })),
    ...scopes.map((scope) => ({ who: `admin's token to ${scope}`, role: "admin" as Role, scope })),
    { who: "viewer's token to admin", role: "viewer" as Role, scope: "admin" as Scope },
  ];

  it.each(callers)("$who may what the contract says", async ({ who, role, scope }) => {
    const organization = await world.anOrganization();
    const mine = async (): Promise<[Person, Headers]> => {
      const person = await world.aPerson(organization, { role });
      return [
        person,
        scope ? { authorization: `Bearer ${await world.aToken(person, scope)}` } : await aBrowser(world, person),
      ];
    };
    const may = (operation: (typeof guarded)[number]) =>
      isAtLeast(reach, operation["x-access"]) && !(scope === "read" && operation["x-changes-own"]);
    const reach = scope ? lesser(role, ({ read: "viewer", write: "member", admin: "admin" } as const)[scope]) : role;

    const [person, headers] = await mine();
    const ids = await aScene(world, person);
    const before = await rowsOf(world, organization);
    const wrong: string[] = [];
    for (const operation of guarded.filter((one) => !may(one)))
      wrong.push(...unlessRefused(operation, await send(requestFor(operation, ids), headers)));
    expect(untouched(await rowsOf(world, organization))).toEqual(untouched(before));

    for (const operation of guarded.filter(may)) {
      const isRead = operation.method === "GET";
      const [caller, own] = isRead ? [person, headers] : await mine();
      const scene = isRead ? ids : await aScene(world, caller, { hasMerge: hasMerge(operation) });
      wrong.push(...unlessAllowed(operation, await send(requestFor(operation, scene), own)));
    }
    expect(wrong, who).toEqual([]);
  });

  /** Without the note of when a sign-in or a token was used. */
  const untouched = ({ sign_ins: _signIns, api_tokens: _tokens, ...rows }: Record<string, unknown[]>) => rows;
});

/** What belongs to an engagement, and is therefore hidden and governed with it. */
const governed: Kind[] = [
  "engagement",
  "session",
  "sourceSession",
  "step",
  "earlierStep",
  "plan",
  "merge",
  "node",
  "conflict",
  "syncRun",
];
const within = guarded.filter(({ slots }) => slots.some(({ kind }) => governed.includes(kind)));

describe("in an engagement that only its members may see", () => {
  let organization: Awaited<ReturnType<ApiWorld["anOrganization"]>>;
  let owner: Person;
  beforeAll(async () => {
    organization = await world.anOrganization();
    owner = await world.aPerson(organization, { role: "admin" });
  });
  const hidden = (differs: { hasMerge?: boolean } = {}): Promise<Ids> =>
    aScene(world, owner, { access: "members", ...differs });

  it("everything is as if it were not there, for whoever is no member", async () => {
    const ids = await hidden();
    const visible = await aScene(world, owner);
    const before = await rowsOf(world, organization);
    for (const role of ["viewer", "member"] as const) {
      const stranger = await aBrowser(world, await world.aPerson(organization, { role }));
      for (const operation of within)
        for (const slot of operation.slots.filter(({ kind }) => governed.includes(kind))) {
          const id = ids[slot.kind as keyof Ids];
          const answered = await answerTo(send, operation, visible, { slot, id }, stranger);
          const where = `${role}: ${operation.operationId}, ${nameOf(slot)}`;
          expect(answered, where).toEqual(
            await answerTo(send, operation, visible, { slot, id: unknownId(slot) }, stranger),
          );
          expect(slot.place === "query" ? [200, 403, 404] : [403, 404], where).toContain(answered.status);
        }
    }
    const rows = await rowsOf(world, organization);
    for (const table of ["engagements", "planning_sessions", "session_events", "plan_steps"])
      expect(rows[table]).toEqual(before[table]);
  });

  it("nothing of it is found in lists, searches and exports by whoever is no member", async () => {
    const word = "zyzzyva";
    const ids = await aScene(world, owner, { access: "members", word });
    const visible = await aScene(world, owner);
    const stranger = await aBrowser(world, await world.aPerson(organization, { role: "member" }));
    // People of the organization are no secret of the engagement.
    const secrets = governed.map((kind) => ids[kind as keyof Ids]);
    for (const operation of guarded.filter(({ method }) => method === "GET"))
      for (const query of [{}, { q: word }] as Record<string, string>[]) {
        const { said } = await send(requestFor(operation, visible, { query }), stranger);
        expect(
          secrets.filter((id) => said.includes(id)),
          operation.operationId,
        ).toEqual([]);
      }
  });

  it("admins of the organization see and decide all", async () => {
    const admin = await aBrowser(world, owner);
    const wrong: string[] = [];
    for (const operation of within) {
      const ids = await hidden({ hasMerge: hasMerge(operation) });
      wrong.push(...unlessAllowed(operation, await send(requestFor(operation, ids), admin)));
    }
    expect(wrong).toEqual([]);
  });

  it.each(roles)("its %s may what the contract says, whatever they may elsewhere", async (role) => {
    // The other role than the one in the engagement must not count there.
    const person = await world.aPerson(organization, { role: role === "viewer" ? "member" : "viewer" });
    const headers = await aBrowser(world, person);
    const wrong: string[] = [];
    for (const operation of within) {
      const ids = await hidden({ hasMerge: hasMerge(operation) });
      await world.aMember(ids.engagement as EngagementId, person, role);
      const answered = await send(requestFor(operation, ids), headers);
      wrong.push(...(isAtLeast(role, operation["x-access"]) ? unlessAllowed : unlessRefused)(operation, answered));
    }
    expect(wrong).toEqual([]);
  });
});
