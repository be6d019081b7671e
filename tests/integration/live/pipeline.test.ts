import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyPlanEvent } from "../../../lib/contract/apply-plan-event.js";
import { PlanEvent } from "../../../lib/contract/events.js";
import { follow } from "../../../lib/contract/follow.js";
import { PlanState } from "../../../lib/contract/plan-state.js";
import { aStory, smallPage, type Story } from "../../support/story.js";

describe("Who watches a session that was started in Linear", () => {
  let story: Story;
  beforeAll(async () => {
    story = await aStory();
  });
  afterAll(() => story.close());

  it("sees what the agent does while it does it, up to the end", async () => {
    const { url } = story.page(smallPage());
    const issue = story.issue();
    const { agentSessionId } = story.linear.control.mention({ issue, body: `please plan ${url}` });
    const session = await story.waitFor(
      "the session",
      async () => (await story.talk(agentSessionId).sessions())[0],
      60_000,
    );
    const address = `${story.world.url}/api/v1/sessions/${session.id}`;
    const begun = PlanState.parse(await (await fetch(`${address}/plan`)).json());

    let plan: PlanState | "gap" = begun;
    const types: string[] = [];
    const stop = new AbortController();
    const following = follow({
      url: () => `${address}/stream?after=${plan === "gap" ? 0 : plan.seq}`,
      signal: stop.signal,
      onEvent({ id, data }) {
        if (id === undefined || plan === "gap") return;
        const event = PlanEvent.parse(JSON.parse(data));
        types.push(event.type);
        plan = applyPlanEvent(plan, event);
      },
    });
    await expect.poll(() => plan, { timeout: 60_000 }).toMatchObject({ status: "awaiting_input" });
    story.linear.control.reply({ agentSessionId, body: "create" });
    await expect.poll(() => plan, { timeout: 60_000 }).toMatchObject({ status: "completed", progress: 100 });
    stop.abort();
    await following;

    const now = PlanState.parse(await (await fetch(`${address}/plan`)).json());
    expect(plan).toEqual({ ...now, updatedAt: expect.any(String) });
    expect(types).toEqual(expect.arrayContaining(["agent.said", "session.moved", "person.replied"]));
  }, 180_000);
});
