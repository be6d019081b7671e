import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenPlans } from "../../support/convergence/given-plan.js";
import { history } from "../../support/convergence/history.js";
import { nothingSeen, play } from "../../support/convergence/play.js";
import { type QuietWorld, quietWorld } from "../../support/quiet-world.js";

/** `npm run test:sync` plays 10,000. */
const histories = Number(process.env.SYNC_HISTORIES ?? 30);
const seed = process.env.SYNC_SEED === undefined ? undefined : Number(process.env.SYNC_SEED);

describe(`${histories} random histories of a page and its issues`, () => {
  let world: QuietWorld;
  beforeAll(async () => {
    world = await quietWorld();
  }, 60_000);
  afterAll(() => world.close());

  it("end with both sides equal but for open questions, with every word kept, and at rest", {
    timeout: 120_000 + histories * 5_000,
  }, async () => {
    const begun = performance.now();
    const [seen, given] = [nothingSeen(), givenPlans(world)];
    const property = fc.asyncProperty(history, async (played) => {
      const problems = await play(world, await given(played.shape, played.company), played, seen);
      expect(problems).toEqual([]);
    });
    await fc.assert(property, {
      numRuns: histories,
      ...(seed === undefined ? {} : { seed }),
      endOnFailure: process.env.SYNC_SHRINK === undefined,
    });
    console.log(`${JSON.stringify(seen)} in ${Math.round((performance.now() - begun) / 1000)} s`);
    expect(seen.conflicts).toBeGreaterThan(0);
  });
});
