import { describe, expect, it } from "vitest";
import { RequestError } from "../../../lib/domain/errors.js";
import { apiServer } from "../../../lib/http/api/kernel.js";
import { testServer } from "../../support/test-database.js";
import { handlers, kernelWorld, make, now, refusal, send, server, table, thingId } from "./kernel-world.js";

kernelWorld();

describe("an Idempotency-Key", () => {
  const key = (name: string) => ({ "idempotency-key": name });
  const idOf = async (response: Response) => ((await response.json()) as { id: string }).id;

  it("makes a repeat answer what was answered first, and do nothing", async () => {
    const first = await make({ text: "a" }, key("k"));
    const again = await make({ text: "a" }, key("k"));
    expect([again.status, again.headers.get("idempotency-replayed"), again.headers.get("content-type")]).toEqual([
      201,
      "true",
      "application/json",
    ]);
    expect(await idOf(again)).toBe(await idOf(first));
    expect(now.made).toEqual(["a"]);
  });

  it("repeats answers without a body too", async () => {
    for (let time = 0; time < 2; time++)
      expect((await send(`/api/v1/things/${thingId}`, { method: "DELETE", headers: key("k") })).status).toBe(204);
    expect(now.made).toEqual([thingId]);
  });

  it("refuses another request", async () => {
    await make({ text: "a" }, key("k"));
    expect(await refusal(make({ text: "b" }, key("k")))).toEqual([422, "idempotency_key_reused"]);
    expect(await refusal(send(`/api/v1/things/${thingId}`, { method: "DELETE", headers: key("k") }))).toEqual([
      422,
      "idempotency_key_reused",
    ]);
    expect(now.made).toEqual(["a"]);
  });

  it("belongs to one person", async () => {
    const grace = await now.world.aPerson(now.ada.organizationId, { name: "Grace" });
    const [one, other] = [await make({ text: "a" }, key("k")), await make({ text: "b" }, key("k"), { person: grace })];
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(now.made).toEqual(["a", "b"]);
  });

  it("says that the first request is at work", async () => {
    let busy: Response | undefined;
    now.making = async () => void (busy ??= await make({ text: "a" }, key("k")));
    expect((await make({ text: "a" }, key("k"))).status).toBe(201);
    expect(busy?.headers.get("retry-after")).toBe("1");
    expect(await refusal(busy ?? Response.error())).toEqual([409, "idempotency_key_busy"]);
    expect(now.made).toEqual(["a"]);
  });

  it("lets a request that failed be tried again, for the same thing", async () => {
    now.making = () => Promise.reject(new RequestError("busy", 409, "Busy"));
    expect(await refusal(make({ text: "a" }, key("k")))).toEqual([409, "busy"]);
    now.making = () => Promise.resolve();
    expect((await make({ text: "a" }, key("k"))).status).toBe(201);
    expect(now.made).toEqual(["a"]);
  });

  it("does nothing again where only the note of it was lost", async () => {
    const lossy = { ...now.world.deps.idempotency, finish: () => Promise.reject(new Error("lost")) };
    const sent = { method: "POST", json: { text: "a" }, headers: key("k") };
    const first = await send("/api/v1/things", sent, server({ idempotency: lossy }));
    expect(first.status).toBe(201);
    expect(await refusal(make({ text: "a" }, key("k")))).toEqual([409, "idempotency_key_busy"]);
    expect(now.made).toEqual(["a"]);
  });

  it("gives what is made the same id whenever it is tried", async () => {
    const ids: string[] = [];
    now.making = () => Promise.reject(new Error("died"));
    await make({ text: "a" }, key("k"));
    const watching = {
      ...handlers,
      makeThing: async ({ newId }: { newId: string }) => (ids.push(newId), { id: newId, text: "a" }),
    };
    for (const person of [now.ada, await now.world.aPerson(now.ada.organizationId)]) {
      const server = apiServer(table, () => now.world.deps, watching);
      await send("/api/v1/things", { method: "POST", json: { text: "a" }, headers: key("k"), person }, server);
    }
    expect(new Set(ids).size).toBe(2);
  });

  it("must be neither empty nor endless", async () => {
    expect(await refusal(make({ text: "a" }, key("x".repeat(201))))).toEqual([400, "invalid_request"]);
  });
});

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  it("two requests at once with one Idempotency-Key act once", async () => {
    for (let round = 0; round < 20; round++) {
      now.made = [];
      const twins = Array.from({ length: 4 }, () => make({ text: "a" }, { "idempotency-key": `k${round}` }));
      const statuses = (await Promise.all(twins)).map(({ status }) => status);
      expect(now.made).toEqual(["a"]);
      expect(statuses).toContain(201);
      expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([]);
    }
  });
});
