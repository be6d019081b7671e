import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openApi } from "../../../lib/contract/openapi.js";
import * as z from "zod/mini";
import type { Role } from "../../../lib/domain/principal.js";
import { metrics } from "../../../lib/http/metrics.js";
import { metricsStore } from "../../../lib/db/metrics-store.js";
import { apiWorld, type ApiWorld, type Person } from "../../support/api-world.js";
import { type Ids, type Operation, operationsOf, requestFor, type Slot } from "../../support/operations.js";
import { aBrowser, aScene, rowsOf } from "../../support/scene.js";
import { answerTo, type Headers, nameOf, operations, type Send, sender, unknownId } from "./matrix-world.js";

/** It stands in every text of the other organization. */
const secret = "zyzzyva";
const roles: Role[] = ["viewer", "member", "admin"];

let world: ApiWorld;
let send: Send;
let theirs: Ids;
let own: Ids;
let stranger: Person;
let ada: Person;
let before: Record<string, unknown[]>;
const callers: { role: Role; headers: Headers }[] = [];
const asAdmin = () => callers.at(-1)?.headers ?? {};
/** Of their lists, where they have more than a page. */
const cursors: { operation: Operation; cursor: string }[] = [];

beforeAll(async () => {
  world = await apiWorld();
  send = sender(world);
  const there = await world.anOrganization(`org-${secret}`);
  stranger = await world.aPerson(there, { role: "admin", name: secret });
  theirs = await aScene(world, stranger, { word: secret });
  const here = await world.anOrganization("org-here");
  ada = await world.aPerson(here, { role: "admin" });
  own = await aScene(world, ada);
  for (const role of roles) callers.push({ role, headers: await aBrowser(world, await world.aPerson(here, { role })) });
  const browser = await aBrowser(world, stranger);
  for (const operation of operations.filter(({ parameters }) => parameters.some(({ name }) => name === "cursor"))) {
    const { said } = await send(requestFor(operation, theirs, { query: { limit: "1" } }), browser);
    const cursor = /"next":"([^"]+)"/.exec(said)?.[1];
    if (cursor !== undefined) cursors.push({ operation, cursor });
  }
  before = await rowsOf(world, there);
});
afterAll(() => world.close());

const looksUp = ({ kind }: Slot): boolean => kind !== "new" && kind !== "filter";
const theirsAt = ({ kind }: Slot): string => theirs[kind as keyof Ids];
const naming = operations.filter(({ slots }) => slots.some(looksUp));
const guarded = operations.filter((operation) => operation["x-access"] !== "public");

/** No word and no id of the other organization, beside the one that was asked for. */
const partsOf = (said: string): string[] => [secret, ...Object.values(theirs)].filter((part) => said.includes(part));
const expectNothingOf = (said: string): void => expect(partsOf(said)).toEqual([]);

