import { afterAll, afterEach, beforeAll } from "vitest";
import { forgetPlans, type Given, givenPlans } from "../../support/convergence/given-plan.js";
import { type QuietWorld, quietWorld } from "../../support/quiet-world.js";

export let world: QuietWorld;
export let given: Given;
let plans: ReturnType<typeof givenPlans>;

/** A quiet world for each file; the plan that a test has made is forgotten after it. */
export function quietPlans(): void {
  beforeAll(async () => {
    world = await quietWorld();
    plans = givenPlans(world);
  }, 60_000);
  afterAll(() => world.close());
  afterEach(() => forgetPlans(world, given));
}

/** Makes the plan of a test, on a page of this shape, in a company of this kind. */
export async function make(...which: Parameters<typeof plans>): Promise<void> {
  given = await plans(...which);
}
