import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "drizzle-orm";
import type { EngagementId, OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import { type ApiWorld, apiWorld, type Person, refusal } from "../../support/api-world.js";
import { givenPlan } from "../lifecycle/lifecycle-world.js";
import { miscounted } from "./memory-world.js";

describe("Searching memory", () => {
  let world: ApiWorld;
  let org: OrganizationId;
  let ada: Person;
  let stranger: Person;
  let outsider: Person;
  let shop: EngagementId;
  let secret: EngagementId;
  let sessionId: SessionId;
  const nodes: Record<string, string> = {};

  const archived = async (title: string, steps: [owner: string, text: string][], engagementId: EngagementId) => {
    const id = await world.aSession(ada, { title, engagementId });
    for (const [owner, text] of steps) await world.as(ada).addPlanStep({ body: { plan_id: id, text, owner } });
    return id;
  };
  const archive = async (id: SessionId) =>
    (await world.as(ada).archiveSession({ params: { id }, body: {} })).memoryNodeId;
  const decide = async (title: string, text: string, engagementId: EngagementId | null = null) =>
    (await world.as(ada).writeDecision({ body: { title, text, engagementId } })).id;

  beforeAll(async () => {
    world = await apiWorld();
    org = await world.anOrganization();
    ada = await world.aPerson(org, { role: "admin" });
    outsider = await world.aPerson(org);
    stranger = await world.aPerson(await world.anOrganization());
    shop = await world.anEngagement(org, { name: "Shop" });
    secret = await world.anEngagement(org, { name: "Secret", settings: { access: "members" } });

    sessionId = await archived(
      "Authentication service",
      [
        ["Priya", "Build the authentication endpoints"],
        ["Tomasz", "Rotate the signing keys every month"],
      ],
      shop,
    );
    await givenPlan(world, sessionId, { items: [{ key: "US-1", title: "Biometric unlock", linearId: "ENG-1" }] });
    nodes.auth = await archive(sessionId);
    nodes.invoices = await decide(
      "Invoices are never changed",
      "A wrong invoice is cancelled, and the customer gets a new one.",
    );
    nodes.billing = await decide("Zahlungsanbieter für Österreich", "Die Rechnungen gehen an den neuen Anbieter.");
    nodes.delivery = await decide("Créneaux de livraison", "Les livraisons du soir sont possibles.");
    nodes.cart = await decide("Carritos abandonados", "Recuperamos los carritos con un correo.");
    nodes.merger = await decide("Acquisition of Zephyrine", "Talks go on until summer; codename Zephyrine.", secret);
    await world
      .as(stranger)
      .writeDecision({ body: { title: "Authentication abroad", text: "Nobody here may read this." } });
  });
  afterAll(() => world.close());

  const search = async (q: string, query: object = {}, person = ada) =>
    (await world.as(person).searchMemory({ query: { q, ...query } })).items;
  const first = async (q: string, person = ada) => (await search(q, {}, person))[0]?.node.id;

  it("finds an archived plan, whose content is its title and steps", async () => {
    const [hit] = await search("authentication implementation plans", { kind: "plan_session" });
    expect(hit?.node).toMatchObject({
      id: nodes.auth,
      kind: "plan_session",
      metadata: { plan_id: sessionId, step_count: 2 },
    });
    const { content } = await world.as(ada).getMemory({ params: { id: hit?.node.id ?? "" } });
    expect(JSON.parse(content)).toMatchObject({
      title: "Authentication service",
      steps: [{ owner: "Priya" }, { owner: "Tomasz" }],
    });
  });

  it("finds words in another form, in four languages, with and without accents", async () => {
    expect(await first("authenticating")).toBe(nodes.auth);
    expect(await first("changing invoice")).toBe(nodes.invoices);
    expect(await first("rechnung österreichs")).toBe(nodes.billing);
    expect(await first("creneau livraison")).toBe(nodes.delivery);
    expect(await first("carrito abandonado")).toBe(nodes.cart);
  });

  it("finds what was mistyped, not typed to its end, or written as one word, and says what it took it for", async () => {
    const [hit] = await search("authentcation");
    expect(hit?.node.id).toBe(nodes.auth);
    expect(hit?.why.corrected).toEqual([{ typed: "authentcation", meant: "Authentication" }]);
    expect(hit?.why.text).toContain("“Authentication” was taken for “authentcation”");
    expect(await first("invocie")).toBe(nodes.invoices);
    expect(await first("authenti")).toBe(nodes.auth);
    expect(await first("Kundenrechnungen")).toBe(nodes.billing);
  });

  it("finds who did something, and phrases", async () => {
    expect(await first("what did Tomasz do")).toBe(nodes.auth);
    expect(await first('"signing keys"')).toBe(nodes.auth);
  });

  it("says which words of the node were found, as they stand there", async () => {
    const [hit] = await search("the ROTATED keys");
    expect(hit?.why.words).toEqual(expect.arrayContaining(["Rotate", "keys"]));
    expect(hit?.why.words).not.toContain("the");
  });

  it("finds what is linked with what was found, behind it, and says with what", async () => {
    const hits = await search("signing keys");
    expect(hits[0]?.node.id).toBe(nodes.auth);
    const plan = hits.find(({ node }) => node.kind === "plan");
    expect(plan?.why.words).toEqual([]);
    expect(plan?.why.linked).toContainEqual({
      id: nodes.auth,
      title: "Authentication service",
      kind: "plan_session",
      edge: "session_plan",
      direction: "from",
    });
    expect(plan?.why.text).toContain("it is a plan of “Authentication service”");
  });

  it("filters by kind and engagement, neighbours too", async () => {
    for (const { node } of await search("authentication", { kind: "plan" })) expect(node.kind).toBe("plan");
    expect(await search("authentication", { engagementId: shop })).not.toEqual([]);
    expect(await search("invoice", { engagementId: shop })).toEqual([]);
  });

  it("finds nothing in nothing", async () => {
    for (const q of ["", "   ", "?!", "'", '""', "\\", "& | ! ( ) :* <->", "🎉", "zzzzzzzz", "the"])
      expect(Array.isArray(await search(q))).toBe(true);
    expect(await search("zzzzzzzz")).toEqual([]);
  });

  it("shows nothing of engagements that the person may not see, not even their words", async () => {
    expect(await first("zephyrine")).toBe(nodes.merger);
    for (const q of ["zephyrine", "zephirine", "zephy", "acquisition talks"])
      expect(await search(q, {}, outsider), q).toEqual([]);
    expect(await refusal(world.as(outsider).getMemory({ params: { id: nodes.merger ?? "" } }))).toEqual([
      404,
      "memory_not_found",
    ]);
    const { items } = await world.as(outsider).listMemory({ query: { limit: 100 } });
    expect(items.map(({ id }) => id)).not.toContain(nodes.merger);
    const write = world
      .as(outsider)
      .writeDecision({ body: { title: "Hello", text: "Is it there?", engagementId: secret } });
    expect(await refusal(write)).toEqual([404, "engagement_not_found"]);
    expect(await refusal(world.as(outsider).removeDecision({ params: { id: nodes.merger ?? "" } }))).toEqual([
      404,
      "memory_not_found",
    ]);
    await world.aMember(secret, outsider);
    expect(await first("zephyrine", outsider)).toBe(nodes.merger);
  });

  it("shows nothing of another organization", async () => {
    const hits = await search("authentication", {}, stranger);
    expect(hits.map(({ node }) => node.title)).toEqual(["Authentication abroad"]);
    for (const id of Object.values(nodes)) {
      expect(await refusal(world.as(stranger).getMemory({ params: { id } }))).toEqual([404, "memory_not_found"]);
      expect(await refusal(world.as(stranger).listMemoryNeighbours({ params: { id }, query: {} }))).toEqual([
        404,
        "memory_not_found",
      ]);
      expect(await refusal(world.as(stranger).removeDecision({ params: { id } }))).toEqual([404, "memory_not_found"]);
    }
  });

  it("lists what there is, page by page, and the neighbours of a node in both directions", async () => {
    const seen: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await world.as(ada).listMemory({ query: { limit: 2, ...(cursor ? { cursor } : {}) } });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
      if (!cursor) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(Object.values(nodes)));
    const { items } = await world.as(ada).listMemory({ query: { kind: "plan" } });
    const neighbours = await world.as(ada).listMemoryNeighbours({ params: { id: items[0]?.id ?? "" }, query: {} });
    const said = neighbours.items.map(({ edge, direction, node }) => `${edge} ${direction} ${node.title}`);
    expect(new Set(said)).toEqual(
      new Set(["plan_issue to Biometric unlock", "session_plan from Authentication service"]),
    );
  });

  it("forgets a session that is deleted, and finds it again where that is taken back", async () => {
    const id = await archived("Quarterly whale census", [["Ada", "Count the whales"]], shop);
    const node = await archive(id);
    await world.as(ada).deleteSession({ params: { id } });
    expect(await search("whale census")).toEqual([]);
    expect(await refusal(world.as(ada).getMemory({ params: { id: node } }))).toEqual([404, "memory_not_found"]);
    await world.as(ada).restoreSession({ params: { id } });
    expect(await first("whale census")).toBe(node);
  });

  it("does not find what only a session that was deleted leads to", async () => {
    const id = await archived("Voyage", [["Ada", "Sail to Zanzibar"]], shop);
    await givenPlan(world, id, { items: [{ key: "US-1", title: "Quite other" }] });
    await archive(id);
    expect((await search("zanzibar")).map(({ node }) => node.kind)).toEqual(["plan_session", "plan"]);
    await world.as(ada).deleteSession({ params: { id } });
    expect(await search("zanzibar")).toEqual([]);
  });

  it("finds what is there, however many sessions that were deleted say it better", async () => {
    for (let n = 0; n < 31; n += 1) {
      const id = await archived("Madagascar", [], shop);
      await archive(id);
      await world.as(ada).deleteSession({ params: { id } });
    }
    const node = await decide("Somewhere", `We go to Madagascar ${"and then on ".repeat(20)}`);
    expect((await search("madagascar")).map((hit) => hit.node.id)).toEqual([node]);
  });

  it("keeps a decision once, for a repeated request too, and takes it out again", async () => {
    const headers = { "idempotency-key": "decision-1", "content-type": "application/json" };
    const post = () =>
      world.send(
        "/api/v1/memory/decisions",
        { method: "POST", headers, body: JSON.stringify({ title: "Use llamas", text: "They carry more." }) },
        ada,
      );
    const [one, two] = [
      (await (await post()).json()) as { id: string },
      (await (await post()).json()) as { id: string },
    ];
    expect(two).toEqual(one);
    expect(await first("llama")).toBe(one.id);
    await world.as(ada).removeDecision({ params: { id: one.id } });
    expect(await search("llama")).toEqual([]);
    expect(await miscounted(world)).toEqual([]);
    const entries = await world.db.query<{ action: string }>(
      sql`select action from audit_log where resource_id = ${one.id} order by created_at`,
    );
    expect(entries.map(({ action }) => action)).toEqual(["DECISION_WRITTEN", "DECISION_REMOVED"]);
  });

  it("lets viewers read and members write", async () => {
    const viewer = await world.aPerson(org, { role: "viewer" });
    expect(await search("invoices", {}, viewer)).not.toEqual([]);
    const write = world.as(viewer).writeDecision({ body: { title: "Hello", text: "World" } });
    expect((await refusal(write))[0]).toBe(403);
  });
});