describe("what belongs to another organization", () => {
  it.each(naming)("is as if it were not there: $operationId", async (operation) => {
    for (const slot of operation.slots.filter(looksUp))
      for (const { role, headers } of callers) {
        const where = `${role}, ${nameOf(slot)}`;
        const answered = await answerTo(send, operation, own, { slot, id: theirsAt(slot) }, headers);
        expectNothingOf(answered.said);
        expect(answered, where).toEqual(await answerTo(send, operation, own, { slot, id: unknownId(slot) }, headers));
        // A filter finds nothing, as with an id that nobody has.
        const expected = slot.place === "query" ? [200, 403, 404] : [403, 404];
        expect(expected, `${where}: ${answered.said}`).toContain(answered.status);
      }
  });

  it.each(guarded)("is not reached by naming it: $operationId", async (operation) => {
    const request = requestFor(operation, own);
    for (const { role, headers } of callers) {
      const ask = async (organization: string) => {
        const inQuery = requestFor(operation, own, { query: { org: organization } });
        return [await send(request, { ...headers, "x-org-id": organization }), await send(inQuery, headers)];
      };
      const answers = await ask(theirs.organization);
      expect(
        answers.map(({ status }) => status),
        role,
      ).toEqual([404, 404]);
      expect(answers, role).toEqual(await ask("org-nowhere"));
    }
  });

  it.each(guarded)("is not reached by nobody: $operationId", async (operation) => {
    const request = requestFor(operation, theirs);
    const expected = operation.path.startsWith("/api/plan/") ? 400 : 401;
    expect((await send(request, {})).status).toBe(expected);
    expect((await send(request, { "x-org-id": theirs.organization })).status).toBe(401);
    expect((await send(request, { "x-org-id": theirs.organization, authorization: "Bearer lpa_guess" })).status).toBe(
      401,
    );
  });

  it.each(operations.filter(({ method }) => method === "GET"))(
    "is found by no list, search or export: $operationId",
    async (operation) => {
      const words = operation.parameters.filter(({ name }) => ["q", "actor", "action"].includes(name));
      const found: string[] = [];
      for (const { headers } of callers) {
        found.push(...partsOf((await send(requestFor(operation, own), headers)).said));
        for (const { name } of words) {
          const { said } = await send(requestFor(operation, own, { query: { [name]: secret } }), headers);
          // What was looked for may be said again, as in why nothing was found.
          found.push(...partsOf(said).filter((part) => part !== secret));
        }
      }
      expect(found).toEqual([]);
    },
  );

  it("is in no figures that somebody of an organization may read", async () => {
    const store = metricsStore(world.db, { organizations: 10 });
    const scrape = (headers: Headers, token: string | null = "scraper") =>
      metrics(() => ({ metrics: store, token, log: world.deps.log }))(
        new Request("http://localhost/api/metrics", { headers }),
      );
    const admin = { authorization: `Bearer ${ada.token}` };
    for (const headers of [{}, admin, asAdmin(), { "x-org-id": theirs.organization }])
      expect((await scrape(headers)).status).toBe(401);
    expect((await scrape(admin, null)).status).toBe(404);
  });

  it.each(operations.filter(({ path }) => path.endsWith("/stream")))(
    "is not replayed: $operationId",
    async (operation) => {
      for (const { headers } of callers)
        for (const lastEventId of ["0", "1", "2147483647"]) {
          const answered = await send(requestFor(operation, theirs), { ...headers, "last-event-id": lastEventId });
          expect(answered.status).toBe(404);
          expectNothingOf(answered.said);
        }
    },
  );

  it("is not paged through with a cursor from there", async () => {
    for (const { operation, cursor } of cursors) {
      const answered = await send(requestFor(operation, own, { query: { limit: "1", cursor } }), asAdmin());
      expect([200, 400], operation.operationId).toContain(answered.status);
      expectNothingOf(answered.said);
    }
  });

  it("is not changed by making something with the same id", async () => {
    for (const operation of operations)
      for (const slot of operation.slots.filter(({ kind }) => kind === "new"))
        for (const id of [theirs.session, theirs.step, theirs.engagement]) {
          const answered = await answerTo(send, operation, await aScene(world, ada), { slot, id }, asAdmin());
          expect([200, 201, 204, 404, 409], `${operation.operationId}: ${answered.said}`).toContain(answered.status);
          expectNothingOf(answered.said);
        }
  });

  it("is as it was, after all that", async () => {
    expect(cursors.length).toBeGreaterThan(3);
    expect(await rowsOf(world, stranger.organizationId)).toEqual(before);
  });
});

describe("this matrix", () => {
  it("asks with requests that are right but for the one id", async () => {
    const wrong: string[] = [];
    for (const operation of operations) {
      const caller = await world.aPerson(ada.organizationId, { role: "admin" });
      const fresh = await aScene(world, caller, { hasMerge: operation.slots.some(({ kind }) => kind === "merge") });
      const { status, said } = await send(requestFor(operation, fresh), await aBrowser(world, caller));
      // 409: what is asked for is there, but not in a state for this.
      const expected = operation.operationId === "redeemCode" ? [400] : [200, 201, 202, 204, 409];
      if (!expected.includes(status)) wrong.push(`${operation.operationId}: ${status} ${said}`);
    }
    expect(wrong).toEqual([]);
  });

  it("does not pass over a new kind of id", () => {
    const route = {
      method: "GET",
      path: "/api/v1/gizmos/{id}",
      tag: "gizmos",
      summary: "",
      access: "viewer",
      status: 200,
      answer: null,
    } as const;
    const document = openApi({ getGizmo: { ...route, params: z.object({ id: z.uuid() }) } });
    expect(() => operationsOf(document)).toThrow("gizmos/{id}");
    const inQuery = openApi({
      findGizmo: { ...route, path: "/api/v1/gizmos", query: z.object({ gizmoId: z.string() }) },
    });
    expect(() => operationsOf(inQuery)).toThrow("gizmoId");
  });
});
