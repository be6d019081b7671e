import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoWorld, type DemoWorld } from "../../../dev/demo-world.js";
import { runDemo } from "../../../dev/demo-run.js";
import { generatedPage } from "../../support/generated-page.js";

describe("few calls", () => {
  let world: DemoWorld;
  beforeAll(async () => {
    world = await demoWorld({});
  });
  afterAll(() => world.close());

  const plan = (items: number) =>
    runDemo(
      world,
      { title: `A plan of ${items}`, body: generatedPage(items) },
      { answer: "create", tell: null, pageKey: `plan-${items}` },
    );

  it("brings 75 items to Linear in at most 12 requests", async () => {
    const report = await plan(75);
    expect(report.status).toBe("completed");
    expect(report.issues).toHaveLength(75);
    expect(report.linearRequests).toBeLessThanOrEqual(12);
  });

  it("brings 500 items to Linear in at most 35 requests, none of more than 10,000 points", {
    timeout: 90_000,
  }, async () => {
    const report = await plan(500);
    expect(report.status).toBe("completed");
    expect(report.issues).toHaveLength(500);
    expect(report.linearRequests).toBeLessThanOrEqual(35);
    const costs = world.linear.control.requests().map((request) => request.complexity);
    expect(Math.max(...costs)).toBeLessThanOrEqual(10_000);
  });
});
